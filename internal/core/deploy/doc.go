// Package deploy decides how a release goes into an environment, and back out again. Its
// machine is the lane: one per service and environment, so that two deployments at once
// are not possible rather than forbidden.
//
//	request ──▶ requested ──▶ waiting (at the gate, or behind another) ──▶ superseded
//	                             │                                     └──▶ aborted
//	                             ▼
//	        ┌──── preparing: new instances start beside the old
//	        │            │ all healthy
//	        ├──── checking: smoke checks, before any user's request
//	        │            │ pass
//	        ├──── shifting: the edge moves traffic, stage by stage ◀─┐
//	        │            │ route applied, pause over ────────────────┘
//	        ├──── observing: all traffic on the new release
//	        │            │ time over, all healthy
//	        │            ▼
//	        │        completed: the old instances stay warm
//	        │
//	        └──▶ rollingBack: all traffic to the old release at once, then the new
//	             │  instances go, then smoke checks on what serves
//	             ├──▶ rolledBack · aborted (by a person) · failed (there was no old release)
//	             └──▶ rollbackFailed · held (the edge does not answer): serving goes on
//	                  from whatever is healthy, and a person decides: retry, rollback, accept
//
// Anything that is not good leads back: an instance that crashes again and again, cannot
// be started or is not healthy in time; a smoke check that fails or whose outcome is
// unknown; too many errors; an edge that does not apply a route within 30 s.
//
// A rollback of a completed release is an operation of its own, with a number of its own.
// If the instances of the release it goes to are still warm, the route changes in the very
// step that asks; otherwise they are prepared and checked first. There is no canary on the
// way back. When the edge has applied the route, the release that was left is rolled back:
// its commit is rejected until a newer one has been completed. A rollback does not ask the
// gate. It does not cross a contract or irreversible migration unless forced; going back
// from a deployment under way does not ask that, because the old release serves beside it.
// Rolling lets the old instances go as it proceeds and so leaves none warm.
//
// What holds at every moment:
//   - An instance is not dropped while the edge may still send it requests: only after a
//     route revision without it was applied.
//   - The route goes to healthy instances. When there is none, it stays as it was.
//   - An instance ID is never used again once it was dropped.
//   - Whatever waits has a deadline, an effect under way, or asks a person.
//
// Events that change nothing (seen before, of another deployment, of an older revision) are
// refused with fault.Refused, because each accepted one is an entry in the journal. Drivers
// ignore such refusals of their observations.
package deploy
