package demo

import (
	"fmt"
	"strings"
)

// row is a line of a table: how something stands, what it is, and why.
type row struct {
	mark, name string
	text       []string // paragraphs
}

// verdictMarks are the signs of verdicts, for who sees no colours, with the colour for who does.
var verdictMarks = map[string]struct{ sign, color string }{
	"pass": {"✓", green}, "fail": {"✗", red}, "unknown": {"?", yellow}, "waived": {"~", yellow}, "notApplicable": {"-", dim},
}

// layout puts a table into columns. Paint colours a sign.
func layout(rows []row, width int, paint func(color, text string) string) []string {
	names := 0
	for _, r := range rows {
		names = max(names, len(r.name))
	}
	indent := len("x ") + names + len("  ")
	var lines []string
	for _, r := range rows {
		m := verdictMarks[r.mark]
		lead := fmt.Sprintf("%s %-*s  ", paint(m.color, m.sign), names, r.name)
		for _, paragraph := range r.text {
			for _, text := range wrap(paragraph, width-indent) {
				lines = append(lines, lead+text)
				lead = strings.Repeat(" ", indent)
			}
		}
	}
	return lines
}
