package manifest

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
)

// checkRequest holds a pattern to what net/http takes, and its path to what a request can
// have: net/http looks at that only where there is a method other than CONNECT.
func checkRequest(s string) error {
	at := strings.IndexByte(s, '/')
	if isSimple(s[at:]) {
		return nil
	}
	if at == 0 || strings.HasPrefix(s, "CONNECT ") {
		s = "GET " + s[at:]
	}
	return Taken(s)
}

// isSimple says whether a path is nothing but plain segments and {name}. Then it is all right;
// to ask net/http takes long.
func isSimple(p string) bool {
	if strings.ContainsAny(p, "%") || path.Clean(p) != p || p == "/" {
		return false
	}
	var names []string
	for segment := range strings.SplitSeq(p[1:], "/") {
		name, begins := strings.CutPrefix(segment, "{")
		name, ends := strings.CutSuffix(name, "}")
		switch {
		case !begins && !ends && !strings.ContainsAny(segment, "{}"):
		case !begins || !ends || !isIdentifier(name) || slices.Contains(names, name):
			return false
		default:
			names = append(names, name)
		}
	}
	return true
}

func isIdentifier(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (c < 'a' || c > 'z') && s[i] != '_' && (i == 0 || s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return s != ""
}

// conflict gives the first of the patterns that another one conflicts with, or "".
func conflict(patterns []string, pattern string) string {
	for _, p := range patterns {
		if meet(p, pattern) && Taken(p, pattern) != nil {
			return p
		}
	}
	return ""
}

// meet says whether there may be requests that two patterns match. It is quicker to say that
// there are none than to ask.
func meet(a, b string) bool {
	i, j := strings.IndexByte(a, '/'), strings.IndexByte(b, '/')
	one, other := strings.TrimSpace(a[:i]), strings.TrimSpace(b[:j])
	if one != other && one != "" && other != "" && one != "HEAD" && other != "HEAD" {
		return false
	}
	p, q := a[i:], b[j:]
	if strings.Contains(p+q, "%") {
		return true
	}
	for k := 0; k < len(p) && k < len(q) && p[k] != '{' && q[k] != '{'; k++ {
		if p[k] != q[k] {
			return false
		}
	}
	return true
}

// Taken says what net/http has against patterns that are to stand side by side. A panic is how
// it says so.
func Taken(patterns ...string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("net/http does not take it as a pattern: %v", p)
		}
	}()
	mux := http.NewServeMux()
	for _, p := range patterns {
		mux.Handle(p, http.NotFoundHandler())
	}
	return nil
}
