package jq

import (
	"io"
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// pattern is a regular expression. Go's take linear time for one match, but to find all may read
// the rest of the text again for each; so the text is read through a reader that pays.
type pattern struct {
	first *regexp.Regexp // at the beginning of the text
	next  *regexp.Regexp // behind the character that it begins with, in group 1
	names []string       // of the groups, from 1
	price int            // of one character, in quarters of a step
	all   bool
}

// found is one match: pairs of places, of the whole and of its groups.
type found []int

// patternOf compiles a regular expression, once in an evaluation.
func (b *budget) patternOf(source, flags any) (*pattern, error) {
	s, ok := source.(string)
	f, fok := flags.(string)
	if !ok || !fok && flags != nil {
		return nil, failure("a regular expression and its flags are strings, not: " + show(source) + " and " + show(flags))
	}
	key := f + "/" + s
	if p, ok := b.patterns[key]; ok {
		return p, nil
	}
	p, err := b.compile(s, f)
	if err != nil {
		return nil, err
	}
	if b.patterns == nil {
		b.patterns = map[string]*pattern{}
	}
	b.patterns[key] = p
	return p, nil
}

func (b *budget) compile(source, flags string) (*pattern, error) {
	if len(source) > maxPattern {
		return nil, failure("the regular expression is too long")
	}
	if strings.Trim(flags, "gim") != "" {
		return nil, failure("a regular expression has the flags g, i and m, not: " + show(flags))
	}
	if strings.Contains(flags, "i") {
		source = "(?i)" + source
	}
	if strings.Contains(flags, "m") {
		source = "(?s)" + source
	}
	tree, err := syntax.Parse(source, syntax.Perl)
	if err != nil {
		return nil, failure("the regular expression cannot be read: " + err.Error())
	}
	size := programSize(tree)
	if size > maxProgram {
		return nil, failure("the regular expression is too big: it repeats too much")
	}
	if !b.pay(100 + 20*size) {
		return nil, b.cause
	}
	first, err := regexp.Compile(source)
	if err != nil {
		return nil, failure("the regular expression cannot be read: " + err.Error())
	}
	next, err := regexp.Compile(`\A(?s:.)(?s:.*?)((?:` + source + `))`)
	if err != nil {
		return nil, failure("the regular expression cannot be read: " + err.Error())
	}
	return &pattern{first, next, first.SubexpNames()[1:], 8 + size, strings.Contains(flags, "g")}, nil
}

// programSize is about how many instructions a regular expression is compiled to.
func programSize(re *syntax.Regexp) int {
	size := 1
	for _, sub := range re.Sub {
		size = min(size+programSize(sub), maxProgram+1)
	}
	switch re.Op {
	case syntax.OpRepeat:
		return min(size*max(re.Max, re.Min, 1), maxProgram+1)
	case syntax.OpLiteral:
		size += len(re.Rune)
	case syntax.OpCharClass:
		size += len(re.Rune) / 64
	}
	return size
}

// reader gives a text to a regular expression, character by character, as long as it is paid for.
type reader struct {
	text  string
	at    int
	b     *budget
	price int
	owed  int
}

// ReadRune gives the next character.
func (r *reader) ReadRune() (rune, int, error) {
	if r.at >= len(r.text) {
		return 0, 0, io.EOF
	}
	if r.owed += r.price; r.owed >= 4 {
		if !r.b.pay(r.owed / 4) {
			return 0, 0, io.EOF
		}
		r.owed %= 4
	}
	c, size := utf8.DecodeRuneInString(r.text[r.at:])
	r.at += size
	return c, size, nil
}

// matches gives all matches, or the first. An empty match right behind another counts, as in jq.
func (b *budget) matches(p *pattern, s string) []found {
	var all []found
	for at := 0; at <= len(s); {
		m := b.match(p, s, at)
		if m == nil || b.cause != nil || !b.pay(nativeSteps) || !b.buy(8*len(m)) {
			break
		}
		all = append(all, m)
		if !p.all {
			break
		}
		if at = m[1]; m[0] == m[1] {
			_, size := utf8.DecodeRuneInString(s[at:])
			at += max(size, 1)
		}
	}
	return all
}

// match finds the first match that begins at a place or behind it.
func (b *budget) match(p *pattern, s string, at int) found {
	if at == 0 {
		return p.first.FindReaderSubmatchIndex(&reader{text: s, b: b, price: p.price})
	}
	_, size := utf8.DecodeLastRuneInString(s[:at])
	from := at - size
	m := p.next.FindReaderSubmatchIndex(&reader{text: s[from:], b: b, price: p.price})
	if m == nil {
		return nil
	}
	m = m[2:]
	for i := range m {
		if m[i] >= 0 {
			m[i] += from
		}
	}
	return m
}
