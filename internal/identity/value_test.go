package identity

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
)

func TestValues(t *testing.T) {
	t.Parallel()
	value, hash := NewValue(Token, "ada", "ci")
	kind, names, got := ParseValue(value)
	if kind != Token || fmt.Sprint(names) != "[ada ci]" || !Same(got, hash) || strings.Contains(hash, value) || len(hash) != 64 {
		t.Errorf("%s: %s %v %s", value, kind, names, got)
	}
	if other, _ := NewValue(Token, "ada", "ci"); other == value {
		t.Error("a value came twice")
	}
	link, hash := NewValue(Invite, "")
	if kind, names, got := ParseValue(link); kind != Invite || len(names) != 1 || names[0] != "" || got != hash {
		t.Errorf("%s: %s %q", link, kind, names)
	}
	for _, bad := range []string{"", "sws", "sws.a", "sws.a.", "sws.a.b.c", "swt.a.b", "xxx.a.b", "swt.a.b.c.d", "sws.a." + strings.Repeat("x", 400)} {
		if kind, _, hash := ParseValue(bad); kind != "" || hash != "" {
			t.Errorf("%q is a %s", bad, kind)
		}
	}
	if Same("", "") {
		t.Error("no hash is like no other")
	}
}

func TestRecovery(t *testing.T) {
	t.Parallel()
	codes, hashes := NewRecovery()
	if len(codes) != recoveryCodes || len(hashes) != recoveryCodes || strings.Contains(strings.Join(hashes, " "), codes[0]) {
		t.Fatal(codes)
	}
	if hash, ok := IsRecovery(hashes, strings.ToUpper(strings.ReplaceAll(codes[3], "-", " "))); !ok || hash != hashes[3] {
		t.Error("a code may be typed in its own way")
	}
	for _, bad := range []string{"", "-", "aaaa-bbbb-cccc"} {
		if _, ok := IsRecovery(hashes, bad); ok {
			t.Errorf("%q is a code", bad)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	var l Limits
	now := time.Unix(1_800_000_000, 0)
	n := 0
	for l.Take("ada", fmt.Sprint("10.0.0.", n), now) == nil {
		n++
	}
	if n != accountBurst {
		t.Errorf("%d tries at an account from everywhere", n)
	}
	if err := l.Take("bob", "10.0.0.200", now); err != nil {
		t.Errorf("another account: %v", err)
	}
	if err := l.Take("ada", "10.0.0.201", now.Add(accountEvery)); err != nil {
		t.Errorf("later: %v", err)
	}
	n = 0
	for l.Take(fmt.Sprint("user", n), "10.1.1.1", now) == nil {
		n++
	}
	if n != addressBurst {
		t.Errorf("%d tries from an address at everybody", n)
	}
	if err := l.Take("x", "10.1.1.1", now); !fault.Is(err, fault.Unavailable) {
		t.Error(err)
	}
	for i := range 3 * mostLimits {
		_ = l.Take("", fmt.Sprint("a", i), now)
	}
	if len(l.addresses) > mostLimits {
		t.Errorf("%d addresses are kept", len(l.addresses))
	}
}

func TestPendingCountsOnceAndIsBounded(t *testing.T) {
	t.Parallel()
	var p Pending[int]
	now := time.Unix(1_800_000_000, 0)
	a, b := p.Put(1, now), p.Put(2, now)
	if v, ok := p.Take(a, now); !ok || v != 1 {
		t.Error(v, ok)
	}
	if _, ok := p.Take(a, now); ok {
		t.Error("it counts twice")
	}
	if _, ok := p.Take(b, now.Add(ceremonyTime+time.Second)); ok {
		t.Error("it counts for ever")
	}
	for i := range 2 * mostPending {
		p.Put(i, now)
	}
	if len(p.all) > mostPending {
		t.Errorf("%d are kept", len(p.all))
	}
}

// No path leads elsewhere, or adds a header.
func TestLocalPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"/tasks": "/tasks", "/tasks?mine=1": "/tasks?mine=1", "/": "/", "": "/", "tasks": "/",
		"//evil.example": "/", "///evil.example": "/", `/\evil.example`: "/", `\\evil.example`: "/", "https://evil.example/": "/", "javascript:alert(1)": "/",
		"/%5cevil.example": "/", "/%2fevil.example": "/", "/a\r\nSet-Cookie: x=y": "/", "/a%0d%0aSet-Cookie:x": "/a%0D%0ASet-Cookie:x", "/\tevil": "/",
		"http:///evil": "/", "/a#b": "/a", "//user@evil.example": "/", "/" + strings.Repeat("a", 3000): "/",
	} {
		if got := LocalPath(path); got != want {
			t.Errorf("%q: %q, want %q", path, got, want)
		}
	}
}
