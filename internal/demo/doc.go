// Package demo shows Slipway at work on a shop of its own: it starts a control plane as a
// child process, makes a git repository, sends users through the edge, commits good and bad
// releases, and tells what happens. Nothing of it is left when it ends.
//
//	Prepare ─▶ build cache          a cold one makes the first build slow
//	Once    ─▶ stage ─▶ chapter     by itself, with a Result
//	Live    ─▶ stage ─▶ chapter     then a person's keys, on a terminal
package demo
