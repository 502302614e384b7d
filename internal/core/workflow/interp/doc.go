// Package interp runs workflows: one run is one machine, run/<id>.
//
//	            run.started                 nothing is left to do
//	(none) ───────────────▶ running ─────────────────────────────▶ completed
//	                         ▲   │ a problem that nothing catches ▶ faulted ◀─┐
//	          an outcome, an │   ▼ everything waits                  │ run.resumed
//	          event, a timer waiting ──── run.cancelled ───────────▶ cancelled ─┘
//	                         │   │
//	           run.continued │   │ run.suspended: what is under way goes on, nothing more begins
//	                        suspended
//
//	an effect's outcome was lost ─▶ unknown ── run.settled: done, failed, again ─▶ running
//
// A run is a tree of frames. A frame is a task under way, or a list of tasks; what is below it
// is a part of it. Each event goes to the frame that waits for it. That one ends, what is above it takes its output
// and begins what comes next, and so on, until every leaf waits again or the run has ended:
//
//	/do                          list   1st of 3
//	└ /do/0/guard                try    working, attempt 2
//	  └ /do/0/guard/try          list   2nd of 2
//	    └ …/1/both               fork   2 branches
//	      ├ …/branches/0/ask     call   waits for task/r.1    (a person)
//	      └ …/branches/1/wait    wait   waits until 12:00
//
//	begin ─▶ if ─▶ input ─▶ extensions before ─▶ work ─▶ extensions after ─▶ output ─▶ export ─▶ leave
//	                                              │                                              │
//	                              fail ◀──────────┘                            up: next, over, joined
//	              up, to the try that means it
//
// A step does as much as it can, but begins no more than some tasks at once: then it goes on in
// the next step. It reads no clock and draws no random: the time is the event's, and what looks
// random follows from the run's seed and the key of a frame.
//
// Values over 4 kB are named by their digest. What passes unchanged is neither written nor hashed again; what
// can be derived (the input of a branch is that of its fork) is not in a frame at all.
//
// Secrets are marks here; see Mark. What goes wrong is a Problem, with the pointer of its task.
//
// What is ours where the specification leaves it open:
//
//   - A branch that fails in a fork that competes has lost; the fork fails when all have.
//   - `then: exit` in a loop ends its turn. `then: end` ends the whole run, wherever it is.
//   - A task that is skipped goes on with the next one, whatever its `then` says.
//   - A try whose retries were in vain fails with the last error, unless catch has `do` or `then`.
//   - Backoff takes increment (linear), factor (exponential; 2) and max; delay × attempt is linear.
//   - Tasks before and after others get their input or output, and give nothing but what they
//     export; with `then: exit` a task before another gives its output. $task is the task that is extended.
//   - A condition of an event that fails on what others send does not hold.
//   - With foreach, the input of each turn is the task's; what listen gives is the events, unless foreach.output says otherwise.
package interp
