package manifest

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// inline reads a value that ends on this line.
func (q *quick) inline(at int) (node, bool) {
	if strings.IndexByte(`{["'`, q.body[at]) < 0 {
		return q.plain(at)
	}
	n, end, ok := q.flow(at)
	if !ok {
		return nil, false
	}
	rest := q.body[end:]
	return n, rest == "" || rest[0] == ' ' && strings.TrimLeft(rest, " ")[0] == '#'
}

// indicators are what no plain text begins with.
const indicators = "-?:,[]{}#&*!|>'\"%@`"

// plain reads text without quotes up to the end of the line, or a comment.
func (q *quick) plain(at int) (node, bool) {
	s := q.body[at:]
	if i := strings.Index(s, " #"); i >= 0 {
		s = strings.TrimRight(s[:i], " ")
	}
	if strings.IndexByte(indicators, s[0]) >= 0 || strings.Contains(s, ": ") || s[len(s)-1] == ':' {
		return nil, false
	}
	tag, ok := plainTag(s)
	return q.grow(yaml.ScalarNode, tag, s, q.line, q.column(at)), ok
}

// flow reads {…}, […], quoted text, or plain text within the former; it gives where it ends.
func (q *quick) flow(at int) (node, int, bool) {
	if at >= len(q.body) || q.depth == quickDepth {
		return nil, 0, false
	}
	q.depth++
	defer func() { q.depth-- }()
	switch q.body[at] {
	case '{':
		return q.flowMapping(at)
	case '[':
		return q.flowSequence(at)
	case '"', '\'':
		return q.quoted(at)
	}
	return q.flowPlain(at)
}

func (q *quick) flowMapping(at int) (node, int, bool) {
	height := len(q.stack)
	m := q.grow(yaml.MappingNode, "!!map", "", q.line, q.column(at))
	for i := at + 1; ; {
		if i += spaces(q.body[i:]); i < len(q.body) && q.body[i] == '}' {
			return q.adopt(m, height), i + 1, true
		}
		end := keyEnd(q.body[i:])
		if end == 0 {
			return nil, 0, false
		}
		tag, ok := plainTag(q.body[i : i+end])
		if !ok {
			return nil, 0, false
		}
		q.stack = append(q.stack, q.grow(yaml.ScalarNode, tag, q.body[i:i+end], q.line, q.column(i)))
		i += end + 1
		if i, ok = q.entry(i + spaces(q.body[i:])); !ok {
			return nil, 0, false
		}
	}
}

func (q *quick) flowSequence(at int) (node, int, bool) {
	height := len(q.stack)
	s := q.grow(yaml.SequenceNode, "!!seq", "", q.line, q.column(at))
	for i := at + 1; ; {
		if i += spaces(q.body[i:]); i < len(q.body) && q.body[i] == ']' {
			return q.adopt(s, height), i + 1, true
		}
		var ok bool
		if i, ok = q.entry(i); !ok {
			return nil, 0, false
		}
	}
}

// entry reads a value within {…} or […] and a comma, if one follows.
func (q *quick) entry(at int) (int, bool) {
	n, end, ok := q.flow(at)
	if !ok {
		return 0, false
	}
	q.stack = append(q.stack, n)
	end += spaces(q.body[end:])
	if end == len(q.body) {
		return 0, false
	}
	switch q.body[end] {
	case ',':
		return end + 1, true
	case '}', ']':
		return end, true // if it is the other one, it is no key and no value
	}
	return 0, false
}

func (q *quick) quoted(at int) (node, int, bool) {
	quote := q.body[at]
	length := strings.IndexByte(q.body[at+1:], quote)
	if length < 0 {
		return nil, 0, false
	}
	s, end := q.body[at+1:at+1+length], at+length+2
	if strings.IndexByte(s, '\\') >= 0 && quote == '"' || end < len(q.body) && q.body[end] == quote {
		return nil, 0, false
	}
	return q.grow(yaml.ScalarNode, "!!str", s, q.line, q.column(at)), end, true
}

func (q *quick) flowPlain(at int) (node, int, bool) {
	s := q.body[at:]
	i := strings.IndexAny(s, ",[]{}")
	if i <= 0 || strings.IndexByte(indicators, s[0]) >= 0 || s[i] == '[' || s[i] == '{' {
		return nil, 0, false
	}
	s = strings.TrimRight(s[:i], " ")
	if strings.Contains(s, ": ") || s[len(s)-1] == ':' || strings.Contains(s, " #") || strings.IndexByte(s, '?') >= 0 {
		return nil, 0, false
	}
	tag, ok := plainTag(s)
	return q.grow(yaml.ScalarNode, tag, s, q.line, q.column(at)), at + i, ok
}

// plainTag says what YAML takes plain text for, where that is plain to see.
func plainTag(s string) (string, bool) {
	switch c := s[0]; {
	case c >= '0' && c <= '9':
		return numberTag(s)
	case c == '.' && len(s) > 1 && s[1] == '/':
		return "!!str", true
	case strings.IndexByte("+-.~<", c) >= 0:
		return "", false
	}
	switch s {
	case "true", "True", "TRUE", "false", "False", "FALSE":
		return "!!bool", true
	case "null", "Null", "NULL":
		return "!!null", true
	}
	return "!!str", true
}

// numberTag is for text that begins with a digit: a whole number or a fraction in plain
// digits, or text, as something is in it that is in no number and no date.
func numberTag(s string) (string, bool) {
	n := digits(s)
	fraction := n+1 < len(s) && s[n] == '.' && strings.Trim(s[n+1:], "0123456789") == ""
	switch {
	case n > 15 || s[0] == '0' && n > 1:
	case n == len(s):
		return "!!int", true
	case fraction && len(s) < 20:
		return "!!float", true
	}
	if strings.ContainsFunc(s, inNoNumber) {
		return "!!str", true
	}
	if s[0] != '0' && strings.ContainsAny(s, "abcdfABCDFxXoO") {
		return "!!str", true // these letters are only in numbers that begin with 0
	}
	return "", false
}

func inNoNumber(r rune) bool { return !strings.ContainsRune("0123456789abcdefABCDEFxXoO_+-.TtZz: ", r) }
