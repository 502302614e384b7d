// Package judge says, after every tick of a canary, whether the evidence suffices: roll
// back, promote, or hold. It is pure; its whole state is plain data that may be stored and
// loaded between any two ticks. docs/judge.md has the mathematics and the proofs.
//
//	ticks ─▶ Step ─▶ State ─▶ Verdict   rollback | promote | hold, and why
//	                   │  └──▶ Evidence  the numbers of each flow
//	                   └─────▶ Next      how far the canary's share may grow
//
// For each flow, requests of canary and baseline are pooled until both have some (a block);
// each block moves the wealth of bets against "the canary is no worse than the baseline",
// one for errors and one for each latency bound, and of bets for "it is fine". A bet that
// wins more than 1/alpha is evidence that chance explains in fewer than alpha of all
// canaries, however often one looks.
package judge
