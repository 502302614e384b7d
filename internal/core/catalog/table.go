package catalog

import (
	"maps"
	"slices"
)

// table has things by name.
type table[T any] struct {
	names []string
	list  []*T // in the order of names
	by    map[string]*T
}

func (t *table[T]) put(name string, v *T) {
	if t.by == nil {
		t.by = map[string]*T{}
	}
	t.by[name] = v
}

// sort is called once, when all are in.
func (t *table[T]) sort() {
	t.names = slices.Sorted(maps.Keys(t.by))
	t.list = make([]*T, len(t.names))
	for i, name := range t.names {
		t.list[i] = t.by[name]
	}
}

func (t *table[T]) get(name string) (T, bool) {
	if v, ok := t.by[name]; ok {
		return *v, true
	}
	var none T
	return none, false
}

func (t *table[T]) has(name string) bool {
	_, ok := t.by[name]
	return ok
}

func (t *table[T]) all() []T {
	out := make([]T, len(t.list))
	for i, v := range t.list {
		out[i] = *v
	}
	return out
}
