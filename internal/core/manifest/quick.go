package manifest

import (
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// quick reads a document of the plain kind of YAML that nearly all manifests are written in:
// blocks of "key: value" and "- item", with plain and quoted text and {…} and […] on one
// line. What it does not understand for sure, it does not read, and the library does. It is
// there because the library takes most of the time of a check of a large catalog; a fuzz test
// holds it to the library's trees.
type quick struct {
	forest
	text string // from the next line on
	next int    // number of that line

	line   int    // number of the line that is read
	indent int    // spaces before body
	body   string // what is left of the line, without comment lines and spaces at its end
	end    bool   // there is no line any more
	depth  int
}

// Bounds of what is understood.
const (
	quickDepth = 20
	quickKey   = 100
)

// read gives the tree of a document of a file that splits, whose first line has a number;
// false: it is not understood; nil: it is empty. The tree is gone at the next read.
func (q *quick) read(text string, line int) (node, bool) {
	q.clear()
	q.text, q.next, q.end, q.depth = text, line, false, 0
	if strings.IndexByte(text, '\t') >= 0 {
		return nil, false
	}
	if rest, ok := strings.CutPrefix(text, "---"); ok {
		first, more, _ := strings.Cut(rest, "\n")
		if first = strings.TrimLeft(first, " "); first != "" && (first[0] != '#' || len(rest) == len(first)) {
			return nil, false
		}
		q.text, q.next = more, line+1
	}
	if q.advance(); q.end {
		return nil, true
	}
	n, ok := q.block(-1)
	return n, ok && q.end
}

// advance goes to the next line with something on it.
func (q *quick) advance() {
	for q.text != "" {
		line, rest, _ := strings.Cut(q.text, "\n")
		q.text, q.line = rest, q.next
		q.next++
		body := strings.TrimLeft(line, " ")
		if body == "" || body[0] == '#' {
			continue
		}
		q.indent, q.body = len(line)-len(body), strings.TrimRight(body, " ")
		return
	}
	q.end = true
}

// column is that of a place in body, in characters.
func (q *quick) column(at int) int { return q.indent + 1 + utf8.RuneCountInString(q.body[:at]) }

func (q *quick) dash() bool { return q.body == "-" || strings.HasPrefix(q.body, "- ") }

// block reads what begins on this line, which is further right than what it is in.
func (q *quick) block(within int) (node, bool) {
	if q.end || q.indent <= within || q.depth == quickDepth {
		return nil, false
	}
	q.depth++
	defer func() { q.depth-- }()
	if q.dash() {
		return q.sequence()
	}
	return q.mapping()
}

func (q *quick) mapping() (node, bool) {
	indent, height := q.indent, len(q.stack)
	m := q.grow(yaml.MappingNode, "!!map", "", q.line, indent+1)
	for !q.end && q.indent == indent && !q.dash() {
		end := keyEnd(q.body)
		if end == 0 {
			return nil, false
		}
		tag, ok := plainTag(q.body[:end])
		if !ok {
			return nil, false
		}
		q.stack = append(q.stack, q.grow(yaml.ScalarNode, tag, q.body[:end], q.line, q.column(0)))
		at := end + 1 + spaces(q.body[end+1:])
		value, ok := q.value(at, indent, true)
		if !ok {
			return nil, false
		}
		q.stack = append(q.stack, value)
	}
	return q.adopt(m, height), true
}

func (q *quick) sequence() (node, bool) {
	indent, height := q.indent, len(q.stack)
	s := q.grow(yaml.SequenceNode, "!!seq", "", q.line, indent+1)
	for !q.end && q.indent == indent && q.dash() {
		at := 1 + spaces(q.body[1:])
		var item node
		var ok bool
		if at < len(q.body) && keyEnd(q.body[at:]) > 0 {
			q.indent, q.body = q.indent+at, q.body[at:]
			item, ok = q.block(indent)
			ok = ok && (q.end || q.indent <= indent)
		} else {
			item, ok = q.value(at, indent, false)
		}
		if !ok {
			return nil, false
		}
		q.stack = append(q.stack, item)
	}
	return q.adopt(s, height), true
}

// value reads what is at a place in body, or on the lines below, and goes to the line after
// it. In a mapping, the items of a list may be as far left as its key.
func (q *quick) value(at, indent int, inMapping bool) (node, bool) {
	var n node
	var ok bool
	if at >= len(q.body) || q.body[at] == '#' {
		q.advance()
		switch {
		case !q.end && inMapping && q.indent == indent && q.dash():
			if q.depth == quickDepth {
				return nil, false
			}
			q.depth++
			n, ok = q.sequence()
			q.depth--
		default:
			n, ok = q.block(indent)
		}
	} else {
		n, ok = q.inline(at)
		q.advance()
	}
	return n, ok && (q.end || q.indent <= indent)
}

// keyEnd is where the key of "key: value" ends, or 0.
func keyEnd(s string) int {
	i := 0
	for i < len(s) && keyLetter[s[i]] {
		i++
	}
	if i == 0 || i > quickKey || i == len(s) || s[i] != ':' || i+1 < len(s) && s[i+1] != ' ' || s[0] == '-' || s[0] == '.' {
		return 0
	}
	return i
}

var keyLetter = func() (out [256]bool) {
	for _, c := range "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./" {
		out[c] = true
	}
	return out
}()

func spaces(s string) int { return len(s) - len(strings.TrimLeft(s, " ")) }
