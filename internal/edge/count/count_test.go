package count

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

var tickets = Key{Service: "tickets", Environment: "dev", Release: "r1", Deployment: "d1"}

func TestCellCountsEachRequestOnce(t *testing.T) {
	t.Parallel()
	r := NewRegistry("a")
	c := r.Cell(tickets)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 1000 {
				c.Answered(200, 7*time.Millisecond)
				c.Answered(503, time.Minute)
				c.EdgeFailed()
				c.ClientGone()
				c.Cut()
			}
		})
	}
	wg.Wait()
	got := c.read()
	if got.Requests != 32000 || got.Status[1] != 8000 || got.Status[4] != 8000 || got.EdgeFailed != 8000 || got.ClientGone != 8000 || got.Cut != 8000 {
		t.Fatalf("%+v", got)
	}
	if got.Latency[1] != 8000 || got.Latency[len(edgewire.Buckets)] != 8000 {
		t.Fatalf("latency %v", got.Latency)
	}
}

func TestBucketsFit(t *testing.T) {
	t.Parallel()
	if len(edgewire.Buckets)+1 != buckets {
		t.Fatalf("%d buckets on the wire, %d in cells", len(edgewire.Buckets), buckets-1)
	}
}

func TestLearnIsIdempotentAndNeverGoesBack(t *testing.T) {
	t.Parallel()
	old := NewRegistry("old")
	old.Cell(tickets).Answered(200, 0)
	early := old.Own(true)
	old.Cell(tickets).Answered(404, 0)
	old.Unrouted()
	late := old.Own(true)

	r := NewRegistry("new")
	r.Cell(tickets).Answered(200, 0)
	for _, s := range []edgewire.Source{early, late, early, late, r.Own(true), {}} {
		r.Learn(s)
	}
	all := r.Total()
	counters, unrouted := all.Counters, all.Unrouted
	if len(counters) != 1 || counters[0].Requests != 3 || counters[0].Status[1] != 2 || counters[0].Status[3] != 1 || unrouted != 1 {
		t.Fatalf("%+v, %d unrouted", counters, unrouted)
	}
}

func TestFoldKeepsSumsAndReporters(t *testing.T) {
	t.Parallel()
	r := NewRegistry("now")
	for i := range 30 {
		s := NewRegistry(fmt.Sprint("edge", i))
		s.Cell(tickets).Answered(200, 0)
		s.Unrouted()
		r.Learn(s.Own(true))
		r.Fold(func(id string) bool { return id == "edge3" })
	}
	all := r.Total()
	counters, unrouted := all.Counters, all.Unrouted
	if counters[0].Requests != 30 || unrouted != 30 {
		t.Fatalf("%+v, %d unrouted", counters, unrouted)
	}
	sources := r.Sources()
	if len(sources) != keepSources+3 || sources[0].ID != past {
		t.Fatalf("%d sources, first %q", len(sources), sources[0].ID)
	}
	// The one that still reports goes on; nothing is counted twice.
	again := NewRegistry("edge3")
	again.Cell(tickets).Answered(200, 0)
	again.Cell(tickets).Answered(200, 0)
	r.Learn(again.Own(true))
	if counters := r.Total().Counters; counters[0].Requests != 31 {
		t.Fatalf("%d requests", counters[0].Requests)
	}
}
