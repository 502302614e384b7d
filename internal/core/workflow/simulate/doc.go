// Package simulate runs a workflow in memory: its runs and those below, the tasks of people,
// all in a time of its own, with stubs for the world. It is pure: the same definition, input and options give the
// same outcome, whenever and wherever. `slipway workflow run` and `slipway workflow test` stand on it.
//
//	definition, input ──▶ Run ──▶ Outcome: status, output, error, path, calls
//	                       │ ▲
//	 effects ─▶ stubs ─────┘ └──── timers, events, answers, each at its time
package simulate
