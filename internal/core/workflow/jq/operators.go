package jq

import (
	"maps"
	"math/big"

	"github.com/itchyny/gojq"
)

// add is l + r.
func add(b *budget, _ any, args []any) any {
	switch l := args[0].(type) {
	case nil:
		return args[1]
	case int:
		if r, ok := args[1].(int); ok {
			if sum := l + r; (sum >= l) == (r >= 0) {
				return sum
			}
		}
	case float64:
		if r, ok := args[1].(float64); ok {
			return l + r
		}
	case string:
		if r, ok := args[1].(string); ok {
			if !b.buy(len(l) + len(r)) {
				return b.cause
			}
			return l + r
		}
	case []any:
		if r, ok := args[1].([]any); ok {
			return b.append(l, r)
		}
	case map[string]any:
		if r, ok := args[1].(map[string]any); ok {
			return b.merge(l, r)
		}
	}
	return b.sum(args[0], args[1])
}

func (b *budget) append(l, r []any) any {
	switch {
	case len(l) == 0:
		return r
	case len(r) == 0:
		return l
	case !b.buy(itemBytes * (len(l) + len(r))):
		return b.cause
	}
	return append(append(make([]any, 0, len(l)+len(r)), l...), r...)
}

func (b *budget) merge(l, r map[string]any) any {
	switch {
	case len(l) == 0:
		return r
	case len(r) == 0:
		return l
	case !b.buy(memberBytes*(len(l)+len(r))) || !b.names(l) || !b.names(r):
		return b.cause
	}
	sum := make(map[string]any, len(l)+len(r))
	maps.Copy(sum, l)
	maps.Copy(sum, r)
	return sum
}

// sum adds what add does not: other numbers, null on the right, and what cannot be added.
func (b *budget) sum(l, r any) any {
	if r == nil {
		return l
	}
	x, xok := exact(l)
	y, yok := exact(r)
	if xok && yok {
		return b.bought(simple(x.Add(x, y)))
	}
	f, fok := gojq.ToFloat64(l)
	g, gok := gojq.ToFloat64(r)
	if fok && gok {
		return f + g
	}
	return failure("cannot add: " + show(l) + " and " + show(r))
}

// exact gives a number that is an integer, as one that may be changed.
func exact(v any) (*big.Int, bool) {
	switch v := v.(type) {
	case int:
		return big.NewInt(int64(v)), true
	case *big.Int:
		return new(big.Int).Set(v), true
	}
	return nil, false
}

// simple gives an int if it is one.
func simple(i *big.Int) any {
	if i.IsInt64() {
		return int(i.Int64())
	}
	return i
}

// show tells in few words what a value is.
func show(v any) string {
	switch v := v.(type) {
	case string:
		if len(v) > 20 {
			v = v[:20] + "…"
		}
		return "string (" + gojq.Preview(v) + ")"
	case nil:
		return "null"
	case []any, map[string]any:
		return gojq.TypeOf(v)
	}
	return gojq.TypeOf(v) + " (" + gojq.Preview(v) + ")"
}

// compare orders two values as jq does.
func (b *budget) compare(args []any) (int, bool) {
	for _, v := range args {
		switch v := v.(type) {
		case string:
			if !b.scan(v) {
				return 0, false
			}
		case []any, map[string]any:
			if _, ok := b.deep(v); !ok {
				return 0, false
			}
		}
	}
	return gojq.Compare(args[0], args[1]), b.scalars(args)
}

// comparison makes a native of a test of the order.
func (b *budget) comparison(args []any, holds func(order int) bool) any {
	order, ok := b.compare(args)
	if !ok {
		return b.cause
	}
	return holds(order)
}

func equal(b *budget, _ any, args []any) any {
	return b.comparison(args, func(o int) bool { return o == 0 })
}

func notEqual(b *budget, _ any, args []any) any {
	return b.comparison(args, func(o int) bool { return o != 0 })
}

func less(b *budget, _ any, args []any) any {
	return b.comparison(args, func(o int) bool { return o < 0 })
}

func greater(b *budget, _ any, args []any) any {
	return b.comparison(args, func(o int) bool { return o > 0 })
}

func lessEqual(b *budget, _ any, args []any) any {
	return b.comparison(args, func(o int) bool { return o <= 0 })
}

func greaterEqual(b *budget, _ any, args []any) any {
	return b.comparison(args, func(o int) bool { return o >= 0 })
}
