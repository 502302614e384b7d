// Package trigger has the machine of a workflow in an environment: which version is active,
// when it runs by itself, and which of its runs are under way. Every run of a server begins here.
//
//	           trigger.set: a release of the workflow was completed in the environment
//	(nothing) ─────────────▶ active ◀──────────────────── trigger.set: another version
//	                          │ ▲ │
//	           trigger.paused │ │ │ trigger.unset: rolled back to nothing
//	                          ▼ │ ▼
//	                       paused  inactive: no run begins; those under way go on
//
// A run begins with a message to run/<environment>.<workflow>.<number>:
//
//	trigger.fired (a person, a hook, another workflow) ──┐
//	timer (every, cron, after) ──────────────────────────┼─▶ overlap? ─▶ run.started ─▶ … ─▶ trigger.ended
//	trigger.heard (the events of schedule.on) ───────────┘     │
//	                                                           ├─ allow: beside those under way
//	                                                           ├─ queue: after them, in order
//	                                                           ├─ skip: not at all, and counted
//	                                                           └─ replace: those under way are cancelled
//
// The overlap policy is for what begins by itself; what a person or another workflow asks for
// begins, or is refused with the reason. A schedule whose times passed while nobody looked (the
// control plane was down, or it was paused) runs for none of them, for the last, or for all, as Missed says.
package trigger
