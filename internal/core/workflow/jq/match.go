package jq

import (
	"strings"
	"unicode/utf8"
)

// searched is the text and the pattern of a function over regular expressions.
func (b *budget) searched(v any, args []any) (string, *pattern, error) {
	s, ok := v.(string)
	if !ok {
		return "", nil, failure("a regular expression matches strings, not: " + show(v))
	}
	p, err := b.patternOf(args[0], args[1])
	return s, p, err
}

// test is __test(re; flags).
func test(b *budget, v any, args []any) any {
	s, p, err := b.searched(v, args)
	if err != nil {
		return err
	}
	ok := p.first.MatchReader(&reader{text: s, b: b, price: p.price})
	if b.cause != nil {
		return b.cause
	}
	return ok
}

// match is __match(re; flags): the matches as jq shows them, with places counted in characters.
func match(b *budget, v any, args []any) any {
	s, p, err := b.searched(v, args)
	if err != nil {
		return err
	}
	all := b.matches(p, s)
	shown := make([]any, 0, len(all))
	at, chars := 0, 0
	for _, m := range all {
		if !b.scan(s[at:m[0]]) || !b.pay(len(m)*(m[1]-m[0])/stepScan) || !b.buy(5*memberBytes*len(m)/2) {
			return b.cause
		}
		chars += utf8.RuneCountInString(s[at:m[0]])
		at = m[0]
		shown = append(shown, p.show(s, m, chars))
	}
	if b.cause != nil {
		return b.cause
	}
	return shown
}

func (p *pattern) show(s string, m found, chars int) map[string]any {
	captures := make([]any, 0, len(p.names))
	for i, name := range p.names {
		c := map[string]any{"name": nil, "offset": -1, "length": 0, "string": nil}
		if name != "" {
			c["name"] = name
		}
		if from, to := m[2*i+2], m[2*i+3]; from >= 0 {
			c["offset"] = chars + utf8.RuneCountInString(s[m[0]:from])
			c["length"], c["string"] = utf8.RuneCountInString(s[from:to]), s[from:to]
		}
		captures = append(captures, c)
	}
	text := s[m[0]:m[1]]
	return map[string]any{"offset": chars, "length": utf8.RuneCountInString(text), "string": text, "captures": captures}
}

// splits is __splits(re; flags): what is between the matches.
func splits(b *budget, v any, args []any) any {
	s, p, err := b.searched(v, args)
	if err != nil {
		return err
	}
	every := *p
	every.all = true
	pieces, at := []any{}, 0
	for _, m := range b.matches(&every, s) {
		pieces, at = append(pieces, s[at:m[0]]), m[1]
	}
	if b.cause != nil || !b.buy(2*itemBytes*len(pieces)) {
		return b.cause
	}
	return append(pieces, s[at:])
}

// sub is __sub(matches; replacements): for each match what stands in its place. With several
// for each, there are several results.
func sub(b *budget, v any, args []any) any {
	s, _ := v.(string)
	all, _ := args[0].([]any)
	news, _ := args[1].([]any)
	var results []*strings.Builder
	byteAt, charAt := 0, 0 // of the end of the match before
	for i, m := range all {
		m := m.(map[string]any)
		from := byteAt + bytesOf(s[byteAt:], m["offset"].(int)-charAt)
		old := m["string"].(string)
		if !b.scan(s[byteAt:from]) {
			return b.cause
		}
		for j, piece := range news[i].([]any) {
			piece, ok := piece.(string)
			if !ok {
				return failure("what sub and gsub put in is a string, not: " + show(news[i].([]any)[j]))
			}
			if j == len(results) {
				results = append(results, &strings.Builder{})
			}
			if !b.buy(2 * (from - byteAt + len(piece))) {
				return b.cause
			}
			results[j].WriteString(s[byteAt:from])
			results[j].WriteString(piece)
		}
		byteAt, charAt = from+len(old), m["offset"].(int)+m["length"].(int)
	}
	if len(results) == 0 {
		return []any{v}
	}
	made := make([]any, len(results))
	for j, result := range results {
		if !b.buy(len(s) - byteAt) {
			return b.cause
		}
		result.WriteString(s[byteAt:])
		made[j] = result.String()
	}
	return made
}

// bytesOf is how many bytes the first characters take.
func bytesOf(s string, chars int) int {
	n := 0
	for range chars {
		_, size := utf8.DecodeRuneInString(s[n:])
		n += size
	}
	return n
}
