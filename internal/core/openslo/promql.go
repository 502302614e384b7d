package openslo

import (
	"regexp"
	"strings"
)

// counted makes an expression of a manifest of a query: one that says how many there were in
// [window]. Changed says what had to be changed for that; ok is false if it cannot be done
// without guessing.
func counted(query string, counter bool) (expression, changed string, ok bool) {
	query = strings.TrimSpace(query)
	code := bare(query)
	ranges := ranged.FindAllStringIndex(code, -1)
	switch {
	case query == "" || len(query) > longestQuery:
		return "", "", false
	case strings.Contains(code, "[window]"):
		return query, "", true
	case !adds(code):
		return "", "", false
	case len(ranges) == 0 && counter && selector.MatchString(code):
		return within(selector.FindStringSubmatchIndex(code), query), "its increase over the window is counted", true
	case len(ranges) == 0 || strings.Count(code, "[") != len(ranges) || !counts(code, ranges):
		return "", "", false
	}
	var b strings.Builder
	end := 0
	for _, at := range ranges {
		b.WriteString(increase(query, code, end, at[0]))
		b.WriteString("[window]")
		end = at[1]
	}
	b.WriteString(query[end:])
	return b.String(), "the window stands for its range, and increase for rate", true
}

var (
	// ranged is a range: of a fixed time, or a place for one as others write it.
	ranged = regexp.MustCompile(`\[\s*([0-9]+(ms|[smhdwy]))+\s*\]|\[\s*\{\{\s*\.window\s*\}\}\s*\]|\[\$(__range|window)\]`)
	// selector is a series, or the sum of its values, in a query without its strings.
	selector = regexp.MustCompile(`^(?:sum\s*\(\s*)?([a-zA-Z_:][a-zA-Z0-9_:]*(?:\{[^{}]*\})?)\s*(\)?)$`)
	// call is what a range may be in: a function that counts, and its series.
	call = regexp.MustCompile(`\b(rate|increase)(\s*\(\s*[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{[^{}]*\})?\s*)$`)
)

// longestQuery is how long an expression in a manifest may be, in bytes.
const longestQuery = 2000

// called is a function, an operator or a modifier with parentheses.
var called = regexp.MustCompile(`([a-zA-Z_][a-zA-Z0-9_:]*)\s*\(`)

// adds says whether a query, without its strings, only adds and takes away counts: anything
// else might mean another thing over another time.
func adds(code string) bool {
	outside := braces.ReplaceAllString(code, "")
	if strings.ContainsAny(outside, "*/%^<>=!@#,") || offset.MatchString(outside) {
		return false
	}
	for _, m := range called.FindAllStringSubmatch(outside, -1) {
		if m[1] != "sum" && m[1] != "rate" && m[1] != "increase" {
			return false
		}
	}
	return true
}

var (
	braces = regexp.MustCompile(`\{[^{}]*\}`)
	offset = regexp.MustCompile(`\b(offset|by|without|bool|on|ignoring|and|or|unless)\b`)
)

// counts says whether each range is the end of a call of rate or increase of a series.
func counts(code string, ranges [][]int) bool {
	for _, at := range ranges {
		if !call.MatchString(code[:at[0]]) || !strings.HasPrefix(strings.TrimSpace(code[at[1]:]), ")") {
			return false
		}
	}
	return true
}

// increase gives a piece of the query that ends in a call, with increase as its function: a
// rate would not say how many there were.
func increase(query, code string, from, to int) string {
	at := call.FindStringSubmatchIndex(code[:to])
	return query[from:at[2]] + "increase" + query[at[4]:to]
}

// within counts a counter over the window.
func within(at []int, query string) string {
	return "sum(increase(" + query[at[2]:at[3]] + "[window]))"
}

// bare gives a query with what is in quotes made blank, at the same places, so that nothing in
// a label's value is taken for code.
func bare(query string) string {
	out := []byte(query)
	var quote byte
	for i := 0; i < len(out); i++ {
		c := out[i]
		switch {
		case quote == 0 && (c == '"' || c == '\'' || c == '`'):
			quote = c
		case quote != 0 && c == quote:
			quote = 0
		case quote != 0:
			if c == '\\' && quote != '`' && i+1 < len(out) {
				out[i] = ' '
				i++
			}
			out[i] = ' '
		}
	}
	return string(out)
}
