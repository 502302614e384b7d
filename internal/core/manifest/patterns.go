package manifest

import (
	"fmt"
	"net/http"
	"path"
	"strings"
)

// patternSet is requests of one service that are steps of one flow. Only net/http knows when
// two patterns conflict, and a panic is how it says so. As it takes long to say anything, it
// is asked once there is a pattern that is not plain.
type patternSet struct {
	mux  *http.ServeMux // nil: all are plain
	list []string
}

// add gives the earlier pattern that a pattern, which is none of them, conflicts with, or "".
func (s *patternSet) add(pattern string) string {
	if s.mux == nil && !isPlain(pattern) {
		s.mux = http.NewServeMux()
		for _, p := range s.list {
			if err := tryHandle(s.mux, p); err != nil {
				return p // cannot be: it is plain, and no two are the same
			}
		}
	}
	if s.mux != nil && tryHandle(s.mux, pattern) != nil {
		return s.conflict(pattern)
	}
	s.list = append(s.list, pattern)
	return ""
}

func (s *patternSet) conflict(pattern string) string {
	for _, other := range s.list {
		two := http.NewServeMux()
		if tryHandle(two, other) == nil && tryHandle(two, pattern) != nil {
			return other
		}
	}
	return ""
}

func tryHandle(mux *http.ServeMux, pattern string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("net/http does not take it as a pattern: %v", p)
		}
	}()
	mux.Handle(pattern, http.NotFoundHandler())
	return nil
}

// checkRequest holds a pattern to what net/http takes, and its path to what a request can
// have: net/http looks at that only where there is a method other than CONNECT.
func checkRequest(s string) error {
	if isPlain(s) {
		return nil
	}
	if i := strings.IndexByte(s, '/'); i == 0 || strings.HasPrefix(s, "CONNECT ") {
		s = "GET " + s[i:]
	}
	return tryHandle(http.NewServeMux(), s)
}

// isPlain says whether a pattern is one path and no more, so that it is all right, and two of
// them only meet if they are the same. Most are, and asking net/http takes long.
func isPlain(pattern string) bool {
	p := pattern[strings.LastIndexByte(pattern, ' ')+1:]
	return !strings.ContainsAny(p, "{}%") && !strings.HasSuffix(p, "/") && path.Clean(p) == p
}
