package cli

import (
	"io"
	"strings"
	"unicode/utf8"
)

// table is rows under headings, in aligned columns.
type table struct {
	paint func(color, text string) string
	rows  [][]string
	color []map[int]string // of a row's cells
	width int              // columns of the terminal; 0: as wide as it gets
}

func (s *session) table(headings ...string) *table {
	t := &table{paint: s.paint(s.out), width: width(s.out)}
	t.row(headings...)
	for i := range headings {
		t.color[0][i] = "dim"
	}
	return t
}

// row adds a row. What comes from others is made safe.
func (t *table) row(cells ...string) {
	for i, c := range cells {
		cells[i] = clean(c)
	}
	t.rows = append(t.rows, cells)
	t.color = append(t.color, map[int]string{})
}

// colored adds a row whose cell at column is coloured by its status.
func (t *table) colored(column int, cells ...string) {
	t.row(cells...)
	t.color[len(t.color)-1][column] = statusColor(cells[column])
}

// write draws the table. The last column is cut where the terminal ends.
func (t *table) write(w io.Writer) {
	widths := map[int]int{}
	for _, r := range t.rows {
		for i, c := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	for n, r := range t.rows {
		var b strings.Builder
		used := 0
		for i, c := range r {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c)+2)
			if i == len(r)-1 {
				pad = ""
				if t.width > used+8 {
					c = cut(c, t.width-used)
				}
			}
			used += widths[i] + 2
			b.WriteString(t.paint(t.color[n][i], c) + pad)
		}
		io.WriteString(w, strings.TrimRight(b.String(), " ")+"\n")
	}
}
