package count

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slipway.dev/internal/wire/edgewire"
)

var (
	buy = Step{Flow: "buy", Name: "pay", Bounds: []float64{0.1, 1}}
	two = &Steps{List: []Step{buy, {Flow: "list", Name: "all", Bounds: []float64{0.5}}}}
)

// figuresOf gives the figures of a flow; zero if there are none.
func figuresOf(s edgewire.Source, flow string) (found edgewire.FlowCounter) {
	for _, c := range s.Flows {
		if c.Flow == flow {
			if found.Bounds != nil {
				panic("twice")
			}
			found = c
		}
	}
	return found
}

func TestFlowCellCounts(t *testing.T) {
	t.Parallel()
	r := NewRegistry("a")
	cells, left := r.FlowCells(tickets, two)
	if len(cells) != 3 || left != 0 {
		t.Fatalf("%d cells, %d left", len(cells), left)
	}
	if again, _ := r.FlowCells(tickets, two); &again[0] != &cells[0] {
		t.Error("the same steps give other cells")
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				cells[0].Count(Outcome{Took: 100 * time.Millisecond, Plain: true, Anonymous: true}, true)
				cells[0].Count(Outcome{Took: time.Second, Failed: true}, false)
				cells[0].Count(Outcome{Took: time.Minute, Failed: true}, true)
				cells[0].Broken(true)
				cells[0].Spoilt(200 * time.Millisecond)
			}
		})
	}
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		for range 500 {
			c := cells[0].read()
			if late := c.Latency[1] + c.Latency[2]; c.Errors > c.Requests || late > c.Requests || c.Units.Errors > c.Units.Requests {
				t.Errorf("a part is more than all: %+v", c)
			}
		}
	}()
	wg.Wait()
	<-stop
	want := edgewire.FlowCounter{
		Flow: "buy", Step: "pay", Service: "tickets", Environment: "dev", Release: "r1", Deployment: "d1", Bounds: []float64{0.1, 1},
		Requests: 12000, Errors: 12000, Anonymous: 4000, Plain: 4000, Latency: []uint64{4000, 4000, 4000},
		Units: edgewire.Units{Requests: 12000, Errors: 12000, Latency: []uint64{4000, 4000, 4000}},
	}
	if diff := cmp.Diff([]edgewire.FlowCounter{want}, r.Own(true).Flows); diff != "" {
		t.Errorf("(-want +got) %s", diff)
	}
	if r.Own(false).Flows != nil {
		t.Error("flows that nobody asked for")
	}
}

// A flow's target changes: latency begins anew, and nothing else is lost, also of requests
// that began before.
func TestOtherBoundsKeepCounts(t *testing.T) {
	t.Parallel()
	r := NewRegistry("a")
	before, _ := r.FlowCells(tickets, two)
	before[0].Count(Outcome{Failed: true}, true)
	changed := buy
	changed.Bounds = []float64{0.1, 0.3, 1}
	after, _ := r.FlowCells(tickets, &Steps{List: []Step{changed}})
	before[0].Count(Outcome{}, false)
	after[0].Count(Outcome{Took: 200 * time.Millisecond}, true)
	got := figuresOf(r.Own(true), "buy")
	if got.Requests != 3 || got.Errors != 1 || got.Units.Requests != 2 || !slices.Equal(got.Latency, []uint64{0, 1, 0, 0}) || !slices.Equal(got.Units.Latency, []uint64{0, 1, 0, 0}) {
		t.Errorf("%+v", got)
	}
}

func source(id string, bounds []float64, took time.Duration, n int) edgewire.Source {
	r := NewRegistry(id)
	cells, _ := r.FlowCells(tickets, &Steps{List: []Step{{Flow: "buy", Name: "pay", Bounds: bounds}}})
	for range n {
		cells[0].Count(Outcome{Took: took, Failed: true}, true)
	}
	return r.Own(true)
}

func TestFlowsOfSourcesAddUp(t *testing.T) {
	t.Parallel()
	a, b := []float64{0.1, 1}, []float64{0.2}
	for _, c := range []struct {
		name    string
		sources []edgewire.Source
		want    edgewire.FlowCounter
	}{
		{"same bounds", []edgewire.Source{source("1", a, 0, 2), source("2", a, time.Hour, 3)},
			edgewire.FlowCounter{Bounds: a, Requests: 5, Latency: []uint64{2, 0, 3}}},
		{"told again, and older", []edgewire.Source{source("1", a, 0, 2), source("1", a, 0, 7), source("1", a, 0, 3), source("1", a, 0, 7)},
			edgewire.FlowCounter{Bounds: a, Requests: 7, Latency: []uint64{7, 0, 0}}},
		{"later source has other bounds", []edgewire.Source{source("1", a, 0, 2), source("2", b, 0, 3)},
			edgewire.FlowCounter{Bounds: b, Requests: 5, Latency: []uint64{3, 0}}},
		{"bounds changed in one source", []edgewire.Source{source("1", a, 0, 2), source("1", b, 0, 3), source("1", a, 0, 2)},
			edgewire.FlowCounter{Bounds: b, Requests: 3, Latency: []uint64{3, 0}}},
		{"written by somebody else", []edgewire.Source{{ID: "1", Flows: []edgewire.FlowCounter{{Flow: "buy", Bounds: a, Requests: 1, Errors: 1, Latency: []uint64{9, 9, 9, 9}}}}},
			edgewire.FlowCounter{Bounds: a, Requests: 1, Latency: []uint64{9, 9, 9}}},
	} {
		r := NewRegistry("now")
		for _, s := range c.sources {
			r.Learn(s)
		}
		got := figuresOf(r.Total(), "buy")
		if got.Errors != c.want.Requests {
			t.Errorf("%s: %d errors", c.name, got.Errors)
		}
		if diff := cmp.Diff(c.want, got, cmpopts.IgnoreFields(edgewire.FlowCounter{}, "Flow", "Step", "Service", "Environment", "Release", "Deployment", "Errors", "Units")); diff != "" {
			t.Errorf("%s (-want +got) %s", c.name, diff)
		}
	}
}

