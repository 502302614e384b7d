package jq

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strconv"

	"github.com/itchyny/gojq"
)

// Changes by path. gojq's own would fill an array up to any index, and write, when they
// delete, into parts that they share with others.

// owner knows which containers one change has made, so that it copies each once only. It
// holds on to them, so that no other takes their address.
type owner struct {
	made map[uintptr]any
	gone []any // paths that are to be deleted
}

// deleted stands where something is to be deleted, until the end of the change.
type deleted struct{}

func address(v any) uintptr { return reflect.ValueOf(v).Pointer() }

func (o *owner) owns(v any) bool {
	_, ok := o.made[address(v)]
	return ok
}

func newOwner(*budget, any, []any) any { return &owner{made: map[uintptr]any{}} }

// setOwned is __set(path; value; owner).
func setOwned(b *budget, v any, args []any) any {
	return b.set(v, args[0], args[1], args[2].(*owner))
}

func setpath(b *budget, v any, args []any) any {
	return b.set(v, args[0], args[1], &owner{made: map[uintptr]any{}})
}

// set gives v with a value at a path, or why not.
func (b *budget) set(v, path, value any, o *owner) any {
	p, ok := path.([]any)
	switch {
	case !ok:
		return failure("a path is an array, not: " + show(path))
	case len(p) > MaxDepth:
		return failure("a path has at most " + strconv.Itoa(MaxDepth) + " parts")
	case !b.pay(2 * len(p)):
		return b.cause
	}
	changed, err := b.update(v, p, value, o)
	if err != nil {
		return err
	}
	return changed
}

func (b *budget) update(v any, path []any, value any, o *owner) (any, error) {
	if len(path) == 0 {
		return value, nil
	}
	if _, ok := v.(deleted); ok {
		return v, nil
	}
	switch p := path[0].(type) {
	case string:
		if m, ok := v.(map[string]any); ok || v == nil {
			return b.updateMember(m, p, path[1:], value, o)
		}
	case map[string]any:
		if a, ok := v.([]any); ok || v == nil {
			return b.updatePart(a, p, path[1:], value, o)
		}
	default:
		if i, number := gojq.ToInt(p); number {
			if a, ok := v.([]any); ok || v == nil {
				return b.updateItem(a, i, path[1:], value, o)
			}
		}
	}
	return nil, failure("cannot set " + show(path[0]) + " in: " + show(v))
}

func (b *budget) updateMember(m map[string]any, name string, rest []any, value any, o *owner) (any, error) {
	if !b.pay(len(name) / hashBytes) {
		return nil, b.cause
	}
	old, there := m[name]
	if _, deletes := value.(deleted); deletes && !there {
		return whole(m, m == nil), nil
	}
	u, err := b.update(old, rest, value, o)
	if err != nil {
		return nil, err
	}
	if !o.owns(m) {
		if !b.buy(memberBytes*(len(m)+1)) || !b.names(m) {
			return nil, b.cause
		}
		c := make(map[string]any, len(m)+1)
		maps.Copy(c, m)
		m = c
		o.made[address(m)] = m
	}
	if !there && !b.buy(memberBytes) {
		return nil, b.cause
	}
	m[name] = u
	return m, nil
}

// whole gives v, or null for none.
func whole(v any, none bool) any {
	if none {
		return nil
	}
	return v
}

func (b *budget) updateItem(a []any, i int, rest []any, value any, o *owner) (any, error) {
	if i < 0 {
		i += len(a)
	}
	_, deletes := value.(deleted)
	switch {
	case deletes && (i < 0 || i >= len(a)):
		return whole(a, a == nil), nil
	case i < 0:
		return nil, failure("cannot set an item before the first of an array")
	case i > len(a)+maxIndex:
		return nil, failure("cannot set item " + strconv.Itoa(i) + " of an array of " + strconv.Itoa(len(a)) + ": the gap is too big")
	}
	var old any
	if i < len(a) {
		old = a[i]
	}
	u, err := b.update(old, rest, value, o)
	if err != nil {
		return nil, err
	}
	if a, err = b.own(a, i+1, o); err != nil {
		return nil, err
	}
	a[i] = u
	return a, nil
}

// own gives an array that may be changed, with the items of a, and at least so long.
func (b *budget) own(a []any, long int, o *owner) ([]any, error) {
	if long = max(long, len(a)); o.owns(a) && long <= cap(a) {
		return a[:long], nil
	}
	room := long
	if o.owns(a) {
		room = 2 * long // it grows
	}
	if !b.buy(itemBytes * room) {
		return nil, b.cause
	}
	c := make([]any, long, max(room, 1))
	copy(c, a)
	o.made[address(c)] = c
	return c, nil
}

// updatePart changes .[from:to].
func (b *budget) updatePart(a []any, bounds map[string]any, rest []any, value any, o *owner) (any, error) {
	from, to, err := limits(bounds, len(a))
	if err != nil {
		return nil, err
	}
	if _, deletes := value.(deleted); deletes && len(rest) == 0 {
		if a, err = b.own(a, len(a), o); err != nil {
			return nil, err
		}
		for i := from; i < to; i++ {
			a[i] = value
		}
		return a, b.all(b.pay(to - from))
	}
	u, err := b.update(a[from:to:to], rest, value, o)
	if err != nil {
		return nil, err
	}
	items, ok := u.([]any)
	if !ok {
		return nil, failure("a part of an array can only be set to an array, not: " + show(u))
	}
	if !b.buy(itemBytes * (len(a) + len(items))) {
		return nil, b.cause
	}
	c := slices.Concat(a[:from], items, a[to:])
	return c, nil
}

// limits gives the bounds of a part of an array that is so long.
func limits(bounds map[string]any, long int) (from, to int, err error) {
	place := func(name string, otherwise int) (int, error) {
		v, there := bounds[name]
		if !there {
			return 0, failure(`a part of an array is {"start": …, "end": …}`)
		}
		if v == nil {
			return otherwise, nil
		}
		i, ok := gojq.ToInt(v)
		if !ok {
			return 0, failure("cannot take a part of an array at: " + show(v))
		}
		if f, is := v.(float64); is && name == "end" && float64(i) < f {
			i++
		}
		if i < 0 {
			i += long
		}
		return min(max(i, 0), long), nil
	}
	from, err = place("start", 0)
	to, err2 := place("end", long)
	return from, max(from, to), errors.Join(err, err2)
}
