package gate

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// bare is text as part of a sentence: without a stop of its own.
func bare(text string) string { return strings.TrimRight(strings.TrimSpace(text), ". ") }

// because adds a reason to a sentence, if there is one.
func because(text string) string {
	if bare(text) == "" {
		return ""
	}
	return ": " + bare(text)
}

// sentence makes a sentence of what somebody wrote.
func sentence(text string) string {
	r, n := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(r)) + bare(text[n:]) + "."
}

// and lists names: "ada, grace and linus".
func and(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// some lists the first few names, and says how many more there are.
func some(names []string) string {
	if len(names) <= named {
		return and(names)
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:named], ", "), len(names)-named)
}

// quoted writes a word for a command line. Addresses come from commits: whoever copies the
// command must not run what somebody wrote there.
func quoted(word string) string {
	plain := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("@._+-", r)
	}
	if word != "" && !strings.HasPrefix(word, "-") && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.Map(func(r rune) rune {
		if r == '\'' || !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, word) + "'"
}

// is lists names with their verb: "ada is", "ada and grace are".
func is(names []string) string {
	if len(names) == 1 {
		return "is " + names[0]
	}
	return "are " + and(names)
}

// span writes a duration as people say it: "1d6h", "30m", "40s".
func span(d time.Duration) string {
	if d < time.Minute {
		return d.Truncate(time.Second).String()
	}
	d = d.Truncate(time.Minute)
	days, hours, minutes := d/(24*time.Hour), d%(24*time.Hour)/time.Hour, d%time.Hour/time.Minute
	var b strings.Builder
	for _, part := range []struct {
		n    time.Duration
		unit string
	}{{days, "d"}, {hours, "h"}, {minutes, "m"}} {
		if part.n > 0 {
			fmt.Fprintf(&b, "%d%s", part.n, part.unit)
		}
	}
	return b.String()
}
