package route

import (
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	t.Parallel()
	var table Table[string]
	for _, r := range [][3]string{
		{"shop.localhost", "/", "shop"},
		{"shop.localhost", "/orders", "orders"},
		{"shop.localhost", "/orders/old/", "old"},
		{"Api.Localhost", "/v1", "v1"},
		{"*", "/health", "health"},
		{"[::1]", "/", "six"},
	} {
		if err := table.Add(r[0], r[1], r[2]); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range [][3]string{
		{"shop.localhost", "/", "shop"},
		{"shop.localhost:8080", "/orders", "orders"},
		{"SHOP.localhost.", "/orders/7", "orders"},
		{"shop.localhost", "/ordersX", "shop"},
		{"shop.localhost", "/orders/", "orders"},
		{"shop.localhost", "/orders/old", "old"},
		{"shop.localhost", "/orders/older", "orders"},
		{"shop.localhost", "/orders/old/a/b/c", "old"},
		{"api.localhost", "/v1/x", "v1"},
		{"api.localhost", "/v2", ""},
		{"api.localhost", "/health/live", "health"},
		{"other", "/health", "health"},
		{"other", "/", ""},
		{"[::1]:80", "/x", "six"},
		{"shop.localhost", "/" + strings.Repeat("a/", 100_000), "shop"},
	} {
		got, _ := table.Find(c[0], c[1])
		if got != c[2] {
			t.Errorf("Find(%q, %.40q) = %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func TestAddRefuses(t *testing.T) {
	t.Parallel()
	var table Table[int]
	if err := table.Add("a", "/x", 1); err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{"A", "/x/"}, {"", "/"}, {"a b", "/"}, {"a\n", "/"}, {"a", ""}, {"a", "x"}, {"a", "/../b"},
		{"a", "//"}, {"a", "/a?b"}, {"a", "/\x00"}, {":80", "/"}, {"a", "/" + strings.Repeat("x", 2000)},
	} {
		if err := table.Add(c[0], c[1], 2); err == nil {
			t.Errorf("Add(%q, %.40q) was taken", c[0], c[1])
		}
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/": "/", "/a": "/a", "//a///b": "/a/b", "/a/": "/a/", "/a..b": "/a..b", "/...": "/...", "/.well-known/x": "/.well-known/x",
		"": "!", "*": "!", "a": "!", "/..": "!", "/a/../b": "!", "/./a": "!", "/a/.": "!", `/a/..\b`: "!", `/a\..\b`: "!", `/a\b`: `/a\b`, "/a/..;x/b": "!", "/a/.;": "!", "/a;x/b": "/a;x/b", "//..": "!",
	} {
		got, ok := Clean(in)
		if !ok {
			got = "!"
		}
		if got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzFind(f *testing.F) {
	f.Add("shop.localhost:80", "/orders/7")
	f.Add("[::1]", "//a/..%2f")
	var table Table[string]
	for _, p := range []string{"/", "/orders", "/orders/old"} {
		if err := table.Add("shop.localhost", p, p); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, host, path string) {
		clean, ok := Clean(path)
		if !ok {
			return
		}
		got, found := table.Find(host, clean)
		if !found {
			return
		}
		if got != "/" && clean != got && !strings.HasPrefix(clean, got+"/") {
			t.Fatalf("%q went to %q", clean, got)
		}
		for _, segment := range strings.Split(clean, "/") {
			if segment == "." || segment == ".." {
				t.Fatalf("Clean(%q) kept a dot segment", path)
			}
		}
	})
}
