package call

import (
	"net/url"
	"strings"
)

// expand puts values into an address with {name}, as the specification's subset of RFC 6570
// has it: simple expansion, names taken verbatim and of the top level only, and nothing for
// what is not there. What is put in cannot leave its place: all but unreserved characters is
// percent-encoded, and it cannot make a path climb.
func expand(template string, data any) (string, error) {
	values, _ := data.(map[string]any)
	var out strings.Builder
	for rest := template; ; {
		before, after, found := strings.Cut(rest, "{")
		out.WriteString(before)
		if !found {
			break
		}
		name, tail, closed := strings.Cut(after, "}")
		if !closed {
			out.WriteString("{" + after)
			break
		}
		text, ok := plain(values[name])
		if !ok {
			return "", fail("expression", 400, "{%s} of the address is neither text, number, boolean nor null", brief(name))
		}
		out.WriteString(escape(text))
		rest = tail
	}
	if climbs(out.String()) > climbs(template) {
		return "", fail("expression", 400, "a value in the address would lead out of its path: it is \".\" or \"..\"")
	}
	return out.String(), nil
}

// climbs counts the segments of a path that are not names.
func climbs(address string) (n int) {
	path, _, _ := strings.Cut(address, "?")
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." {
			n++
		}
	}
	return n
}

// escape encodes all but the unreserved characters of RFC 3986.
func escape(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

// address makes an URL of an address with {name}, and a form of it that may be told: as it was
// written, without what is asked there.
func (a *attempt) address(template string) (u *url.URL, shown string, err error) {
	text, err := expand(template, a.Data)
	if err != nil {
		return nil, "", err
	}
	shown, _, _ = strings.Cut(template, "?")
	shown, _, _ = strings.Cut(shown, "#")
	u, err = parseURL(text)
	return u, shown, err
}

// parseURL takes addresses of HTTP only.
func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return nil, configuration("the address is no URI")
	}
	switch {
	case u.User != nil:
		return nil, configuration("the address of %s has a user name in it: say it in authentication", u.Hostname())
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, configuration("an address begins with https:// or http://, not with %q", u.Scheme)
	case u.Hostname() == "":
		return nil, configuration("the address names no host")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}
