package jq

import (
	"maps"
	"slices"
)

// entries is to_entries: an object as an array of {key, value}, sorted.
func entries(b *budget, v any, _ []any) any {
	m, ok := v.(map[string]any)
	if !ok {
		return failure("to_entries needs an object, not: " + show(v))
	}
	if !b.names(m) || !b.buy(5*memberBytes*len(m)) {
		return b.cause
	}
	made := make([]any, 0, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		made = append(made, map[string]any{"key": name, "value": m[name]})
	}
	return made
}

// fromEntries makes an object of entries, whose members may have several names.
func fromEntries(b *budget, v any, _ []any) any {
	list, ok := v.([]any)
	if !ok {
		return failure("from_entries needs an array, not: " + show(v))
	}
	if !b.pay(8*len(list)) || !b.buy(memberBytes*len(list)) {
		return b.cause
	}
	made := make(map[string]any, len(list))
	for _, item := range list {
		entry, ok := item.(map[string]any)
		if !ok {
			return failure("from_entries needs objects, not: " + show(item))
		}
		name, ok := entryName(entry)
		if !ok {
			return failure("from_entries needs a key for each entry")
		}
		if !b.pay(len(name) / hashBytes) {
			return b.cause
		}
		made[name] = first(entry, "value", "v", "Value", "V")
	}
	return made
}

// entryName gives the name that an entry is for: as jq does, also null and booleans are names.
func entryName(entry map[string]any) (string, bool) {
	switch name := first(entry, "key", "k", "name", "Name", "Key", "K").(type) {
	case string:
		return name, true
	case nil, bool, int, float64:
		text, err := Encode(name)
		return string(text), err == nil
	}
	return "", false
}

// first gives the first of the members that there is.
func first(entry map[string]any, names ...string) any {
	for _, name := range names {
		if v, ok := entry[name]; ok && v != nil {
			return v
		}
	}
	return nil
}
