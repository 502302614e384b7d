// Package maintenance has the machine of planned work: somebody announces that flows will not
// do well in an environment for a while. What was announced early enough does not count against
// the flows' error budgets; see Planned.
//
//	          maintenance.announced            timer            timer
//	(nothing) ─────────────────────▶ announced ─────▶ underway ─────▶ ended
//	               ▲                     │                │
//	               │                     │ maintenance.cancelled: it counts until then
//	               └──── cancelled ◀─────┘                └─────▶ cancelled
//
// A change is a cancellation and a new announcement: whoever moves work to another time must
// give notice of that, too. One that was cancelled before it began may be announced anew under
// its name; one that had begun may not, for its time is still needed to count by.
package maintenance
