// Package slo says how well flows reach what they must: objectives from a flow's reliability
// targets, their error budgets, and how fast those burn. Evaluate is the pure part. The machine
// slo/<environment>/<flow> remembers how a flow's objectives stand, and raises alerts.
//
// # Objectives
//
// A flow's availability is one objective (good: what did not fail), each of its latencies
// another (good: what began its answer within the bound). An objective with the target 99.9%
// over 30 days allows one bad request in a thousand of those of the last 30 days: that is its
// budget. Budget is the share of it that is left; below 0 more was spent than there was.
//
// Only what happens in the objective's hours and outside of planned maintenance counts, by the
// middle of each bucket. With fewer requests than Objective.Minimum nothing is said: Unknown,
// NotEnough. Unknown with NoData is said when the last known bucket ended more than Stale ago,
// or when less than half of the time that counts is known since measuring began. Otherwise the
// figures are of what is known, and Status.Known says how much of the period that is. A target
// of 100% has no budget: the first failure exhausts it, and burns Endless.
//
// # Rules
//
// See Rules for the windows and factors, and Status.Hold for when one stops. A rule begins
// when both windows burn at least at its factor and the long one has Objective.Minimum
// requests.
//
// # The machine
//
//	                              slo.observed: its objectives, with alerts as they follow
//	                            ┌──┐
//	          slo.observed      ▼  │
//	(nothing) ────────────▶ ok · unknown · burning · exhausted      (the worst of its objectives)
//	                            │  ▲
//	   slo.observed, removed    ▼  │  slo.observed: the flow is there again
//	                          removed
//
//	of each objective:   no alert ──rule fires──▶ alert.fired to alert/<environment>/<flow>/<n>
//	                         ▲                                │
//	                         └──────alert.resolved to it ◀────┘ no rule fires, or one of the other severity
//
// What is observed changes something when a state, a reason or the rules that fire change, when
// a tenth of the budget came or went, or when the objectives are others. What changes nothing
// is refused, and makes no entry in the journal. There is one alert of an objective at a time:
// when a rule that pages fires, the ticket is over, and while one pages there is no ticket.
package slo