func TestFoldKeepsFlows(t *testing.T) {
	t.Parallel()
	r := NewRegistry("now")
	for i := range 30 {
		r.Learn(source(fmt.Sprint("edge", i), buy.Bounds, 0, 1))
		r.Fold(func(string) bool { return false })
	}
	if got := figuresOf(r.Total(), "buy"); got.Requests != 30 || got.Latency[0] != 30 || got.Units.Requests != 30 {
		t.Errorf("%+v", got)
	}
}

// However many steps there are, the memory is bounded, and every request is counted.
func TestTooManyStepsCountAsOther(t *testing.T) {
	t.Parallel()
	r := NewRegistry("a")
	r.Cell(tickets)
	many := &Steps{}
	for i := range maxFlowCells + 10 {
		many.List = append(many.List, Step{Flow: fmt.Sprint("f", i), Name: "s", Bounds: buy.Bounds})
	}
	cells, left := r.FlowCells(tickets, many)
	if left != 10 || len(cells) != len(many.List)+1 {
		t.Fatalf("%d left of %d", left, len(cells))
	}
	cells[len(cells)-2].Count(Outcome{}, false)
	if got := figuresOf(r.Own(true), ""); got.Requests != 1 {
		t.Errorf("%+v", got)
	}
	// What leaves the table gives way to what comes.
	r.Forget(nil, time.Unix(0, 0))
	next := Key{Service: "tickets", Environment: "dev", Deployment: "d2"}
	if _, left := r.FlowCells(next, two); left != 0 {
		t.Errorf("%d left", left)
	}
}

func TestForgetsWhatLeftTheTable(t *testing.T) {
	t.Parallel()
	old, now := Key{Service: "s", Environment: "dev", Deployment: "old"}, Key{Service: "s", Environment: "dev", Deployment: "now"}
	r := NewRegistry("a")
	use := func(k Key, steps *Steps) {
		r.Cell(k).Answered(200, 0)
		cells, _ := r.FlowCells(k, steps)
		for _, c := range cells {
			c.Count(Outcome{}, false)
		}
	}
	other := NewRegistry("b")
	other.Cell(old).Answered(200, 0)
	cells, _ := other.FlowCells(old, two)
	cells[0].Count(Outcome{}, false)
	r.Learn(other.Own(true))
	use(old, two)
	use(now, two)
	one := &Steps{List: two.List[:1]}
	use(now, one) // "list" is no flow any more
	counts := func() (out []string) {
		all := r.Total()
		for _, c := range all.Counters {
			out = append(out, fmt.Sprint(c.Deployment, " ", c.Requests))
		}
		for _, c := range all.Flows {
			out = append(out, fmt.Sprint(c.Deployment, " ", c.Flow, " ", c.Requests))
		}
		slices.Sort(out)
		return out
	}
	whole := []string{"now  2", "now 2", "now buy 2", "now list 1", "old  1", "old 2", "old buy 2", "old list 1"}
	begin := time.Unix(1e9, 0)
	inTable := map[Key]bool{now: true}
	for _, step := range []struct {
		after time.Duration
		want  []string
	}{
		{0, whole}, {keepGone, whole}, {keepGone + 1, []string{"now  2", "now 2", "now buy 2"}}, {3 * keepGone, []string{"now  2", "now 2", "now buy 2"}},
	} {
		r.Forget(inTable, begin.Add(step.after))
		if diff := cmp.Diff(step.want, counts()); diff != "" {
			t.Errorf("after %s (-want +got) %s", step.after, diff)
		}
	}
	use(old, two) // it comes back, and counts from the beginning
	if diff := cmp.Diff([]string{"now  2", "now 2", "now buy 2", "old  1", "old 1", "old buy 1", "old list 1"}, counts()); diff != "" {
		t.Errorf("(-want +got) %s", diff)
	}
	if n := len(r.gone); n != 0 {
		t.Errorf("%d keys are remembered as gone", n)
	}
}
