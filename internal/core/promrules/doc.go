// Package promrules says in the words of Prometheus what Slipway looks for itself: rules that
// record how fast the error budgets of flows burn, and that alert as core/slo does, for those
// who run a Prometheus of their own that scrapes Slipway's /metrics.
//
//	flow + objective ─▶ Events: PromQL for all and for bad ones ─▶ ratio of each window, recorded
//	                                                                  │
//	                       slo.Rules: long window, short window, factor ─▶ alert
//
// What Prometheus cannot be told is in the notes of the result: service hours in a time zone,
// planned maintenance, and that an alert goes on until neither of two short windows burns.
package promrules
