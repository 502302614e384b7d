package jq

import (
	"fmt"
	"math/big"
	"math/bits"
	"time"
)

// budget is what one evaluation may use. It is the context that gojq runs under: its
// interpreter asks a context whether it is done before each instruction, so that a context
// that counts is fuel, with no clock and no goroutine. Once it is used up, no expression can
// catch that.
type budget struct {
	left     int // steps
	price    int // of one instruction
	scopes   int // of the expression, at most
	cause    error
	tooDeep  bool
	patterns map[string]*pattern // that were compiled so far
}

// stopped is what Done gives when the steps are used up.
var stopped = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// Done is called once per instruction.
func (b *budget) Done() <-chan struct{} {
	if b.left -= b.price; b.left >= 0 {
		return nil
	}
	if b.cause == nil {
		b.cause = ErrFuel
	}
	return stopped
}

// Err says why the evaluation was stopped.
func (b *budget) Err() error { return b.cause }

// Deadline gives none: with Value, it makes a context of it.
func (b *budget) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value gives nothing.
func (b *budget) Value(any) any { return nil }

// pay takes steps. It says whether there were enough; if not, the evaluation is over.
func (b *budget) pay(steps int) bool {
	if b.left >= steps {
		b.left -= steps
		return true
	}
	b.stop(ErrFuel)
	return false
}

// buy pays for bytes that are to be made.
func (b *budget) buy(bytes int) bool {
	if !b.room(bytes) {
		return false
	}
	b.left -= bytes / stepBytes
	return true
}

// room says whether bytes could be paid for.
func (b *budget) room(bytes int) bool {
	if bytes < 0 || bytes/stepBytes > b.left {
		b.stop(ErrMemory)
		return false
	}
	return true
}

func (b *budget) stop(cause error) {
	b.left = -1
	if b.cause == nil {
		b.cause = cause
	}
}

// scan pays for reading a string.
func (b *budget) scan(s string) bool { return b.pay(len(s) / stepScan) }

// names pays for the names of an object, which are hashed when it is copied, and compared when it
// is sorted: names may be long, and many may begin alike.
func (b *budget) names(m map[string]any) bool {
	bytes := 0
	for name := range m {
		bytes += len(name)
	}
	return b.pay(8*len(m) + bytes/hashBytes*bits.Len(uint(len(m))))
}

var errDeep = fmt.Errorf("the expression makes a value that is nested more than %d levels deep", MaxDepth)

// deep pays for going through all of v once, and gives about how long it is as JSON.
func (b *budget) deep(v any) (size int, ok bool) {
	size, ok = b.walk(v, 0)
	if ok && b.tooDeep { // only now: which is found first depends on the order of a map
		b.stop(errDeep)
	}
	return size, ok && !b.tooDeep
}

func (b *budget) walk(v any, depth int) (size int, ok bool) {
	if depth > MaxDepth {
		b.tooDeep = true
		return 0, true
	}
	switch v := v.(type) {
	case string:
		return len(v) + 2, b.pay(1 + len(v)/stepScan)
	case *big.Int:
		return v.BitLen()/3 + 1, b.pay(1 + v.BitLen()/64)
	case []any:
		size = 2
		for _, item := range v {
			n, ok := b.walk(item, depth+1)
			if size += n + 1; !ok {
				return size, false
			}
		}
	case map[string]any:
		if size = 2; !b.names(v) { // sorted, too, by most who go through
			return size, false
		}
		for name, item := range v {
			n, ok := b.walk(item, depth+1)
			if size += n + len(name) + 4; !ok || !b.scan(name) {
				return size, false
			}
		}
	default:
		size = 8
	}
	return size, b.pay(1)
}
