package jq

import "time"

// budget is what one evaluation may use. It is the context that gojq runs under: its
// interpreter asks a context whether it is done before each instruction, so that a context
// that counts is fuel, with no clock and no goroutine.
type budget struct {
	steps int // that are left
	price int // of one instruction
	cause error
}

// stopped is what Done gives when the fuel is used up.
var stopped = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// Done is called once per instruction.
func (b *budget) Done() <-chan struct{} {
	b.pay(b.price)
	if b.cause != nil {
		return stopped
	}
	return nil
}

// Err says why the evaluation was stopped.
func (b *budget) Err() error { return b.cause }

// Deadline and Value make it a context.
func (b *budget) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value gives nothing.
func (b *budget) Value(any) any { return nil }

// pay takes steps; it says whether there were enough.
func (b *budget) pay(steps int) bool {
	if b.steps -= steps; b.steps < 0 && b.cause == nil {
		b.cause = ErrFuel
	}
	return b.cause == nil
}
