package workflow

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// called is a call of a function that is held to the function's schema in the end.
type called struct {
	task     *node
	function string
}

// function reads the name of a function: one of use.functions, one of ours (alone, or as
// NAME:VERSION@default), NAME:VERSION@CATALOG, or an address.
func (b *builder) function(n *node) string {
	name := n.text()
	if strings.Contains(name, "://") {
		return name
	}
	rest, catalog, cataloged := strings.Cut(name, "@")
	if !cataloged {
		if known := b.functions(); !slices.Contains(known, name) {
			b.say(n, "there is no function `%s`; %s", short(name), b.near(name, known))
		}
		return name
	}
	function, version, versioned := strings.Cut(rest, ":")
	catalogs := b.top.get("use", "catalogs").names()
	switch {
	case !versioned || function == "" || version == "":
		b.say(n, "a function of a catalog is written as NAME:VERSION@CATALOG, like log:1.0.0@default")
	case slices.Contains(catalogs, catalog):
	case catalog != "default":
		b.say(n, "there is no catalog `%s` in use.catalogs; %s", short(catalog), b.near(catalog, append(catalogs, "default")))
	case FunctionNamed(function) == nil:
		b.say(n, "there is no function `%s` in our catalog; %s", short(function), b.near(function, FunctionNames()))
	case version != FunctionVersion:
		b.say(n, "the functions of our catalog have the version %s, and not %s", FunctionVersion, short(version))
	default:
		return function
	}
	return name
}

// functions are the names that can be called without a catalog.
func (b *builder) functions() []string {
	return slices.Concat(b.top.get("use", "functions").names(), FunctionNames(), slices.Sorted(maps.Keys(protocols)))
}

// maxHeld is how many calls are held to a schema at most: more of them are alike.
const maxHeld = 1000

// checkCalls holds what functions are called with to their schemas, as far as it is constant.
func (b *builder) checkCalls() {
	checkers := map[string]*Checker{}
	for _, c := range b.calls[:min(len(b.calls), maxHeld)] {
		with, schema := c.task.get("with"), b.wants(c.function)
		if schema == nil || with == nil && b.top.get("use", "functions", c.function) != nil {
			continue // without anything, a function takes the task's input
		}
		if with == nil {
			with = &node{form: isObject, line: c.task.line, column: c.task.column, up: c.task, name: "with"}
		}
		if checkers[c.function] == nil {
			compiled, err := CompileSchema(schema)
			if err != nil {
				continue // it was said where the schema is
			}
			checkers[c.function] = compiled
		}
		b.hold(with, schema, checkers[c.function])
	}
}

// wants is the schema of what a function is called with; nil if nobody knows.
func (b *builder) wants(function string) any {
	if own := b.top.get("use", "functions", function); own != nil {
		return own.get("input", "schema", "document").value()
	}
	var schema any
	if f := FunctionNamed(function); f != nil && json.Unmarshal(f.With, &schema) == nil {
		return schema
	}
	return nil
}
