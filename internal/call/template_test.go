package call

import (
	"net/url"
	"strings"
	"testing"
)

func TestExpand(t *testing.T) {
	t.Parallel()
	data := map[string]any{"a": "x", "a.b": "y", "n": 12.5, "t": true, "z": nil, "s": "a b/?#ü%", "o": map[string]any{}, "d": "..", "h": "evil.example/"}
	for template, want := range map[string]string{
		"": "", "/p": "/p", "/{a}/{a.b}": "/x/y", "/{n}{t}{z}{none}": "/12.5true", "/{s}": "/a%20b%2F%3F%23%C3%BC%25",
		"/{+a}/{a,b}": "//", "/{a": "/{a", "/}": "/}", "/{}": "/", "/{{a}}": "/}", "/../{a}": "/../x", "https://{h}": "https://evil.example%2F", "?q={d}": "?q=..",
	} {
		if got, err := expand(template, data); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", template, got, err, want)
		}
	}
	for _, template := range []string{"/{o}", "/{d}", "/{d}/x", "/x/{d}?y"} {
		if got, err := expand(template, data); err == nil {
			t.Errorf("%s: got %q", template, got)
		}
	}
}

// FuzzExpand: a value stays in its place, whatever it is.
func FuzzExpand(f *testing.F) {
	for _, s := range []string{"a", "..", "/../x", "?x=#", "%2e%2e", "ü\x00 ", "{b}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		text, err := expand("https://host.example/p/{v}/q?k={v}&l=1#f", map[string]any{"v": value})
		if err != nil {
			if value != "." && value != ".." {
				t.Errorf("%q: %v", value, err)
			}
			return
		}
		u, err := url.Parse(text)
		if err != nil {
			t.Fatalf("%q: %v", value, err)
		}
		parts := strings.Split(u.EscapedPath(), "/")
		if u.Host != "host.example" || len(parts) != 4 || parts[1] != "p" || parts[3] != "q" || u.Fragment != "f" {
			t.Errorf("%q: %s", value, text)
		}
		if got, err := url.PathUnescape(parts[2]); err != nil || got != value {
			t.Errorf("%q became %q", value, got)
		}
		if q := u.Query(); len(q) != 2 || q.Get("k") != value || q.Get("l") != "1" {
			t.Errorf("%q: query %v", value, q)
		}
	})
}

// FuzzTemplate: no template does harm.
func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"/{a}", "{", "}{", "{{a}}", "{a}{b}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, template string) {
		got, err := expand(template, map[string]any{"a": "1", "b": "."})
		if err == nil && !strings.Contains(template, "{") && got != template {
			t.Errorf("%q became %q", template, got)
		}
	})
}
