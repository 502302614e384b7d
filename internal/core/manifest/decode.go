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
	trail    trail // to what is being read
	problems Problems
}

// say tells what is wrong at a node: of the field that is being read, or of one below it.
func (d *decoder) say(n node, below, format string, args ...any) {
	d.problems = append(d.problems, Problem{
		Position: Position{File: d.file, Line: max(n.Line, 1), Column: max(n.Column, 1)},
		Path:     d.trail.to(below),
		Text:     fmt.Sprintf(format, args...),
	})
}

// trail is the way from the top of a document to a field. It is only written out for what is
// wrong, as most fields are right.
type trail []turn

// turn is a field, or an entry of a list.
type turn struct {
	name string
	item int // if there is no name
}

// to gives "spec.steps[0].service", which may be below the trail.
func (t trail) to(below string) string {
	path := ""
	for _, now := range t {
		if now.name == "" {
			path += index(now.item)
		} else {
			path = join(path, now.name)
		}
	}
	return join(path, below)
}

// under decodes a field, or an entry of a list, of what is being read.
func (d *decoder) under(t turn, n node, v reflect.Value, f *field, depth int) {
	d.trail = append(d.trail, t)
	d.decode(n, v, f, depth)
	d.trail = d.trail[:len(d.trail)-1]
}

// decode reads n into v. Of what is wrong, v keeps its zero.
func (d *decoder) decode(n node, v reflect.Value, f *field, depth int) {
	n, ok := d.enter(n, depth)
	if !ok {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(n, v.Elem(), f, depth)
	case reflect.Struct:
		d.decodeStruct(n, v, depth)
	case reflect.Map:
		d.decodeMap(n, v, f, depth)
	case reflect.Slice:
		d.decodeList(n, v, f, depth)
	case reflect.String:
		v.SetString(d.text(n, f))
	case reflect.Int:
		v.SetInt(d.integer(n, f))
	case reflect.Bool:
		v.SetBool(d.boolean(n))
	default:
		panic("manifest: no decoder for " + v.Type().String())
	}
}

// enter follows an alias and counts what was read.
func (d *decoder) enter(n node, depth int) (node, bool) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if d.nodes++; d.nodes == maxNodes {
		d.say(n, "", "there is too much in this document (its aliases, if it has any, multiply it)")
	}
	if depth > maxDepth {
		d.say(n, "", "this is nested more than %d deep", maxDepth)
	}
	return n, d.nodes < maxNodes && depth <= maxDepth
}

func (d *decoder) decodeStruct(n node, v reflect.Value, depth int) {
	var space [mostFields]entry
	found, ok := d.mapping(n, space[:0])
	if !ok {
		return
	}
	s := shapes[v.Type()]
	var has fieldSet
	for _, e := range found {
		i := s.position(e.name)
		if i < 0 {
			d.say(e.key, e.name, "unknown field `%s`; %s", e.name, didYouMean(e.name, s.names()))
			continue
		}
		has |= 1 << i
		d.under(turn{name: e.name}, e.value, v.Field(i), &s.fields[i], depth+1)
	}
	d.presence(n, s, has)
	if s.checks {
		v.Addr().Interface().(checker).check(spot{d: d, n: n})
	}
}

// presence looks for fields that must be there, or must not be there together.
func (d *decoder) presence(n node, s *shape, has fieldSet) {
	for i := range s.fields {
		if f := &s.fields[i]; f.need && !has.field(i) {
			d.say(n, "", "field `%s` is missing: %s", f.name, f.doc)
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
			d.say(n, "", "only one of %s may be there", quoted(there))
		case len(there) == 0 && !g.optional && len(g.fields) == 1:
			d.say(n, "", "field `%s` is missing", s.fields[g.fields[0]].name)
		case len(there) == 0 && !g.optional:
			d.say(n, "", "one of %s is missing", quoted(s.namesOf(g)))
		}
	}
}

func (d *decoder) decodeMap(n node, v reflect.Value, f *field, depth int) {
	found, ok := d.mapping(n, nil)
	if !ok {
		return
	}
	t := v.Type()
	keys := ruleOf(t.Key())
	v.Set(reflect.MakeMapWithSize(t, len(found)))
	key, value, item := reflect.New(t.Key()).Elem(), reflect.New(t.Elem()).Elem(), field{rule: f.rule}
	for _, e := range found {
		before := len(d.problems)
		key.SetString(d.ruled(e.key, e.name, e.name, keys))
		value.SetZero()
		d.under(turn{name: e.name}, e.value, value, &item, depth+1)
		if len(d.problems) == before {
			v.SetMapIndex(key, value)
		}
	}
}

func (d *decoder) decodeList(n node, v reflect.Value, f *field, depth int) {
	if n.Kind != yaml.SequenceNode {
		d.say(n, "", "a list is expected here, like [a, b], and not %s", describe(n))
		return
	}
	if len(n.Content) < f.min || f.max > 0 && len(n.Content) > f.max {
		d.say(n, "", "this list must have %d to %d entries", f.min, f.max)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	item := field{words: f.words, rule: f.rule}
	for i, entry := range n.Content {
		d.under(turn{item: i}, entry, v.Index(i), &item, depth+1)
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
func (d *decoder) mapping(n node, out []entry) ([]entry, bool) {
	if n.Kind != yaml.MappingNode {
		d.say(n, "", "fields are expected here, like {a: b}, and not %s", describe(n))
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
			d.say(n.Content[i], "", "merge keys (<<) are not supported; write the fields out")
		case key.Kind != yaml.ScalarNode || tag == "!!null":
			d.say(n.Content[i], "", "a name is expected here, and not %s", describe(key))
		case line(out, lines, key.Value) > 0:
			d.say(n.Content[i], key.Value, "`%s` is already there, at line %d", key.Value, line(out, lines, key.Value))
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
	switch {
	case path == "":
		return name
	case name == "":
		return path
	}
	return path + "." + name
}
