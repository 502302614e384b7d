package manifest

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// field is what a struct's tag says of one field of a manifest.
type field struct {
	name     string
	index    int
	doc, eg  string
	need     bool
	group    string // of which exactly one, or at most one, is there
	optional bool   // the group may have none
	min, max int    // 0: no bound
	words    []string
}

// fieldsOf gives the fields of a struct type.
func fieldsOf(t reflect.Type) []field {
	var out []field
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		name, _, _ := strings.Cut(tag.Get("json"), ",")
		f := field{name: name, index: i, doc: tag.Get("doc"), eg: tag.Get("eg"), need: tag.Get("need") == "yes",
			words: strings.Fields(tag.Get("enum"))}
		f.min, _ = strconv.Atoi(tag.Get("min"))
		f.max, _ = strconv.Atoi(tag.Get("max"))
		f.group, f.optional = strings.CutPrefix(tag.Get("one"), "?")
		out = append(out, f)
	}
	return out
}

// needed says whether something in a spec must be there, so that there must be a spec.
func needed(spec reflect.Type) bool {
	return slices.ContainsFunc(fieldsOf(spec), func(f field) bool { return f.need || f.group != "" && !f.optional })
}

func names(fields []field) []string {
	var out []string
	for _, f := range fields {
		out = append(out, f.name)
	}
	return out
}

// groups gives the names of the fields of each group, in order.
func groups(fields []field) (order []string, members map[string][]string, optional map[string]bool) {
	members, optional = map[string][]string{}, map[string]bool{}
	for _, f := range fields {
		if f.group == "" {
			continue
		}
		if members[f.group] == nil {
			order = append(order, f.group)
		}
		members[f.group] = append(members[f.group], f.name)
		optional[f.group] = f.optional
	}
	return order, members, optional
}
