package workflow

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/nearest"
)

// reader makes a tree of a file and collects all that is wrong.
type reader struct {
	nodes    int
	full     bool // a bound was reached: nothing more is read
	problems []finding
	warnings []finding
	refusals []finding
	said     map[[2]int]bool // places of problems: one for each is enough

	policies   []*node // what is said about authentication
	secretUses []*node // schemes of authentication that are a secret's name
}

// finding is what is wrong with a node. Where that is in the tree is known in the end only.
type finding struct {
	n    *node
	text string
}

// read gives the top of a file; nil if there is none.
func (r *reader) read(data []byte) *node {
	r.said = map[[2]int]bool{}
	top := &node{line: 1, column: 1}
	switch {
	case len(data) > MaxFile:
		r.say(top, "the file is larger than 1 MB; keep long texts elsewhere, and refer to them")
	case !utf8.Valid(data):
		r.say(top, "the file is not UTF-8 text")
	case looksLikeJSON(data):
		return r.readJSON(data)
	default:
		return r.readYAML(data)
	}
	return nil
}

// looksLikeJSON tells JSON from YAML. What is not right JSON may still be YAML.
func looksLikeJSON(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) && json.Valid(data)
}

// enter counts a value, and says whether it may be read.
func (r *reader) enter(n *node, depth int) bool {
	if r.nodes++; r.nodes == maxNodes {
		r.say(n, "there is too much in this file (its aliases, if it has any, multiply it): at most %d values", maxNodes)
		r.full = true
	}
	if depth > maxDepth {
		r.say(n, "this is nested more than %d deep", maxDepth)
		return false
	}
	return !r.full
}

// add puts a field into an object, once.
func (r *reader) add(n *node, f field) {
	if before := n.place(f.name); before >= 0 {
		r.say(&node{up: n, name: f.name, line: f.line, column: f.column}, "`%s` is already there, at line %d", f.name, n.fields[before].line)
		return
	}
	n.put(f)
}

func (r *reader) append(n, item *node) {
	item.up, item.index = n, len(n.items)
	n.items = append(n.items, item)
}

// say tells of a problem, unless there is one at this place already.
func (r *reader) say(n *node, format string, args ...any) {
	if place := [2]int{n.line, n.column}; !r.said[place] {
		r.said[place] = true
		r.problems = append(r.problems, finding{n, fmt.Sprintf(format, args...)})
	}
}

// warn tells of what is allowed, and most likely not meant.
func (r *reader) warn(n *node, format string, args ...any) {
	r.warnings = append(r.warnings, finding{n, fmt.Sprintf(format, args...)})
}

// near says what a word is like. It is left out where nobody reads it: looking costs.
func (r *reader) near(word string, known []string) string {
	if len(r.problems) > maxProblems {
		return "and there is more of that"
	}
	return nearest.DidYouMean(word, known[:min(len(known), maxKnown)])
}

// problems gives findings in the order of the file, and not too many.
func problems(file string, found []finding) manifest.Problems {
	slices.SortStableFunc(found, func(a, b finding) int {
		return cmp.Or(a.n.line-b.n.line, a.n.column-b.n.column)
	})
	var out manifest.Problems
	for i, f := range found {
		if i == maxProblems {
			f.text = fmt.Sprintf("and %d more", len(found)-i)
		}
		out = append(out, manifest.Problem{
			Position: manifest.Position{File: file, Line: max(f.n.line, 1), Column: max(f.n.column, 1)},
			Path:     f.n.pointer(),
			Text:     f.text,
		})
		if i == maxProblems {
			break
		}
	}
	return out
}

// short is a text for messages.
func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return strings.ReplaceAll(s, "\n", "⏎")
}

// describe says what a node is, for "… is expected here, and not …".
func describe(n *node) string {
	switch n.form {
	case isText:
		return fmt.Sprintf("the text %q", short(n.text()))
	case isNumber:
		return fmt.Sprintf("the number %v", n.scalar)
	case isBoolean:
		return fmt.Sprint(n.scalar)
	default:
		return string(n.form)
	}
}
