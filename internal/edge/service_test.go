package edge

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"testing"

	"slipway.dev/internal/wire/edgewire"
)

func TestTurnsShareEvenly(t *testing.T) {
	t.Parallel()
	for _, weights := range [][]int{{1}, {95, 5}, {1, 1, 1}, {0, 7}, {100, 0, 50}, {9999, 1}, {333, 333, 334}} {
		var groups []*group
		sum := 0
		for _, w := range weights {
			groups = append(groups, &group{weight: w})
			sum += w
		}
		order := turns(groups)
		count := map[*group]int{}
		for i, g := range order {
			count[g]++
			// At no point is a group more than one request and a rounding ahead of its share.
			if ahead := float64(count[g]) - float64(i+1)*float64(g.weight)/float64(sum); ahead > 2 {
				t.Errorf("%v: turn %d is %.1f ahead", weights, i, ahead)
			}
		}
		for i, g := range groups {
			want := float64(weights[i]) / float64(sum)
			if got := float64(count[g]) / float64(len(order)); got < want-0.001 || got > want+0.001 {
				t.Errorf("%v: share %d is %.4f, want %.4f", weights, i, got, want)
			}
		}
	}
	if len(turns([]*group{{weight: 0}, {weight: 0}})) != 0 {
		t.Error("groups without a weight have turns")
	}
}

// FuzzTable: whatever comes over the admin socket is refused, or can be routed by, kept
// and loaded again.
func FuzzTable(f *testing.F) {
	for _, seed := range []string{
		`{}`, `{"epoch":1,"generation":2,"services":[{"name":"a","environment":"b","routes":[{"host":"*","path":"/"}],"groups":[{"weight":1,"instances":[{"id":"i","address":"127.0.0.1:80"}]}]}]}`,
		`{"services":[{"name":"a","environment":"b","groups":[{"weight":10000},{"weight":1}]}]}`, `{"epoch":-1}`, `[]`,
		`{"services":[{"name":"a","environment":"b","sticky":{"cookie":"c"},"apart":true,"groups":[{"weight":1,"match":{"header":"x"}}]}],"flows":[{"name":"f","bounds":[1],"steps":[{"name":"s","service":"a","request":"GET /{x}/{y...}"}]}]}`,
	} {
		f.Add([]byte(seed))
	}
	dir := filepath.Join(f.TempDir(), "state")
	if err := privateDir(dir); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		var wire edgewire.Table
		if json.Unmarshal(content, &wire) != nil {
			return
		}
		p := newProgram(Options{StateDir: dir, Limits: DefaultLimits, Log: slog.New(slog.DiscardHandler)})
		if p.apply(wire, true) != nil {
			return
		}
		again, err := p.state.loadTable()
		if err != nil {
			t.Fatal(err)
		}
		if err := newProgram(p.options).apply(again, false); err != nil {
			t.Fatalf("kept, but not loaded again: %v", err)
		}
		for _, s := range p.table.Load().services {
			if s.steps != nil && len(s.none.flows) != len(s.steps.tree.Steps())+1 {
				t.Fatalf("%d cells for %d steps", len(s.none.flows), len(s.steps.tree.Steps()))
			}
			s.pick(s.choose(http.Header{"Cookie": {"a=b"}}, 7, s.sticky != nil), nil)
			for _, g := range s.groups {
				g.least(nil)
			}
		}
	})
}
