package jq

import "strings"

// Inner gives what is between "${" and "}", if the whole of s is one such expression: "${a} and
// ${b}" is none.
func Inner(s string) (string, bool) {
	t := strings.TrimSpace(s)
	if !strings.HasPrefix(t, "${") || len(t) < 3 || !strings.HasSuffix(t, "}") {
		return "", false
	}
	inner := t[2:]
	if end := closing(inner); end >= 0 && end < len(inner)-1 {
		return "", false
	}
	return strings.TrimSpace(inner[:len(inner)-1]), true
}

// closing finds the brace that closes what s is inside of; -1: there is none. It knows of
// jq's strings, in which there may be expressions, and of its comments.
func closing(s string) int {
	open := []byte{'{'}
	for i := 0; i < len(s); i++ {
		top := open[len(open)-1]
		switch c := s[i]; {
		case top == '"' && c == '\\':
			if i++; i < len(s) && s[i] == '(' {
				open = append(open, '(')
			}
		case top == '"' && c != '"':
		case c == '"' && top != '"', c == '{', c == '(':
			open = append(open, c)
		case c == '"', c == ')' && top == '(', c == '}' && top == '{':
			if open = open[:len(open)-1]; len(open) == 0 {
				return i
			}
		case c == '#':
			if line := strings.IndexByte(s[i:], '\n'); line >= 0 {
				i += line
			}
		}
	}
	return -1
}
