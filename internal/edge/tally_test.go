package edge

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

// tallied makes an edge in this process whose service has 500 patterns, of which a request
// to /p7/items/1 is of two.
func tallied(tb testing.TB, change func(*edgewire.Service)) *program {
	tb.Helper()
	p := newProgram(Options{Limits: DefaultLimits, StateDir: tb.TempDir(), Log: slog.New(slog.DiscardHandler)})
	table := edgewire.Table{Epoch: 1, Services: []edgewire.Service{{
		Name: "s", Environment: "dev", Groups: []edgewire.Group{{Release: "r", Deployment: "d", Weight: 1, Instances: []edgewire.Instance{{ID: "i", Address: "127.0.0.1:1"}}}},
	}}}
	change(&table.Services[0])
	for i := range 50 {
		f := edgewire.Flow{Name: fmt.Sprint("f", i), Bounds: edgewire.Buckets}
		for j := range 10 {
			f.Steps = append(f.Steps, edgewire.FlowStep{Name: fmt.Sprint(j), Service: "s", Request: fmt.Sprintf("GET /p%d/items/{id}", i*9+j)})
		}
		table.Flows = append(table.Flows, f)
	}
	table.Flows = append(table.Flows, edgewire.Flow{Name: "all", Bounds: edgewire.Buckets, Steps: []edgewire.FlowStep{{Name: "all", Service: "s", Request: "/"}}})
	if err := p.apply(table, false); err != nil {
		tb.Fatal(err)
	}
	return p
}

func (p *program) tally(r *exchange) {
	x := exchange{edge: p, in: r.in, start: r.start}
	x.enter(p.table.Load().services["dev/s"])
	x.group = x.service.choose(x.in.Header, x.lot, x.drawn)
	x.count(200, time.Millisecond, false)
}

func TestTallyDoesNotAllocate(t *testing.T) {
	p := tallied(t, func(*edgewire.Service) {})
	r := &exchange{in: httptest.NewRequest("GET", "/p7/items/1", nil), start: time.Now()}
	p.tally(r)
	if n := testing.AllocsPerRun(100, func() { p.tally(r) }); n > 1 { // the exchange itself
		t.Errorf("%v allocations", n)
	}
}

// A request begins by a table that tells users apart and has flows. Its instance is drained
// meanwhile, and the next table has neither.
func TestTableChangesUnderARequest(t *testing.T) {
	t.Parallel()
	p := tallied(t, func(s *edgewire.Service) { s.Sticky, s.Apart = &edgewire.Sticky{Cookie: "slipway_user"}, true })
	x := &exchange{edge: p, in: httptest.NewRequest("GET", "/p7/items/1", nil), start: time.Now()}
	x.enter(p.table.Load().services["dev/s"])
	if len(x.hits) != 2 || !x.hits[0].unit || !x.drawn {
		t.Fatalf("%+v", x.hits)
	}
	next := edgewire.Table{Epoch: 2, Services: []edgewire.Service{{
		Name: "s", Environment: "dev", Groups: []edgewire.Group{{Deployment: "next", Weight: 1, Instances: []edgewire.Instance{{ID: "j", Address: "127.0.0.1:2"}}}},
	}}}
	if err := p.apply(next, false); err != nil {
		t.Fatal(err)
	}
	if err := x.place(nil); err != nil || x.upstream.key.id != "j" {
		t.Fatalf("%v at %s", err, x.upstream.key.id)
	}
	h := http.Header{}
	x.answered(&http.Response{StatusCode: 200, Body: http.NoBody}, h)
	if flows := p.counters.Own(true).Flows; len(flows) != 1 || flows[0].Deployment != "next" || flows[0].Flow != "" || flows[0].Requests != 1 {
		t.Errorf("%+v", flows)
	}
	if !strings.HasPrefix(h.Get("Set-Cookie"), "slipway_user="+x.fresh) {
		t.Errorf("%v", h)
	}
}

func BenchmarkTally(b *testing.B) {
	for name, change := range map[string]func(*edgewire.Service){
		"plain":  func(*edgewire.Service) {},
		"judged": func(s *edgewire.Service) { s.Apart, s.Sticky = true, &edgewire.Sticky{Cookie: "slipway_user"} },
	} {
		b.Run(name, func(b *testing.B) {
			p := tallied(b, change)
			r := &exchange{in: httptest.NewRequest("GET", "/p7/items/1", nil), start: time.Now()}
			r.in.Header.Set("Cookie", "a=b; slipway_user=ann; c=d")
			for b.Loop() {
				p.tally(r)
			}
		})
	}
}
