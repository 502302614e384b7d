package escalate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/manifest"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

func TestOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   manifest.Escalation
		want Way
	}{
		{"nothing said", manifest.Escalation{}, Way{Steps: []Step{{Tell: []string{"team:ops"}}}}},
		{"in the order of time", manifest.Escalation{Repeat: 2, Steps: []manifest.EscalationStep{
			{After: "15m", Tell: []manifest.Tell{"members", "person:eve"}}, {Tell: []manifest.Tell{"onCall"}}, {After: "1h", Tell: []manifest.Tell{"onCall:boss", "team:all"}},
		}}, Way{Repeat: 2, Steps: []Step{
			{Tell: []string{"onCall:ops"}}, {After: 15 * time.Minute, Tell: []string{"team:ops", "person:eve"}}, {After: time.Hour, Tell: []string{"onCall:boss", "team:all"}},
		}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Of("ops", c.in)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestWay goes along ways step by step.
func TestWay(t *testing.T) {
	t.Parallel()
	minutes := func(n int) time.Duration { return time.Duration(n) * time.Minute }
	for _, c := range []struct {
		name string
		way  Way
		want string // minutes after noon and who is told then
	}{
		{"none", Way{}, ""},
		{"one at once", Way{Steps: []Step{{Tell: []string{"a"}}}}, "0 a"},
		{"one at once, twice more", Way{Steps: []Step{{Tell: []string{"a"}}}, Repeat: 2}, "0 a, 15 a, 30 a"},
		{"two rounds last as long as their last gap", Way{Steps: []Step{{Tell: []string{"a"}}, {After: minutes(60), Tell: []string{"b"}}}, Repeat: 1},
			"0 a, 60 b, 120 a, 180 b"},
		{"at the same time", Way{Steps: []Step{{After: minutes(5), Tell: []string{"a", "b"}}, {After: minutes(5), Tell: []string{"b", "c"}}}}, "5 a b c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var said []string
			told := 0
			for {
				at, ok := c.way.Next(noon, told)
				if !ok {
					break
				}
				if tell, _ := c.way.Due(noon, told, at.Add(-time.Microsecond)); tell != nil {
					t.Fatalf("%v are told too early", tell)
				}
				tell, after := c.way.Due(noon, told, at)
				if after <= told {
					t.Fatalf("it stands still at %d", told)
				}
				told = after
				said = append(said, fmt.Sprintf("%.0f %s", at.Sub(noon).Minutes(), strings.Join(tell, " ")))
			}
			got := strings.Join(said, ", ")
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestMissed: whoever was asleep for a day tells everybody once.
func TestMissed(t *testing.T) {
	t.Parallel()
	w := Way{Repeat: 3, Steps: []Step{{Tell: []string{"a"}}, {After: time.Minute, Tell: []string{"b", "a"}}}}
	tell, told := w.Due(noon, 1, noon.Add(24*time.Hour))
	if !slices.Equal(tell, []string{"b", "a"}) || told != 8 {
		t.Errorf("%v, %d", tell, told)
	}
	if _, ok := w.Next(noon, told); ok {
		t.Error("it never ends")
	}
}

func TestProblem(t *testing.T) {
	t.Parallel()
	fine := Step{Tell: []string{"team:a"}}
	for want, w := range map[string]Way{
		"":                Of("ops", manifest.Escalation{}),
		"at most 20 step": {Steps: slices.Repeat([]Step{fine}, 21)},
		"20 times":        {Steps: []Step{fine}, Repeat: 21},
		"a year":          {Steps: []Step{{After: -1, Tell: fine.Tell}}},
		"tells nobody":    {Steps: []Step{{Tell: []string{" "}}}},
	} {
		if got := w.Problem(); !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
