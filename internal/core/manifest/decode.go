package manifest

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

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
		d.decode(item, v.Index(i), field{}, fmt.Sprintf("%s[%d]", path, i), depth+1)
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

func (d *decoder) text(n node, typ string, f field, path string) string {
	r := rules[typ]
	tag := n.ShortTag()
	switch {
	case n.Kind == yaml.ScalarNode && r.number && (tag == "!!int" || tag == "!!float"):
		return d.ruled(n, plainNumber(n), typ, path)
	case n.Kind != yaml.ScalarNode || tag != "!!str" && !(r.any && slices.Contains(scalarTags, tag)):
		d.say(n, path, "%s is expected here, and not %s%s", orWords(r.what, f.words), describe(n), orQuote(n, typ))
		return ""
	case len(f.words) > 0 && !slices.Contains(f.words, n.Value):
		if near := nearest(n.Value, f.words); near != "" {
			d.say(n, path, "%q is not known here; did you mean `%s`?", short(n.Value), near)
		} else {
			d.say(n, path, "%q is not known here; it may be %s", short(n.Value), quoted(f.words))
		}
		return ""
	}
	return d.ruled(n, n.Value, typ, path)
}

// orQuote tells to put a scalar in quotes if it is text that YAML takes for something else.
func orQuote(n node, typ string) string {
	p := patterns[typ]
	if n.Kind != yaml.ScalarNode || isNothing(n) || !slices.Contains(scalarTags, n.ShortTag()) || p != nil && !p.MatchString(n.Value) {
		return ""
	}
	return "; if it is meant as text, put it in quotes"
}

// scalarTags are what YAML may take for a plain scalar, besides nothing.
var scalarTags = []string{"!!str", "!!int", "!!float", "!!bool", "!!timestamp"}

// ruled holds a text to the rule of its type.
func (d *decoder) ruled(n node, s, typ, path string) string {
	r, ok := rules[typ]
	if !ok {
		return s // a plain string: its words were looked at
	}
	if p := patterns[typ]; p != nil && !p.MatchString(s) {
		d.say(n, path, "%q is not %s", short(s), r.what)
		return ""
	}
	if s == "" && !r.any {
		d.say(n, path, "%s is expected here, and not empty text", r.what)
		return ""
	}
	if r.max > 0 && len(s) > r.max {
		d.say(n, path, "%q is longer than %d characters", short(s), r.max)
		return ""
	}
	if r.check != nil {
		if err := r.check(s); err != nil {
			d.say(n, path, "%q cannot be used here: %v", short(s), err)
			return ""
		}
	}
	return s
}

func (d *decoder) integer(n node, f field, path string) int64 {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!int" {
		d.say(n, path, "a whole number is expected here, and not %s", describe(n))
		return 0
	}
	i, err := strconv.ParseInt(n.Value, 10, 64)
	if err != nil {
		d.say(n, path, "%s is not a whole number that can be used here; write it in plain digits", short(n.Value))
		return 0
	}
	if i < int64(f.min) || i > int64(f.max) {
		d.say(n, path, "%d is not from %d to %d", i, f.min, f.max)
		return 0
	}
	return i
}

func (d *decoder) boolean(n node, path string) bool {
	if n.Kind != yaml.ScalarNode || n.ShortTag() != "!!bool" {
		d.say(n, path, "true or false is expected here, and not %s", describe(n))
		return false
	}
	return strings.EqualFold(n.Value, "true")
}

// plainNumber writes a number without exponent.
func plainNumber(n node) string {
	f, err := strconv.ParseFloat(n.Value, 64)
	if err != nil {
		return n.Value
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func orWords(what string, words []string) string {
	if len(words) > 0 {
		return "one of " + quoted(words)
	}
	return what
}

func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// describe says what a node is, for "… is expected here, and not …".
func describe(n node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "fields"
	case yaml.SequenceNode:
		return "a list"
	}
	switch tag := n.ShortTag(); tag {
	case "!!null":
		return "nothing"
	case "!!int", "!!float":
		return "the number " + short(n.Value)
	case "!!bool":
		return n.Value
	case "!!timestamp":
		return "the date " + short(n.Value)
	case "!!str":
		return fmt.Sprintf("the text %q", short(n.Value))
	default:
		return "something with the tag " + short(tag)
	}
}
