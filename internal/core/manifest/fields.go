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
	doc, eg  string
	need     bool
	group    string // of which exactly one, or at most one, is there
	optional bool   // the group may have none
	min, max int    // 0: no bound
	words    []string
	rule     *rule // of its scalars; nil: it has none
}

// shape is a struct type of a manifest: its fields, and which of them exclude one another.
type shape struct {
	fields []field
	groups []group
	checks bool // its fields depend on one another; see checker
}

// mostFields is how many fields a struct may have.
const mostFields = 32

// fieldSet is positions of fields.
type fieldSet uint32

func (s fieldSet) field(i int) bool { return s&(1<<i) != 0 }

// group is fields of which exactly one is there; with optional, at most one.
type group struct {
	fields   []int // positions
	optional bool
}

// shapes has each struct type that a manifest may have, read once: tags take long to read.
var shapes = func() map[reflect.Type]*shape {
	all := map[reflect.Type]*shape{}
	shapesIn(reflect.TypeFor[header](), all)
	for _, t := range kinds {
		shapesIn(t, all)
	}
	return all
}()

func shapesIn(t reflect.Type, all map[reflect.Type]*shape) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		shapesIn(t.Elem(), all)
	case reflect.Struct:
		if all[t] != nil {
			return
		}
		all[t] = shapeOf(t)
		for i := range t.NumField() {
			shapesIn(t.Field(i).Type, all)
		}
	}
}

func shapeOf(t reflect.Type) *shape {
	s := &shape{checks: t.Implements(reflect.TypeFor[checker]())}
	if t.NumField() > mostFields {
		panic("manifest: there are too many fields in " + t.Name())
	}
	at := map[string]int{} // of a group
	for i := range t.NumField() {
		f := fieldOf(t.Field(i))
		s.fields = append(s.fields, f)
		if f.group == "" {
			continue
		}
		g, there := at[f.group]
		if !there {
			g = len(s.groups)
			at[f.group] = g
			s.groups = append(s.groups, group{})
		}
		s.groups[g].fields = append(s.groups[g].fields, i)
		s.groups[g].optional = f.optional
	}
	return s
}

func fieldOf(t reflect.StructField) field {
	tag := t.Tag
	name, _, _ := strings.Cut(tag.Get("json"), ",")
	f := field{name: name, doc: tag.Get("doc"), eg: tag.Get("eg"), need: tag.Get("need") == "yes",
		words: strings.Fields(tag.Get("enum")), rule: ruleOf(t.Type)}
	f.min, _ = strconv.Atoi(tag.Get("min"))
	f.max, _ = strconv.Atoi(tag.Get("max"))
	f.group, f.optional = strings.CutPrefix(tag.Get("one"), "?")
	return f
}

// needed says whether something in a spec must be there, so that there must be a spec.
func needed(spec reflect.Type) bool {
	s := shapes[spec]
	return slices.ContainsFunc(s.fields, func(f field) bool { return f.need || f.group != "" && !f.optional })
}

// position is that of a field by name, or -1.
func (s *shape) position(name string) int {
	for i := range s.fields {
		if s.fields[i].name == name {
			return i
		}
	}
	return -1
}

func (s *shape) names() []string {
	out := make([]string, len(s.fields))
	for i, f := range s.fields {
		out[i] = f.name
	}
	return out
}

// namesOf gives the names of the fields of a group.
func (s *shape) namesOf(g group) []string {
	var out []string
	for _, i := range g.fields {
		out = append(out, s.fields[i].name)
	}
	return out
}
