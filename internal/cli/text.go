package cli

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// clean makes text of others safe for a terminal: no control characters, one line.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n':
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
}

var colours = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// printed makes a line that a program printed safe for a terminal. Its colours stay.
func printed(text string) string {
	if !colours.MatchString(text) {
		return clean(text)
	}
	var b strings.Builder
	for {
		at := colours.FindStringIndex(text)
		if at == nil {
			break
		}
		b.WriteString(clean(text[:at[0]]))
		b.WriteString(text[at[0]:at[1]])
		text = text[at[1]:]
	}
	return b.String() + clean(text) + "\x1b[0m"
}

// ago is how long ago a time was, in its largest unit.
func (s *session) ago(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	d := s.now().Sub(t)
	switch {
	case d < time.Second:
		return "now"
	case d < time.Minute:
		return fmt.Sprintf("%ds ago", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm ago", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh ago", int(d.Hours()))
	}
	return fmt.Sprintf("%dd ago", int(d.Hours()/24))
}

// seconds is a length of time for a person.
func seconds(n float64) string {
	switch {
	case n < 10:
		return fmt.Sprintf("%.1fs", n)
	case n < 60:
		return fmt.Sprintf("%.0fs", n)
	}
	return time.Duration(n * float64(time.Second)).Round(time.Second).String()
}

// bytesText is a size for a person.
func bytesText(n int64) string {
	if n == 0 {
		return "-"
	}
	size, units := float64(n), []string{"B", "KiB", "MiB", "GiB"}
	i := 0
	for size >= 1024 && i < len(units)-1 {
		size, i = size/1024, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", size, units[i])
}

// short is the beginning of a commit or digest.
func short(id string) string {
	id = strings.TrimPrefix(id, "sha256:")
	if len(id) > 7 {
		return id[:7]
	}
	return orDash(id)
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// cut shortens text to n columns.
func cut(text string, n int) string {
	r := []rune(text)
	if len(r) <= n || n < 1 {
		return text
	}
	return string(r[:n-1]) + "…"
}
