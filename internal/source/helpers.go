package source

import (
	"bufio"
	"io"
	"strings"
)

const coAuthored = "co-authored-by:"

// helpers gives the people that a message names as co-authors, on whichever of its lines:
// a forge that squashes commits leaves some in the middle. An entry may go on in the next
// line, if that is indented. What names no address names nobody.
func helpers(message string) []Person {
	var list []Person
	all := strings.Split(strings.ReplaceAll(message, "\r", "\n"), "\n")
	for i, line := range all {
		line = strings.TrimSpace(line)
		if len(line) < len(coAuthored) || !strings.EqualFold(line[:len(coAuthored)], coAuthored) {
			continue
		}
		entry := line[len(coAuthored):]
		for _, more := range all[i+1:] {
			if strings.Contains(entry, ">") || more == "" || more[0] != ' ' && more[0] != '\t' {
				break
			}
			entry += " " + strings.TrimSpace(more)
		}
		list = append(list, named(entry)...)
	}
	return list
}

// named gives all that an entry names: "Ada <ada@example.com>".
func named(entry string) []Person {
	var list []Person
	for {
		name, rest, open := strings.Cut(entry, "<")
		email, after, closed := strings.Cut(rest, ">")
		if !open || !closed {
			return list
		}
		if email = strings.TrimSpace(email); email != "" {
			list = append(list, Person{Name: strings.TrimSpace(name), Email: email})
		}
		entry = after
	}
}

// lines visits the lines of what is read.
func lines(r io.Reader, visit func(string)) error {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), maxRecord)
	for s.Scan() {
		visit(s.Text())
	}
	return s.Err()
}
