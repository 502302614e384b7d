package flow

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"slipway.dev/internal/core/manifest"
)

// maxRequest is how many bytes a pattern may have.
const maxRequest = 500

// pattern is a method and a path in the syntax of http.ServeMux.
type pattern struct {
	method   string // empty: any
	segments []segment
	open     bool // all that follows the segments
}

// segment is one part of a path between slashes.
type segment struct {
	text string // unescaped; "/": the path ends with a slash
	any  bool   // {x}
}

// CheckRequest says what is wrong with a step's request: it must be what http.ServeMux takes
// as a pattern, without a host, and its path must be one that a request can have.
func CheckRequest(request string) error {
	_, err := parse(request)
	return err
}

// parse reads a pattern. What net/http says no to is refused, so that what is left is easily
// taken apart.
func parse(request string) (pattern, error) {
	method, path := "", request
	if i := strings.IndexAny(request, " \t"); i >= 0 {
		method, path = request[:i], strings.TrimLeft(request[i+1:], " \t")
	}
	if !strings.HasPrefix(path, "/") {
		return pattern{}, fmt.Errorf("request %.60q: its path must begin with / (a host is not allowed)", request)
	}
	if len(request) > maxRequest {
		return pattern{}, fmt.Errorf("request %.60q… has more than %d bytes", request, maxRequest)
	}
	checked := request
	if method == "" || method == http.MethodConnect {
		checked = "GET " + path // else it takes paths that no request has
	}
	if err := manifest.Taken(checked); err != nil {
		return pattern{}, err
	}
	p := pattern{method: method}
	for s := range strings.SplitSeq(path[1:], "/") {
		switch {
		case s == "{$}":
			p.segments = append(p.segments, segment{text: "/"})
		case s == "" || s[0] == '{' && strings.HasSuffix(s, "...}"):
			p.open = true // it is the last one
		case s[0] == '{':
			p.segments = append(p.segments, segment{any: true})
		default:
			p.segments = append(p.segments, segment{text: unescape(s)})
		}
	}
	return p, nil
}

// unescape resolves the escapes of a segment. A wrong one is left as it is.
func unescape(s string) string {
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}
