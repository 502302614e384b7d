package manifest

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// spot is a place in a file that a check can speak about.
type spot struct {
	d    *decoder
	n    node
	path string // below what d reads
}

func (s spot) say(format string, args ...any) { s.d.say(s.n, s.path, format, args...) }

// in gives the place of a field's value, or this place if it is not there.
func (s spot) in(name string) spot {
	if value := lookup(s.n, name); value != nil {
		return spot{s.d, value, join(s.path, name)}
	}
	return s
}

// has says whether a field is there, however deep.
func (s spot) has(path ...string) bool {
	n := s.n
	for _, name := range path {
		if n = lookup(n, name); n == nil {
			return false
		}
	}
	return true
}

// item gives the place of an entry of a list.
func (s spot) item(i int) spot {
	n := follow(s.n)
	if n.Kind != yaml.SequenceNode || i >= len(n.Content) {
		return s
	}
	return spot{s.d, n.Content[i], s.path + index(i)}
}

// down gives the place of a field, or of the nearest one around it that is there. An entry
// of a list is written as by index.
func (s spot) down(path []string) spot {
	for _, name := range path {
		if number, ok := strings.CutPrefix(name, "["); ok {
			i, err := strconv.Atoi(strings.TrimSuffix(number, "]"))
			if err == nil && i >= 0 {
				s = s.item(i)
			}
		} else {
			s = s.in(name)
		}
	}
	return s
}

func index(i int) string { return "[" + strconv.Itoa(i) + "]" }

func follow(n node) node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// lookup gives the value of a mapping's key, or nil.
func lookup(n node, name string) node {
	n = follow(n)
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if follow(n.Content[i]).Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}
