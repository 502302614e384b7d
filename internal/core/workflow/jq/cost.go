package jq

import (
	"math"
	"math/big"
	"math/bits"
	"regexp"
	"strings"

	"github.com/itchyny/gojq"
)

// Costs: what gojq's own functions pay before they work. Each is at least the time that the
// function takes, and sees that there is room for what it makes.

// all gives nil, or why the evaluation is over.
func (b *budget) all(paid ...bool) error {
	for _, ok := range paid {
		if !ok {
			return b.cause
		}
	}
	return nil
}

// steps goes through v, and gives what that cost.
func (b *budget) steps(v any) (int, bool) {
	before := b.left
	_, ok := b.deep(v)
	return before - b.left, ok
}

// costFlat is for functions over scalars.
func costFlat(b *budget, v any, args []any) error {
	return b.all(b.scalar(v), b.scalars(args))
}

func (b *budget) scalars(values []any) bool {
	for _, v := range values {
		if !b.scalar(v) {
			return false
		}
	}
	return true
}

// scalar pays for what is not the same for all numbers.
func (b *budget) scalar(v any) bool {
	i, ok := v.(*big.Int)
	return !ok || b.pay(i.BitLen()/8)
}

// costScan is for functions that read strings.
func costScan(b *budget, v any, args []any) error {
	for _, read := range append([]any{v}, args...) {
		if s, ok := read.(string); ok && !b.scan(s) {
			return b.cause
		}
	}
	return costFlat(b, v, args)
}

// costEscape is for functions that write a string anew; the longest replacement has six bytes.
func costEscape(b *budget, v any, _ []any) error {
	size, ok := b.deep(v)
	return b.all(ok, b.room(6*size))
}

func costDigits(b *budget, v any, _ []any) error {
	if s, ok := v.(string); ok && len(s) > maxDigits {
		return failure("tonumber: the text is too long for a number")
	}
	return nil
}

// costExplode pays for a number per character.
func costExplode(b *budget, v any, _ []any) error {
	s, _ := v.(string)
	return b.all(b.room(2*itemBytes*len(s)), b.pay(len(s)))
}

func length(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case []any:
		return len(v)
	case map[string]any:
		return len(v)
	}
	return 0
}

// costEach is for functions that visit each item once.
func costEach(b *budget, v any, _ []any) error {
	return b.all(b.pay(length(v)), b.room(itemBytes*length(v)))
}

// costOrder is for the names of objects, sorted.
func costOrder(b *budget, v any, _ []any) error {
	m, _ := v.(map[string]any)
	return b.all(b.names(m), b.pay(length(v)), b.room(itemBytes*length(v)))
}

// costDeep is for functions that go through all.
func costDeep(b *budget, v any, args []any) error {
	for _, read := range append([]any{v}, args...) {
		if _, ok := b.deep(read); !ok {
			return b.cause
		}
	}
	return nil
}

// costSort is for sorting by values, or by keys in the argument.
func costSort(b *budget, v any, args []any) error {
	before := b.left
	if err := costDeep(b, v, args); err != nil {
		return err
	}
	return b.all(b.pay((before - b.left) * bits.Len(uint(length(v)))))
}

// costProduct is for functions that look for one value at each place of the other.
func costProduct(b *budget, v any, args []any) error {
	s, isText := v.(string)
	x, both := args[0].(string)
	if isText && both {
		return b.all(b.room(2*itemBytes*(len(s)+len(x))), b.pay(len(s)+len(x)), b.pay(product(len(s), len(x))/2))
	}
	n, ok := b.steps(v)
	m, too := b.steps(args[0])
	return b.all(ok, too, b.pay(product(n, m)))
}

func costContains(b *budget, v any, args []any) error {
	_, isText := v.(string)
	if _, both := args[0].(string); isText && both {
		return costScan(b, v, args)
	}
	return costProduct(b, v, args)
}

func costSubtract(b *budget, v any, args []any) error {
	if _, ok := args[0].([]any); ok {
		return costProduct(b, args[0], args[1:])
	}
	return costFlat(b, v, args)
}

