package jq

import (
	"slices"

	"github.com/itchyny/gojq"
)

// delpaths deletes all paths of an array at once: first they are marked, and then taken out
// of the containers that the marking copied.
func delpaths(b *budget, v any, args []any) any {
	paths, ok := args[0].([]any)
	if !ok {
		return failure("delpaths needs an array of paths, not: " + show(args[0]))
	}
	return b.delete(v, paths, &owner{made: map[uintptr]any{}})
}

func (b *budget) delete(v any, paths []any, o *owner) any {
	if err := costSort(b, paths, nil); err != nil {
		return err
	}
	paths = slices.SortedFunc(slices.Values(paths), gojq.Compare)
	for _, path := range paths {
		if p, ok := path.([]any); ok && len(p) == 0 {
			return nil
		}
		v = b.set(v, path, deleted{}, o)
		if err, failed := v.(error); failed {
			return err
		}
	}
	return b.clean(v, o)
}

// clean takes out what is marked.
func (b *budget) clean(v any, o *owner) any {
	switch v := v.(type) {
	case map[string]any:
		if !o.owns(v) {
			return v
		}
		for name, item := range v {
			if _, gone := item.(deleted); gone {
				delete(v, name)
			} else if cleaned := b.clean(item, o); container(item) {
				v[name] = cleaned
			}
		}
		b.names(v)
	case []any:
		if !o.owns(v) {
			return v
		}
		kept := v[:0]
		for _, item := range v {
			if _, gone := item.(deleted); !gone {
				kept = append(kept, b.clean(item, o))
			}
		}
		b.pay(len(v))
		return kept
	}
	return v
}

func container(v any) bool {
	switch v.(type) {
	case map[string]any, []any:
		return true
	}
	return false
}

// gone is __gone(path; owner): the path is to be deleted at the end.
func gone(b *budget, v any, args []any) any {
	o := args[1].(*owner)
	o.gone = append(o.gone, args[0])
	return b.past(v, 2)
}

// drop is __drop(owner): what is gone is deleted.
func drop(b *budget, v any, args []any) any {
	o := args[0].(*owner)
	if len(o.gone) == 0 {
		return v
	}
	return b.delete(v, o.gone, o)
}

// getOwned is __get(path; owner): what an expression is given it may keep, so that it is not
// changed any more.
func getOwned(b *budget, v any, args []any) any {
	got := b.get(v, args[0])
	if o := args[1].(*owner); container(got) && o.owns(got) {
		clear(o.made)
	}
	return got
}

// checkPath is __path(path): it stands before getpath, so that this finds no error.
func checkPath(b *budget, v any, args []any) any {
	if got := b.get(v, args[0]); got != nil {
		if err, failed := got.(error); failed {
			return err
		}
	}
	return v
}

// get gives what is at a path, or why it cannot be looked up.
func (b *budget) get(v, path any) any {
	p, ok := path.([]any)
	if !ok {
		return failure("a path is an array, not: " + show(path))
	}
	for _, k := range p {
		if !b.pay(1) {
			return b.cause
		}
		if v = b.step(v, k); v == nil {
			return nil
		}
		if err, failed := v.(error); failed {
			return err
		}
	}
	return v
}

func (b *budget) step(v, k any) any {
	switch k := k.(type) {
	case string:
		if m, ok := v.(map[string]any); ok {
			if !b.pay(len(k) / hashBytes) {
				return b.cause
			}
			return m[k]
		}
	case map[string]any:
		if a, ok := v.([]any); ok {
			from, to, err := limits(k, len(a))
			if err != nil {
				return err
			}
			return a[from:to]
		}
	default:
		i, number := gojq.ToInt(k)
		if a, ok := v.([]any); ok && number {
			if i < 0 {
				i += len(a)
			}
			if i < 0 || i >= len(a) {
				return nil
			}
			return a[i]
		}
	}
	if v == nil {
		return nil
	}
	return failure("cannot look up " + show(k) + " in: " + show(v))
}
