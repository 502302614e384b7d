package config

import (
	"maps"
	"slices"
)

// DiffJSON gives the fields in which two JSON documents differ, sorted by path: of two
// configurations, say. Secrets are in there as names and versions only.
func DiffJSON(before, after []byte) []FieldChange {
	a, b := leaves(before), leaves(after)
	all := maps.Clone(a)
	maps.Copy(all, b)
	var out []FieldChange
	for _, path := range slices.Sorted(maps.Keys(all)) {
		if a[path] != b[path] {
			out = append(out, FieldChange{Path: path, Old: a[path], New: b[path]})
		}
	}
	return out
}
