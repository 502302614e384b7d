package source

import (
	"strings"
	"testing"
	"unicode/utf8"

	"slipway.dev/internal/core/fault"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"/srv/git/shop.git", "/srv/git/shop/", "file:///srv/git/shop.git", "https://example.test/shop.git", "http://localhost:8080/shop",
		"ssh://git@example.test:2222/shop.git", "git://example.test/shop", "git@example.test:team/shop.git", "example.test:shop",
	} {
		if err := CheckURL(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "shop", "./shop", "../shop", "/srv/../etc", "/a b", "/a\nb", "-uevil", "--upload-pack=touch /tmp/x",
		"ext::sh -c touch% /tmp/x", "ext::sh", "fd::17", "testgit::/x", "ftp://example.test/x", "ext://x", "javascript://x",
		"ssh://-oProxyCommand=x/y", "ssh://git@-oProxyCommand=x/y", "-oProxyCommand=x:y", "git@-oProxyCommand=x:y", "git@example.test:-x", "git@example.test:/-x:y",
		"https://user:pass@example.test/x", "https://token@example.test/x", "ssh://git:pass@example.test/x", "file://host/x", "https:///x", "https://example.test/\x00", strings.Repeat("/a", 2000),
	} {
		err := CheckURL(bad)
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
		if err != nil && (strings.Contains(err.Error(), "pass@") || strings.Contains(err.Error(), "token@")) {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}

func TestBranches(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"main", "release/1.2", "feature/#42", "ünï"} {
		if err := CheckBranch(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "-d", "--exec=x", "a b", "a..b", "a:b", "a\nb", "/a", "a/", "a//b", ".a", "a/.b", "a.lock", "a@{1}", "@", "a*", "a?", "a[", `a\b`, "a~1", "a^"} {
		if err := CheckBranch(bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestCredentialsAreNotSentInTheClear(t *testing.T) {
	t.Parallel()
	c := &Credential{User: "ci", Password: "s3cret"}
	for address, good := range map[string]bool{
		"https://example.test/x": true, "http://localhost:80/x": true, "http://127.0.0.1/x": true,
		"http://example.test/x": false, "git://example.test/x": false, "/srv/x": false, "ssh://git@example.test/x": false, "http://localhost.example.test/x": false,
	} {
		if err := (Remote{URL: address, Branch: "main", Credential: c}).Check(); (err == nil) != good {
			t.Errorf("%s: %v", address, err)
		}
	}
	c.Password = "a\nX-Header: b"
	if err := (Remote{URL: "https://example.test/x", Branch: "main", Credential: c}).Check(); err == nil || strings.Contains(err.Error(), "X-Header") {
		t.Errorf("a line end in a password: %v", err)
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, s := range []string{"/srv/x", "https://example.test/x", "git@example.test:x", "ext::sh", "ssh://-x/y", "a:b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if CheckURL(s) == nil && (strings.HasPrefix(s, "-") || strings.HasPrefix(s, "ext::") || !utf8.ValidString(s) || strings.ContainsAny(s, "\n\x00 ")) {
			t.Fatalf("%q was let through", s)
		}
	})
}
