package manifest

import (
	"fmt"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v4"
)

// Bounds of a document, so that aliases cannot blow it up.
const (
	maxDepth = 30
	maxNodes = 100_000
)

type node = *yaml.Node

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

// decode reads n into v. Of what is wrong, v keeps its zero.
func (d *decoder) decode(n node, v reflect.Value, f field, path string, depth int) {
	n, ok := d.enter(n, path, depth)
	if !ok {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(n, v.Elem(), f, path, depth)
	case reflect.Struct:
		d.decodeStruct(n, v, path, depth)
	case reflect.Map:
		d.decodeMap(n, v, path, depth)
	case reflect.Slice:
		d.decodeList(n, v, f, path, depth)
	case reflect.String:
		v.SetString(d.text(n, v.Type().Name(), f, path))
	case reflect.Int:
		v.SetInt(d.integer(n, f, path))
	case reflect.Bool:
		v.SetBool(d.boolean(n, path))
	default:
		panic("manifest: no decoder for " + v.Type().String())
	}
}

// enter follows an alias and counts what was read.
func (d *decoder) enter(n node, path string, depth int) (node, bool) {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if d.nodes++; d.nodes == maxNodes {
		d.say(n, path, "there is too much in this document (its aliases, if it has any, multiply it)")
	}
	if depth > maxDepth {
		d.say(n, path, "this is nested more than %d deep", maxDepth)
	}
	return n, d.nodes < maxNodes && depth <= maxDepth
}

func (d *decoder) decodeStruct(n node, v reflect.Value, path string, depth int) {
	fields := fieldsOf(v.Type())
	found, ok := d.mapping(n, path)
	if !ok {
		return
	}
	for _, e := range found {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == e.name })
		if i < 0 {
			d.say(e.key, join(path, e.name), "unknown field `%s`; %s", e.name, didYouMean(e.name, names(fields)))
			continue
		}
		d.decode(e.value, v.Field(fields[i].index), fields[i], join(path, e.name), depth+1)
	}
	d.presence(n, fields, found, path)
	if c, ok := v.Interface().(checker); ok {
		c.check(spot{d: d, n: n, path: path})
	}
}

// presence looks for fields that must be there, or must not be there together.
func (d *decoder) presence(n node, fields []field, found []entry, path string) {
	has := func(name string) bool {
		return slices.ContainsFunc(found, func(e entry) bool { return e.name == name })
	}
	for _, f := range fields {
		if f.need && !has(f.name) {
			d.say(n, path, "field `%s` is missing: %s", f.name, f.doc)
		}
	}
	order, members, optional := groups(fields)
	for _, g := range order {
		var there []string
		for _, name := range members[g] {
			if has(name) {
				there = append(there, name)
			}
		}
		switch {
		case len(there) > 1:
			d.say(n, path, "only one of %s may be there", quoted(there))
		case len(there) == 0 && !optional[g] && len(members[g]) == 1:
			d.say(n, path, "field `%s` is missing", members[g][0])
		case len(there) == 0 && !optional[g]:
			d.say(n, path, "one of %s is missing", quoted(members[g]))
		}
	}
}

func (d *decoder) decodeMap(n node, v reflect.Value, path string, depth int) {
	found, ok := d.mapping(n, path)
	if !ok {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, e := range found {
		before := len(d.problems)
		key := reflect.New(v.Type().Key()).Elem()
		key.SetString(d.ruled(e.key, e.name, key.Type().Name(), join(path, e.name)))
		value := reflect.New(v.Type().Elem()).Elem()
		d.decode(e.value, value, field{}, join(path, e.name), depth+1)
		if len(d.problems) == before {
			v.SetMapIndex(key, value)
		}
	}
}

func (d *decoder) decodeList(n node, v reflect.Value, f field, path string, depth int) {
	if n.Kind != yaml.SequenceNode {
		d.say(n, path, "a list is expected here, like [a, b], and not %s", describe(n))
		return
	}
	if len(n.Content) < f.min || f.max > 0 && len(n.Content) > f.max {
		d.say(n, path, "this list must have %d to %d entries", f.min, f.max)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
	for i, item := range n.Content {
		d.decode(item, v.Index(i), field{words: f.words}, fmt.Sprintf("%s[%d]", path, i), depth+1)
	}
}

// entry is a key of a mapping and its value.
type entry struct {
	name       string
	key, value node
}

// mapping gives the entries of a mapping whose keys are plain and unlike.
func (d *decoder) mapping(n node, path string) ([]entry, bool) {
	if n.Kind != yaml.MappingNode {
		d.say(n, path, "fields are expected here, like {a: b}, and not %s", describe(n))
		return nil, false
	}
	var out []entry
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		for key.Kind == yaml.AliasNode {
			key = key.Alias
		}
		switch {
		case key.ShortTag() == "!!merge":
			d.say(n.Content[i], path, "merge keys (<<) are not supported; write the fields out")
		case key.Kind != yaml.ScalarNode || isNothing(key):
			d.say(n.Content[i], path, "a name is expected here, and not %s", describe(key))
		case lines[key.Value] > 0:
			d.say(n.Content[i], join(path, key.Value), "`%s` is already there, at line %d", key.Value, lines[key.Value])
		default:
			lines[key.Value] = n.Content[i].Line
			out = append(out, entry{key.Value, n.Content[i], value})
		}
	}
	return out, true
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
