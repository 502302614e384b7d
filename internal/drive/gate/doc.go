// Package gate answers a lane that stands at an environment's door. It gathers what a gate
// must know, has core/gate decide, and brings the decision to the lane as facts of the event
// gate.asked, together with guards on everything that it was made from:
//
//	lane desires "gate" ─▶ Asker ─▶ gate.asked + facts (Book.Facts) ─▶ lane begins, or waits
//	journal: approval, policy, people, lane before … ─▶ Asker ─▶ gate.asked again
//	deployment completed ─▶ Promoter ─▶ deploy.requested at the next door (auto: true)
//	lane began ─▶ effect gate.sign ─▶ Signer ─▶ signed verification summary
//
// Book is a picture of the machines that gates depend on. It may be behind: a decision from
// stale facts does not pass, because its guards do not hold, and is made again.
package gate
