// Package engine hosts machines: it loads, steps and commits them, runs their effects,
// reconciles what they desire and fires their timers. See internal/core/machine for the
// contract, and docs/architecture.md for the whole.
//
//	Submit ──▶ queue ──▶ writer: step, step, step … ──▶ one commit ──▶ receipts
//	  ▲                     (batch n+1 is stepped                        │
//	  │                      while n is written)                         ▼
//	  └──────────── outcomes, timers, observations ◀── effects · reconcilers · timers · views
//
// One goroutine, the writer, steps all machines. Steps see those before them in memory;
// nobody else sees anything, not even a refusal, before it is durable.
package engine
