package workflow

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"slipway.dev/internal/core/nearest"
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
			b.say(n, "there is no function `%s`; %s", short(name), nearest.DidYouMean(name, known))
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
		b.say(n, "there is no catalog `%s` in use.catalogs; %s", short(catalog), nearest.DidYouMean(catalog, append(catalogs, "default")))
	case FunctionNamed(function) == nil:
		b.say(n, "there is no function `%s` in our catalog; %s", short(function), nearest.DidYouMean(function, FunctionNames()))
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

// checkCalls holds what functions are called with to their schemas, as far as it is constant.
func (b *builder) checkCalls() {
	for _, c := range b.calls {
		with := c.task.get("with")
		if own := b.top.get("use", "functions", c.function); own != nil {
			if document := own.get("input", "schema", "document"); document != nil && with != nil {
				b.hold(with, document.value())
			}
			continue
		}
		f := FunctionNamed(c.function)
		if f == nil {
			continue
		}
		var schema any
		if err := json.Unmarshal(f.With, &schema); err != nil {
			b.say(c.task, "the schema of %s is broken: %v", f.Name, err)
			continue
		}
		if with == nil {
			with = &node{form: isObject, line: c.task.line, column: c.task.column, up: c.task, name: "with"}
		}
		b.hold(with, schema)
	}
}
