package metrics

// Names of what Slipway counts of requests, steps of flows and instances. Counters are
// cumulative. All of a flow have the labels flow, step, service, release and environment.
const (
	FlowRequests  = "slipway_flow_requests_total"
	FlowErrors    = "slipway_flow_errors_total"
	FlowAnonymous = "slipway_flow_anonymous_total" // answered 2xx or 3xx without any credentials
	FlowPlain     = "slipway_flow_plain_total"     // came from outside without TLS
	FlowDuration  = "slipway_flow_duration_seconds"
	FlowBucket    = FlowDuration + "_bucket" // also the label le; cumulative, as in Prometheus
	FlowCount     = FlowDuration + "_count"

	Requests     = "slipway_requests_total"      // service, release, environment, code ("2xx", …, "edge", "refused", "gone")
	RequestBytes = "slipway_request_bytes_total" // service, release, environment, direction ("received", "sent"): bodies
	Unrouted     = "slipway_unrouted_requests_total"
	EdgeUp       = "slipway_edge_up" // 0: the edge did not answer, and nothing is known of requests

	InstanceCPU      = "slipway_instance_cpu_seconds_total" // service, release, environment, instance
	InstanceMemory   = "slipway_instance_memory_bytes"      // likewise
	InstanceRestarts = "slipway_instance_restarts_total"    // likewise
	InstanceScraped  = "slipway_instance_scrape_ok"         // likewise; 0: its own metrics could not be read
	Instances        = "slipway_instances"                  // service, release, environment, state

	DroppedSeries = "slipway_metrics_dropped_series_total" // series that were over a bound, each time that they were
)

// Values of the label code of Requests, besides those of the app's answers by class.
const (
	CodeEdge    = "edge"    // 502, 503, 504 made by the edge
	CodeRefused = "refused" // 4xx made by the edge
	CodeGone    = "gone"    // the client went away first
)

// Values of the label direction of RequestBytes.
const (
	Received = "received"
	Sent     = "sent"
)
