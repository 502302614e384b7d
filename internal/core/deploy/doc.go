// Package deploy decides how a release goes into an environment, and back out again. Its
// machine is the lane: one per service and environment, so that two deployments at once
// are not possible rather than forbidden.
//
//	request ──▶ waiting at the gate, in a queue ──▶ superseded · aborted
//	              │    ▲ │  desires "gate": the driver asks, at once and whenever something changed
//	              │    │ ▼
//	              │   gate.asked (or its timer, at Decision.Next): shut, or bound anew to a changed config
//	              ▼
//	            gate.asked whose facts carry an open decision, and nothing else is under way
//	             │   the step is guarded by all that the decision was made from
//	             │   told: task closed, lease taken, broken glass used, train; the decision is signed
//	             ▼
//	        ┌──── preparing: new instances start beside the old
//	        │            │ all healthy
//	        ├──── checking: smoke checks, before any user's request
//	        │            │ pass; then the workflows of hooks.before, one after the other
//	        ├──── shifting: the edge moves traffic, stage by stage ◀─┐
//	        │            │ route applied, pause over ────────────────┤
//	        │            │ the judge allows more ────────────────────┘
//	        ├──── observing: all traffic on the new release; first hooks.after run
//	        │            │ time over, all healthy
//	        │            ▼
//	        │        completed: the old instances stay warm
//	        │
//	        └──▶ rollingBack: all traffic to the old release at once, then the new
//	             │  instances go, then smoke checks on what serves; what is starting again,
//	             │  as after a restart of the machine, is waited for first
//	             ├──▶ rolledBack · aborted (by a person) · failed (there was no old release)
//	             └──▶ rollbackFailed · held (the edge does not answer): serving goes on
//	                  from whatever is healthy, and a person decides: retry, rollback, accept
//
// Anything that is not good leads back: an instance that crashes again and again, cannot
// be started or is not healthy in time; a smoke check that fails or whose outcome is
// unknown; a hook's run that does not complete; too many errors; an edge that does not apply a route within 30 s.
//
// A canary without steps is judged. Beside it start as many fresh instances of the old
// release. It has 1% of the traffic at first, then as much as the judge allows, up to a
// third. Those beside it have a third; the rest stays with the instances that run. If the
// fresh ones
// cannot be, or are not wanted, it is compared with those that run, and has up to a half.
// While it is judged, errors are the judge's business alone; instances that do not run still
// lead back.
//
//	internal users alone, if asked ──▶ judged, stage Judged ──▶ all traffic
//	                                     │  desires "judge": the driver brings judge.said
//	                                     ├── rollback: back at once
//	                                     ├── promote, and the least time is over: all traffic
//	                                     ├── hold: its share grows, or stays
//	                                     └── the longest time is over: held, a person is asked
//	                                           ├── accept, or the judge promotes: all traffic
//	                                           ├── rollback, or the judge does: back
//	                                           └── retry: it is judged for as long again
//
// A judge that is silent holds. The first release of a lane is not judged: there is nothing
// to compare it with.
//
// A rollback of a completed release is an operation of its own, with a number of its own.
// If the instances of the release it goes to are still warm, the route changes in the very
// step that asks; otherwise they are prepared and checked first. There is no canary on the
// way back. When the edge has applied the route, the release that was left is rolled back:
// its commit is rejected until a newer one has been completed. A rollback does not ask the
// gate; but the facts of the request must say that the release was not revoked since it was
// completed here, and the step is guarded by that release's machine. A rollback does not cross
// a contract or irreversible migration unless forced. Going back from a deployment under way
// asks neither, because the old release serves beside it.
// Rolling lets the old instances go as it proceeds and so leaves none warm.
//
// A workflow's lane (strategy activate) has neither instances nor routes. What takes the
// place of a route is a revision of which version is active: the edge's part is done by who
// sets the workflow's trigger. There is nothing to prepare, check or observe:
//
//	gate open ──▶ shifting: the trigger is to be set ──▶ completed: it is
//	              │ it cannot be, or nobody answers in 30 s
//	              └──▶ rollingBack ──▶ rolledBack, or failed if no version was active before
//
// What holds at every moment:
//   - An instance is not dropped while the edge may still send it requests: only after a
//     route revision without it was applied.
//   - The route goes to healthy instances. When there is none, it stays as it was.
//   - An instance ID is never used again once it was dropped.
//   - Whatever waits has a deadline, an effect under way, asks a person, or has the gate asked.
//   - A deployment begins only in a step whose own facts have an open decision for it, which is
//     of its very artifact and config, holds still, and is guarded by this lane: from what
//     runs here follows whose commits come in. A verdict that was given before lets nothing in.
//
// Events that change nothing (seen before, of another deployment, of an older revision) are
// refused with fault.Refused, because each accepted one is an entry in the journal. Drivers
// ignore such refusals of their observations.
package deploy
