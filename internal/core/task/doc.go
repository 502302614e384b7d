// Package task has the one machine for every human decision: an approval, a review, a form,
// a sign-off, an acceptance, an alert. It knows who may answer, how many must, until when, and what
// their answers are bound to.
//
//	            task.opened            task.answered, the quorum agrees
//	(nothing) ─────────────▶ open ─────────────────────────────────────▶ approved ─┐
//	                         ▲ │ │  task.answered, somebody rejects                │
//	                         │ │ ├──────────────────────────────────▶ rejected ───┤ message Ask.Reply
//	      task.opened once   │ │ │  timer: the deadline                            │ to Ask.Subject
//	      more, after an end │ │ ├──────────────────────────────────▶ expired ────┘
//	                         │ │ │  task.closed
//	                         │ │ └──────────────────────────────────▶ closed
//	                         │ └─ task.claimed, .delegated, .withdrawn, .voided, .rebound
//	                         └──────────── a task that has ended
//
// A Standing task does not end by answers: it is approved while its quorum agrees and nobody
// rejects, and open again when an answer is withdrawn, void or expired. Whoever asks (a gate)
// counts the answers again each time; task.closed ends it.
//
// Who may answer: a person in one of Ask.From, or one that such a person handed it on to;
// never one who is excluded or, with FourEyes, asked; never twice, also not with another
// account that shares an address. What was answered by somebody who has lost their right since
// counts no more once the next one answers (Facts.Gone). An answer names the digests that its giver saw: if the task
// is bound to others by now, it is refused.
//
// While it is open and nobody has claimed it, people are told: those of From at once, then as
// the escalation says. Of an alert only those are told whose turn it is, although all of From may
// take it on; that is its one answer. What is due at some time is done by the timer, and also at any other
// event after it, so that nothing depends on a timer being on time.
package task
