// Package route finds what a request is for: by host, then by the longest path prefix
// that matches whole segments.
package route

import (
	"fmt"
	"strings"
)

// Table maps hosts and path prefixes to values. It is filled once and then only read,
// by any number of goroutines.
type Table[T any] struct {
	hosts map[string]*paths[T]
}

type paths[T any] struct {
	prefixes map[string]T // "" is the root
	deepest  int          // number of segments of the longest prefix
}

// Any is the host that matches when no other does.
const Any = "*"

// Add puts a value at a host and a path prefix. It refuses what is not a host or path,
// and a place that is taken.
func (t *Table[T]) Add(host, path string, value T) error {
	if err := checkHost(host); err != nil {
		return err
	}
	if err := checkPath(path); err != nil {
		return err
	}
	if t.hosts == nil {
		t.hosts = map[string]*paths[T]{}
	}
	host = Host(host)
	p := t.hosts[host]
	if p == nil {
		p = &paths[T]{prefixes: map[string]T{}}
		t.hosts[host] = p
	}
	prefix := strings.TrimSuffix(path, "/")
	if _, taken := p.prefixes[prefix]; taken {
		return fmt.Errorf("route %s%s is there twice", host, path)
	}
	p.prefixes[prefix] = value
	p.deepest = max(p.deepest, strings.Count(prefix, "/"))
	return nil
}

// Find gives the value for a request's host (as sent, with or without a port) and clean
// path (see Clean).
func (t *Table[T]) Find(host, path string) (T, bool) {
	if p := t.hosts[Host(host)]; p != nil {
		if v, ok := p.find(path); ok {
			return v, true
		}
	}
	if p := t.hosts[Any]; p != nil {
		return p.find(path)
	}
	var none T
	return none, false
}

func (p *paths[T]) find(path string) (T, bool) {
	prefix := firstSegments(path, p.deepest)
	for {
		if v, ok := p.prefixes[prefix]; ok {
			return v, true
		}
		i := strings.LastIndexByte(prefix, '/')
		if i < 0 {
			var none T
			return none, false
		}
		prefix = prefix[:i]
	}
}

// firstSegments cuts a path after n segments, so that a path of a million slashes costs
// no more than one of three. A trailing slash goes.
func firstSegments(path string, n int) string {
	for i := 0; i < len(path); i++ {
		if path[i] != '/' {
			continue
		}
		if n == 0 || i == len(path)-1 {
			return path[:i]
		}
		n--
	}
	return path
}

// Hosts lists all hosts but Any.
func (t *Table[T]) Hosts() []string {
	var out []string
	for h := range t.hosts {
		if h != Any {
			out = append(out, h)
		}
	}
	return out
}