// product multiplies, and stays payable by nobody when it overflows.
func product(n, m int) int {
	if n != 0 && m > math.MaxInt32/n {
		return math.MaxInt32
	}
	return n * m
}

// costMultiply is for numbers, repeated strings, and merged objects.
func costMultiply(b *budget, v any, args []any) error {
	for i, arg := range args {
		switch x := arg.(type) {
		case string:
			if times, ok := gojq.ToFloat64(args[1-i]); ok && times*float64(len(x)) > 0 {
				return b.all(b.room(int(min(times*float64(len(x)), math.MaxInt32))))
			}
		case map[string]any:
			n, ok := b.steps(x)
			if !ok || !b.room(memberBytes*n) || !b.pay(4*n) {
				return b.cause
			}
		}
	}
	return costFlat(b, v, args)
}

// costSplit is for strings that are parted: by the last argument, of the other or the input.
func costSplit(b *budget, v any, args []any) error {
	if len(args) == 2 {
		v = args[0]
	}
	s, isText := v.(string)
	by, both := args[len(args)-1].(string)
	if !isText || !both {
		return costFlat(b, v, args)
	}
	if !b.scan(s) || !b.scan(by) {
		return b.cause
	}
	pieces := strings.Count(s, by) + 1
	return b.all(b.pay(pieces), b.room(3*itemBytes*pieces))
}

// costAdd is for the sum of all items.
func costAdd(b *budget, v any, _ []any) error {
	texts, items, names := 0, 0, true
	sum := func(item any) {
		switch item := item.(type) {
		case string:
			texts += len(item)
		case []any:
			items += len(item)
		case map[string]any:
			items += 4 * len(item)
			names = names && b.names(item)
		case *big.Int:
			texts += item.BitLen()
		}
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			sum(item)
		}
	case map[string]any:
		names = b.names(v)
		for _, item := range v {
			sum(item)
		}
	}
	return b.all(names, b.pay(length(v)+items+texts/stepScan), b.room(texts+2*itemBytes*items))
}

// costJoin is for items with a string between them.
func costJoin(b *budget, v any, args []any) error {
	by, _ := args[0].(string)
	if err := costAdd(b, v, nil); err != nil {
		return err
	}
	bytes := product(length(v), len(by)+8)
	return b.all(b.room(2*bytes), b.pay(bytes/stepScan))
}

// costSearch is for a binary search.
func costSearch(b *budget, _ any, args []any) error {
	n, ok := b.steps(args[0])
	return b.all(ok, b.pay(product(n, 32)))
}

// costTranspose is for rows that are made columns, of which the longest counts.
func costTranspose(b *budget, v any, _ []any) error {
	rows, _ := v.([]any)
	longest := 0
	for _, row := range rows {
		longest = max(longest, length(row))
	}
	return b.all(b.pay(len(rows)), b.pay(product(len(rows)+2, longest)), b.room(itemBytes*product(len(rows)+2, longest)))
}

// zoneName finds what in a format of time reads names of time zones as the machine knows them.
var zoneName = regexp.MustCompile(`%[^a-zA-Z%+]*[EO]?[Z+]`)

// costTime is for formats of time; one letter may be made 1,024 wide.
func costTime(b *budget, v any, args []any) error {
	format, _ := args[0].(string)
	if s, parses := v.(string); parses {
		if !b.scan(s) || !b.scan(format) {
			return b.cause
		}
		if zoneName.MatchString(format) {
			return failure("strptime: %Z reads the names of time zones that this machine knows: use %z")
		}
	}
	return b.all(b.pay(20*len(format)), b.room(300*len(format)))
}

// costBessel is for functions that take a step for each order.
func costBessel(b *budget, v any, args []any) error {
	order, _ := gojq.ToFloat64(args[0])
	if !(math.Abs(order) <= 100_000) {
		return failure("jn and yn: the order is too big")
	}
	return b.all(b.pay(int(math.Abs(order))))
}
