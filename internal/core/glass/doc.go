// Package glass has the machine of break-glass: the one way past a shut gate, and the way into
// a critical system, in an emergency. There is one machine per target, a service in an
// environment or a System; its glasses are numbered. So there is never a second one before
// the first was reviewed.
//
//	            glass.requested                     glass.confirmed by somebody else
//	(nothing) ───────────────────▶ waiting ─────────────────────────────────────────┐
//	    ▲ ▲         │                │  glass.closed, or nobody confirms it in time  │
//	    │ │         │                └──────▶ withdrawn                              │
//	    │ │         │ a criterion that needs nobody else                             ▼
//	    │ │         └─────────────────────────────────────────────────────────────▶ open ◀─┐ glass.used
//	    │ │                                                                          │ └───┘ by lanes
//	    │ └───── withdrawn                     its window is over, or glass.closed   │
//	    │                                                                            ▼
//	    └─────── reviewed ◀── glass.reviewed by somebody who did neither ───────── review
//	                                                                   (overdue: shown and told)
//
// Who may do what is not asked here but by who sends the events; who they are is (facts).
// The policy, with its criteria, windows and times, was looked up by the sender, too, and is
// kept with the glass.
//
// People are told at once: when one is asked for, when it opens, when it is over and when its
// review is late. The review is a task of its own; it has no deadline at which it would end,
// because then nobody could close it any more. Until it is answered the state is "review", in
// which another request is refused.
//
// A lane tells glass.used in the commit in which the deployment begins. It is refused here when
// the glass is not open any more, and with it the step of the lane.
package glass
