// Package slo looks each minute how the flows' objectives stand in each environment, and tells
// the machines of core/slo what changed.
//
//	metrics source ─▶ read: counts by flow and step ─▶ history: rings of minutes and half hours
//	                                                        │
//	catalog, maintenance ─▶ objectives, planned spans ─▶ slo.EvaluateBut ─▶ Statuses, Samples
//	                                                        │ only what changes something
//	                                                        ▼
//	                                             slo.observed to slo/<environment>/<flow>
//
// Each look reads the last few minutes only (and again what was read before, for figures may
// come late); what is older is kept here. When a source is away for a while, its next answer
// fills the gap; meanwhile nothing is known, which is neither good nor bad.
//
// A history has minutes for the last six hours, so that the windows of pages are exact, and
// longer steps before that: so long that a period has at most 1,440 of them, but at least half
// an hour. It needs 4 bytes for each step, for the requests and for each objective.
//
// With a Prometheus server, the increase within a minute is only seen if it scrapes Slipway at
// least every 30 seconds.
package slo
