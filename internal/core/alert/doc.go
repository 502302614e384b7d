// Package alert has the machine of one alert: a flow does badly in an environment, and people
// are told until somebody takes it on or it is over.
//
//	          alert.fired            alert.acknowledged: the task was answered
//	(nothing) ──────────▶ firing ─────────────────────────────────────────────▶ acknowledged
//	                        │                                                        │
//	                        └──────────────── alert.resolved ────────────────────────┘
//	                                               ▼
//	                                            resolved
//
// Each alert has a machine of its own, so that the journal has its life by name and the index
// lists those of today and of last month. Who decides that it fires and that it is over is
// the machine that sends the messages; see core/slo.
//
// People are told by a task of the kind alert. That of a page goes up the escalation path of
// the flow, step by step, until somebody answers; that of a ticket is for the team and wakes
// nobody. When the alert is over the task is closed, and whoever took it on is told.
package alert
