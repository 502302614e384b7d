package metrics

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"slipway.dev/internal/metrics"
	"slipway.dev/internal/target"
	"slipway.dev/internal/wire/edgewire"
)

func (w *world) is(what string, got []float64, want ...float64) {
	w.Helper()
	if d := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.EquateEmpty(), cmpopts.EquateApprox(0, 1e-9)); d != "" {
		w.Errorf("%s (-want +got):\n%s", what, d)
	}
}

// count makes the edge have seen so many requests of each kind.
func (w *world) count(n uint64) {
	w.counters = edgewire.Counters{
		Counters: []edgewire.Counter{{Service: "tickets", Environment: "prod", Release: "r1", Deployment: "1",
			Status: []uint64{0, 10 * n, 0, n, n}, EdgeFailed: n, Refused: 2 * n, ClientGone: 3 * n, Received: 100 * n, Sent: 1000 * n}},
		Flows: []edgewire.FlowCounter{
			{Flow: "purchase", Step: "pay \"now\"", Service: "tickets", Environment: "prod", Release: "r1", Deployment: "1",
				Bounds: []float64{0.1, 0.3}, Requests: 10 * n, Errors: n, Anonymous: 2 * n, Plain: 3 * n, Latency: []uint64{7 * n, 2 * n, n}},
			{Service: "tickets", Environment: "prod", Requests: 99 * n}, // of no flow
		},
	}
}

func TestKeepsWhatTheEdgeCounts(t *testing.T) {
	w := newWorld(t)
	for _, n := range []uint64{5, 6, 8} {
		w.count(n)
		w.minute()
	}
	nan := math.NaN()
	w.is("requests", w.ask(metrics.FlowRequests, metrics.Increase, "flow", "purchase"), nan, 10, 20)
	w.is("errors", w.ask(metrics.FlowErrors, metrics.Increase), nan, 1, 2)
	w.is("anonymous", w.ask(metrics.FlowAnonymous, metrics.Increase), nan, 2, 4)
	w.is("plain", w.ask(metrics.FlowPlain, metrics.Increase), nan, 3, 6)
	w.is("fast", w.ask(metrics.FlowBucket, metrics.Increase, "le", "0.3"), nan, 9, 18)
	w.is("counted", w.ask(metrics.FlowCount, metrics.Increase), nan, 10, 20)
	w.is("5xx", w.ask(metrics.Requests, metrics.Increase, "code", "5xx"), nan, 1, 2)
	w.is("gone", w.ask(metrics.Requests, metrics.Increase, "code", "gone"), nan, 3, 6)
	w.is("sent", w.ask(metrics.RequestBytes, metrics.Increase, "direction", "sent", "service", "tickets", "release", "r1"), nan, 1000, 2000)
	w.is("up", w.ask(metrics.EdgeUp, metrics.Last), 1, 1, 1)
	w.is("all flows, and nothing that is of none", w.ask(metrics.FlowRequests, metrics.Increase), nan, 10, 20)
}

func TestKnowsNothingWhileTheEdgeIsAway(t *testing.T) {
	w := newWorld(t)
	for i, away := range []error{nil, nil, errAway, errAway, nil} {
		w.count(uint64(i))
		w.away = away
		w.minute()
	}
	nan := math.NaN()
	w.is("requests", w.ask(metrics.FlowRequests, metrics.Increase), nan, 10, nan, nan, 30)
	w.is("up", w.ask(metrics.EdgeUp, metrics.Last), 1, 1, 0, 0, 1)
	w.away = errAway
	w.now = w.now.Add(fresh)
	text := w.text()
	w.has(text, metrics.EdgeUp+" 0")
	if strings.Contains(text, metrics.FlowRequests+"{") {
		t.Errorf("requests are said:\n%s", text)
	}
}

// TestNobodyHasTakenIt sees to it that zero is known, and is not unknown.
func TestNobodyHasTakenIt(t *testing.T) {
	w := newWorld(t)
	w.table = edgewire.Table{
		Services: []edgewire.Service{{Name: "tickets", Environment: "prod"}, {Name: "tickets", Environment: "dev"}, {Name: "mail", Environment: "prod"}},
		Flows: []edgewire.Flow{
			{Name: "purchase", Bounds: []float64{0.1, 0.3}, Steps: []edgewire.FlowStep{{Name: "pay \"now\"", Service: "tickets"}}},
			{Name: "elsewhere", Steps: []edgewire.FlowStep{{Name: "a", Service: "unknown"}}},
		},
	}
	w.minute()
	w.minute()
	w.is("nobody yet", w.ask(metrics.FlowRequests, metrics.Increase, "flow", "purchase", "environment", "dev"), math.NaN(), 0)
	w.count(3) // the first come, in prod
	w.minute()
	w.is("the first", w.ask(metrics.FlowRequests, metrics.Increase, "flow", "purchase", "environment", "prod"), math.NaN(), 0, 30)
	w.is("in dev still", w.ask(metrics.FlowBucket, metrics.Increase, "flow", "purchase", "environment", "dev", "le", "0.3"), math.NaN(), 0, 0)
	if rows := w.ask(metrics.FlowRequests, metrics.Increase, "flow", "elsewhere"); rows != nil {
		t.Errorf("of a flow that no service here is part of: %v", rows)
	}
}

