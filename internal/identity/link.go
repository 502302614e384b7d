package identity

import (
	"net/url"
	"strings"
)

// LocalPath gives a path on this site to go back to after a sign-in. What could lead
// elsewhere becomes "/".
func LocalPath(path string) string {
	u, err := url.Parse(path)
	switch {
	case err != nil, u.Scheme != "", u.Host != "", u.User != nil, u.Opaque != "",
		!strings.HasPrefix(path, "/"), strings.HasPrefix(path, "//"), len(path) > 2000,
		strings.ContainsFunc(path, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }),
		strings.HasPrefix(u.Path, "//"), strings.Contains(u.Path, `\`):
		return "/"
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}
