package route

import (
	"fmt"
	"strings"
)

// Host gives a host as routes know it: lower case, without port and trailing dot.
func Host(h string) string {
	if i := strings.LastIndexByte(h, ':'); i >= 0 && !strings.HasSuffix(h, "]") {
		h = h[:i]
	}
	h = strings.TrimSuffix(h, ".")
	return strings.ToLower(h) // returns h itself if there is nothing to do
}

// Clean gives the decoded path of a request as it is matched: repeated slashes are one.
// A path with dot segments is refused: the app could take it for another place than the
// one it was routed by.
func Clean(path string) (string, bool) {
	if path == "" || path[0] != '/' {
		return "", false
	}
	doubled := false
	for i := 0; i < len(path); i++ {
		if path[i] != '/' && path[i] != '\\' {
			continue
		}
		rest := path[i+1:]
		switch {
		case isDotSegment(rest):
			return "", false
		case path[i] == '/' && len(rest) > 0 && rest[0] == '/':
			doubled = true
		}
	}
	if doubled {
		path = collapse(path)
	}
	return path, true
}

// isDotSegment says whether s begins with the segment "." or "..". A backslash counts as
// a slash here, because some servers take it for one, and others forget what follows a
// semicolon.
func isDotSegment(s string) bool {
	if len(s) == 0 || s[0] != '.' {
		return false
	}
	s = strings.TrimPrefix(s[1:], ".")
	return s == "" || s[0] == '/' || s[0] == '\\' || s[0] == ';'
}

func collapse(path string) string {
	var b strings.Builder
	b.Grow(len(path))
	for i := 0; i < len(path); i++ {
		if path[i] == '/' && i > 0 && path[i-1] == '/' {
			continue
		}
		b.WriteByte(path[i])
	}
	return b.String()
}

func checkHost(h string) error {
	if h == Any {
		return nil
	}
	if h == "" || len(h) > 253 {
		return fmt.Errorf("host %.60q: not a host name", h)
	}
	for _, r := range h {
		ok := r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == ':' || r == '[' || r == ']'
		if !ok {
			return fmt.Errorf("host %q: %q cannot be in a host name", h, r)
		}
	}
	if Host(h) == "" {
		return fmt.Errorf("host %q: not a host name", h)
	}
	return nil
}

func checkPath(p string) error {
	if len(p) > 1024 {
		return fmt.Errorf("path %.60q… is longer than 1024 bytes", p)
	}
	clean, ok := Clean(p)
	if !ok || clean != p {
		return fmt.Errorf("path %q: must begin with / and have no empty, . or .. segment", p)
	}
	for i := 0; i < len(p); i++ {
		if p[i] < ' ' || p[i] == 0x7f || p[i] == '?' || p[i] == '#' {
			return fmt.Errorf("path %q: has a character that no path has", p)
		}
	}
	return nil
}