func TestInstances(t *testing.T) {
	w := newWorld(t)
	w.instances = []Instance{
		{ID: "a", Service: "tickets", Environment: "prod", Release: "r1", State: target.Healthy},
		{ID: "b", Service: "tickets", Environment: "prod", Release: "r1", State: target.CrashLoop},
		{ID: "c", Service: "mail", Environment: "prod", Release: "r9", State: target.Starting},
	}
	for i := range 3 {
		w.used["a"] = target.Usage{CPUSeconds: float64(i) * 6, MemoryBytes: 1 << 20}
		w.used["b"] = target.Usage{CPUSeconds: 1 / float64(i+1), MemoryBytes: 1 << 21} // is started again each time
		w.instances[1].Restarts = i
		w.minute()
	}
	nan := math.NaN()
	w.is("CPU", w.ask(metrics.InstanceCPU, metrics.Increase, "instance", "a"), nan, 6, 6)
	w.is("CPU of the service", w.ask(metrics.InstanceCPU, metrics.Increase, "service", "tickets"), nan, 6.5, 6+1.0/3)
	w.is("memory", w.ask(metrics.InstanceMemory, metrics.Mean, "service", "tickets"), 3<<20, 3<<20, 3<<20)
	w.is("restarts", w.ask(metrics.InstanceRestarts, metrics.Increase, "instance", "b"), nan, 1, 1)
	w.is("healthy", w.ask(metrics.Instances, metrics.Last, "service", "tickets", "state", "healthy"), 1, 1, 1)
	w.is("none healthy", w.ask(metrics.Instances, metrics.Last, "service", "mail", "state", "healthy"), 0, 0, 0)
	w.is("of whom nothing is known", w.ask(metrics.InstanceMemory, metrics.Mean, "service", "mail"))
	w.has(w.text(), `slipway_instances{environment="prod",release="r1",service="tickets",state="crashLoop"} 1`,
		`slipway_instance_restarts_total{environment="prod",instance="b",release="r1",service="tickets"} 2`)
}

// TestText reads what is offered with the parser that others use.
func TestText(t *testing.T) {
	w := newWorld(t)
	w.count(5)
	w.counters.Flows[0].Service = "a\\b\nc\xff"
	w.counters.Counters = append(w.counters.Counters, w.counters.Counters[0]) // the same twice must not break all
	text := w.text()
	w.has(text, "# TYPE slipway_flow_duration_seconds histogram", "slipway_edge_up 1", `slipway_machines{kind="deploy",status="idle"} 2`, "# TYPE slipway_requests_total counter",
		`slipway_flow_requests_total{deployment="1",environment="prod",flow="purchase",release="r1",service="a\\b\nc`+"\uFFFD"+`",step="pay \"now\""} 50`)
	p := expfmt.NewTextParser(model.LegacyValidation)
	families, err := p.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	h := families[metrics.FlowDuration].GetMetric()
	if len(h) != 1 || h[0].GetHistogram().GetSampleCount() != 50 || len(h[0].GetHistogram().GetBucket()) != 3 {
		t.Errorf("histogram %v", h)
	}
	for name, f := range families {
		if help[name] == "" || f.GetHelp() == "" {
			t.Errorf("nothing says what %s is", name)
		}
	}
	for _, name := range []string{"slipway_build_info", "go_goroutines", "process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", metrics.DroppedSeries} {
		if len(families[name].GetMetric()) != 1 {
			t.Errorf("%s is missing", name)
		}
	}
	if !slices.IsSorted(headsOf(text)) {
		t.Error("families are not in order")
	}
}

func headsOf(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		if name, ok := strings.CutPrefix(line, "# TYPE "); ok {
			out = append(out, strings.Fields(name)[0])
		}
	}
	return out
}

// TestEndKeepsTheLast sees to it that what came in a started minute is not lost.
func TestEndKeepsTheLast(t *testing.T) {
	w := newWorld(t)
	w.count(1)
	w.minute()
	w.count(2)
	w.now = w.now.Add(40 * 1e9)
	w.End(context.Background())
	w.now = begin.Add(3 * 60 * 1e9)
	w.is("requests", w.ask(metrics.FlowRequests, metrics.Increase), math.NaN(), 10, math.NaN())
}
