package manifest

import (
	"fmt"
	"reflect"

	"go.yaml.in/yaml/v4"
)

// Bounds of a document, so that aliases cannot blow it up.
const (
	maxDepth = 30
	maxNodes = 100_000
)

// decoder fills Go values from YAML nodes and collects all that is wrong.
type decoder struct {
	file     string
	nodes    int
	problems Problems
}

func (d *decoder) say(n node, path, format string, args ...any) {
	d.problems = append(d.problems, Problem{
		Position: Position{File: d.file, Line: max(n.Line, 1), Column: max(n.Column, 1)},
		Path:     path,
		Text:     fmt.Sprintf(format, args...),
	})
}

// trail is the way from the top of a document to a field. It is only written out for what is
// wrong, as most fields are right.
type trail struct {
	up   *trail
	name string
	item int // of a list, if there is no name
}

// String gives "spec.steps[0].service".
func (t *trail) String() string {
	switch {
	case t == nil:
		return ""
	case t.name == "":
		return t.up.String() + index(t.item)
	}
	return join(t.up.String(), t.name)
}

// decode reads n into v. Of what is wrong, v keeps its zero.
func (d *decoder) decode(n node, v reflect.Value, f *field, at *trail, depth int) {
	n, ok := d.enter(n, at, depth)
	if !ok {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(n, v.Elem(), f, at, depth)
	case reflect.Struct:
		d.decodeStruct(n, v, at, depth)
	case reflect.Map:
		d.decodeMap(n, v, f, at, depth)
	case reflect.Slice:
		d.decodeList(n, v, f, at, depth)
	case reflect.String:
		v.SetString(d.text(n, f, at))
	case reflect.Int:
		v.SetInt(d.integer(n, f, at))
	case reflect.Bool:
		v.SetBool(d.boolean(n, at))
	default:
		panic("manifest: no decoder for " + v.Type().String())
	}
}

// enter follows an alias and counts what was read.
func (d *decoder) enter(n node, at *trail, depth int) (node, bool) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if d.nodes++; d.nodes == maxNodes {
		d.say(n, at.String(), "there is too much in this document (its aliases, if it has any, multiply it)")
	}
	if depth > maxDepth {
		d.say(n, at.String(), "this is nested more than %d deep", maxDepth)
	}
	return n, d.nodes < maxNodes && depth <= maxDepth
}

func (d *decoder) decodeStruct(n node, v reflect.Value, at *trail, depth int) {
	var space [mostFields]entry
	found, ok := d.mapping(n, at, space[:0])
	if !ok {
		return
	}
	s := shapes[v.Type()]
	var has fieldSet
	for _, e := range found {
		i := s.position(e.name)
		if i < 0 {
			d.say(e.key, (&trail{up: at, name: e.name}).String(), "unknown field `%s`; %s", e.name, didYouMean(e.name, s.names()))
			continue
		}
		has |= 1 << i
		d.decode(e.value, v.Field(i), &s.fields[i], &trail{up: at, name: e.name}, depth+1)
	}
	d.presence(n, s, has, at)
	if s.checks {
		v.Addr().Interface().(checker).check(spot{d: d, n: n, path: at.String()})
	}
}

// presence looks for fields that must be there, or must not be there together.
func (d *decoder) presence(n node, s *shape, has fieldSet, at *trail) {
	for i := range s.fields {
		if f := &s.fields[i]; f.need && !has.field(i) {
			d.say(n, at.String(), "field `%s` is missing: %s", f.name, f.doc)
		}
	}
	for _, g := range s.groups {
		var there []string
		for _, i := range g.fields {
			if has.field(i) {
				there = append(there, s.fields[i].name)
			}
		}
		switch {
		case len(there) > 1:
			d.say(n, at.String(), "only one of %s may be there", quoted(there))
		case len(there) == 0 && !g.optional && len(g.fields) == 1:
			d.say(n, at.String(), "field `%s` is missing", s.fields[g.fields[0]].name)
		case len(there) == 0 && !g.optional:
			d.say(n, at.String(), "one of %s is missing", quoted(s.namesOf(g)))
		}
	}
}

func (d *decoder) decodeMap(n node, v reflect.Value, f *field, at *trail, depth int) {
	found, ok := d.mapping(n, at, nil)
	if !ok {
		return
	}
	t := v.Type()
	keys := ruleOf(t.Key())
	v.Set(reflect.MakeMapWithSize(t, len(found)))
	for _, e := range found {
		before, here := len(d.problems), &trail{up: at, name: e.name}
		key := reflect.New(t.Key()).Elem()
		key.SetString(d.ruled(e.key, e.name, keys, here))
		value := reflect.New(t.Elem()).Elem()
		d.decode(e.value, value, &field{rule: f.rule}, here, depth+1)
		if len(d.problems) == before {
			v.SetMapIndex(key, value)
		}
	}
}

func (d *decoder) decodeList(n node, v reflect.Value, f *field, at *trail, depth int) {
	if n.Kind != yaml.SequenceNode {
		d.say(n, at.String(), "a list is expected here, like [a, b], and not %s", describe(n))
		return
	}
	if len(n.Content) < f.min || f.max > 0 && len(n.Content) > f.max {
		d.say(n, at.String(), "this list must have %d to %d entries", f.min, f.max)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		d.decode(item, v.Index(i), &field{words: f.words, rule: f.rule}, &trail{up: at, item: i}, depth+1)
	}
}

// entry is a key of a mapping and its value.
type entry struct {
	name       string
	key, value node
}

// fewEntries is up to how many entries one looks at all of them for a name.
const fewEntries = 30

// mapping gives the entries of a mapping whose keys are plain and unlike, in some space.
func (d *decoder) mapping(n node, at *trail, out []entry) ([]entry, bool) {
	if n.Kind != yaml.MappingNode {
		d.say(n, at.String(), "fields are expected here, like {a: b}, and not %s", describe(n))
		return nil, false
	}
	var lines map[string]int
	if len(n.Content)/2 > fewEntries {
		lines = map[string]int{}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := follow(n.Content[i]), n.Content[i+1]
		tag := key.Tag
		switch {
		case tag == "!!merge":
			d.say(n.Content[i], at.String(), "merge keys (<<) are not supported; write the fields out")
		case key.Kind != yaml.ScalarNode || tag == "!!null":
			d.say(n.Content[i], at.String(), "a name is expected here, and not %s", describe(key))
		case line(out, lines, key.Value) > 0:
			d.say(n.Content[i], (&trail{up: at, name: key.Value}).String(), "`%s` is already there, at line %d", key.Value, line(out, lines, key.Value))
		default:
			if lines != nil {
				lines[key.Value] = n.Content[i].Line
			}
			out = append(out, entry{key.Value, n.Content[i], value})
		}
	}
	return out, true
}

// line gives where a name is already there, or 0.
func line(out []entry, lines map[string]int, name string) int {
	if lines != nil {
		return lines[name]
	}
	for i := range out {
		if out[i].name == name {
			return out[i].key.Line
		}
	}
	return 0
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
