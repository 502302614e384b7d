package metrics

import "slipway.dev/internal/metrics"

// help says what each of our own figures is.
//
//nolint:gosec // the "pw" in Slipway's name is no password
var help = map[string]string{
	metrics.FlowRequests:     "Requests that are steps of a flow.",
	metrics.FlowErrors:       "Those of them that failed: answered 5xx, broken off, or not brought to an instance.",
	metrics.FlowAnonymous:    "Those of them that were answered 2xx or 3xx though they did not say who asks.",
	metrics.FlowPlain:        "Those of them that came from outside without TLS.",
	metrics.FlowDuration:     "Time until the answer began.",
	metrics.Requests:         "Requests, by who answered: the app (by class of its status), the edge, nobody since the client went away.",
	metrics.RequestBytes:     "Bytes of the bodies of requests (received) and answers (sent).",
	metrics.Unrouted:         "Requests that no route was there for.",
	metrics.EdgeUp:           "1: the edge answers. 0: nothing is known of requests.",
	metrics.InstanceCPU:      "CPU time that an instance has used since its app was started.",
	metrics.InstanceMemory:   "Memory that an instance holds, without what the kernel only caches.",
	metrics.InstanceRestarts: "How often an instance's app was started again.",
	metrics.InstanceScraped:  "1: the app's own metrics could be read.",
	metrics.Instances:        "Instances by their state.",
	metrics.DroppedSeries:    "Series over a bound that were not kept, each time that they were not.",

	"slipway_build_info":            "Which build of Slipway this is.",
	"slipway_metrics_series":        "Series that are kept.",
	"slipway_metrics_bytes":         "Bytes that kept figures take in memory.",
	"slipway_journal_entries_total": "Entries of the journal: steps of machines.",
	"slipway_effects_parked":        "Effects that nobody can run, and that wait for a newer version or for a person.",
	"slipway_engine_leader":         "1: this process leads.",
	"slipway_engine_epoch":          "Epoch of the leader.",
	"slipway_machines":              "Machines of each kind by their status.",
	"slipway_slo_objective":         "Share that an objective of a flow asks for.",
	"slipway_slo_measured":          "Share that is measured.",
	"slipway_slo_budget_remaining":  "Share of the error budget that is left; below 0: overspent.",
	"slipway_slo_burn_rate":         "How fast the error budget is used: 1 uses it up in just its window.",
	"go_goroutines":                 "Goroutines of the control plane.",
	"go_memstats_heap_alloc_bytes":  "Bytes of objects on the heap.",
	"go_memstats_alloc_bytes_total": "Bytes that were ever allocated.",
	"go_gc_cycles_total":            "Garbage collections.",
	"process_cpu_seconds_total":     "CPU time that the control plane has used.",
	"process_resident_memory_bytes": "Memory that the control plane holds.",
	"process_open_fds":              "Files that the control plane has open.",
}
