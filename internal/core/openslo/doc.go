// Package openslo speaks OpenSLO v1 (https://github.com/OpenSLO/OpenSLO): it writes the
// reliability targets of flows as SLOs, and reads SLOs as targets of flows.
//
//	Flow ─▶ Export: a Service with the whole flow in an annotation, an SLO for each objective,
//	        the alert rules of core/slo, one DataSource
//	SLO  ─▶ Import: of ours, the flow with the targets that the SLOs say now; of others, the
//	        beginning of a Flow with what is missing named
//
// OpenSLO has no flows, no service hours, and alerts on one window each. What it cannot say is
// in annotations of ours, so that what was exported comes back as it was; what the documents
// themselves say is what counts, should somebody have changed it. What Slipway cannot do
// (time slices, calendar windows, composites, thresholds) is told, with its place, and left
// out: an SLO is never taken for another one than it is.
package openslo
