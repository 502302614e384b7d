package source

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slipway.dev/internal/core/fault"
)

var hookSecret = []byte("hook secret")

// signed gives the headers with which a forge sends a body.
func signed(provider, event string, body, secret []byte) http.Header {
	mac := hmac.New(sha256.New, secret)
	mac.Write(body)
	sum := hex.EncodeToString(mac.Sum(nil))
	h := http.Header{}
	switch provider {
	case "github":
		h.Set("X-GitHub-Event", event)
		h.Set("X-GitHub-Delivery", "d-1")
		h.Set("X-Hub-Signature-256", "sha256="+sum)
	case "gitlab":
		h.Set("X-Gitlab-Event", event)
		h.Set("X-Gitlab-Event-UUID", "d-1")
		h.Set("X-Gitlab-Token", string(secret))
	case "gitea":
		h.Set("X-Gitea-Event", event)
		h.Set("X-Gitea-Delivery", "d-1")
		h.Set("X-Gitea-Signature", sum)
		h.Set("X-GitHub-Event", event) // it sends these, too
		h.Set("X-Gogs-Event", event)
		h.Set("X-Hub-Signature-256", "sha256="+sum)
	}
	return h
}

func payloadOf(t testing.TB, name string) []byte {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata/webhooks", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return body
}

const (
	before = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"
	after  = "4f2a1c0de0b6a1f3c5d7e9081726354453627180"
)

func TestParsePush(t *testing.T) {
	t.Parallel()
	https, ssh, web := "https://forge.test/team/shop.git", "git@forge.test:team/shop.git", "https://forge.test/team/shop"
	github := []string{https, ssh, "git://forge.test/team/shop.git", web}
	for name, c := range map[string]struct {
		event string
		want  Push
	}{
		"github-push":       {"push", Push{Kind: KindPush, Ref: "refs/heads/main", Branch: "main", Before: before, After: after, CloneURLs: github}},
		"github-deleted":    {"push", Push{Kind: KindPush, Ref: "refs/heads/feature/x", Branch: "feature/x", Before: before, Deleted: true, CloneURLs: github}},
		"github-tag":        {"push", Push{Kind: KindPush, Ref: "refs/tags/v1.0", After: after, CloneURLs: github}},
		"github-ping":       {"ping", Push{Kind: KindPing}},
		"gitlab-push":       {"Push Hook", Push{Kind: KindPush, Ref: "refs/heads/main", Branch: "main", Before: before, After: after, CloneURLs: []string{https, ssh, web}}},
		"gitlab-tag":        {"Tag Push Hook", Push{Kind: KindPush, Ref: "refs/tags/v1.0", After: after, CloneURLs: []string{https, ssh}}},
		"gitlab-new-branch": {"Push Hook", Push{Kind: KindPush, Ref: "refs/heads/new", Branch: "new", After: after, CloneURLs: []string{https, ssh}}},
		"gitea-push": {"push", Push{Kind: KindPush, Ref: "refs/heads/main", Branch: "main", Before: before, After: after,
			CloneURLs: []string{https, "ssh://git@forge.test:2222/team/shop.git", web}}},
	} {
		body := payloadOf(t, name)
		provider, _, _ := strings.Cut(name, "-")
		got, err := ParsePush(signed(provider, c.event, body, hookSecret), body, hookSecret)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		c.want.Provider, c.want.Delivery = provider, "d-1"
		if diff := cmp.Diff(c.want, got, cmpopts.IgnoreFields(Push{}, "ID")); diff != "" {
			t.Errorf("%s\n%s", name, diff)
		}
	}
}

func TestOtherEventsAreToldApart(t *testing.T) {
	t.Parallel()
	for provider, event := range map[string]string{"github": "issues", "gitlab": "Merge Request Hook", "gitea": "release"} {
		p, err := ParsePush(signed(provider, event, []byte("{}"), hookSecret), []byte("{}"), hookSecret)
		if err != nil || p.Kind != KindOther {
			t.Errorf("%s: %+v, %v", provider, p, err)
		}
	}
}

func TestReplaysHaveTheSameID(t *testing.T) {
	t.Parallel()
	body := payloadOf(t, "github-push")
	parse := func(body []byte, delivery string) string {
		h := signed("github", "push", body, hookSecret)
		h.Set("X-GitHub-Delivery", delivery)
		p, err := ParsePush(h, body, hookSecret)
		if err != nil {
			t.Fatal(err)
		}
		return p.ID
	}
	if parse(body, "1") != parse(body, "2") {
		t.Error("a replay under another delivery looks new")
	}
	if parse(body, "1") == parse([]byte(strings.Replace(string(body), before, after, 1)), "1") {
		t.Error("another push under the same delivery looks like a replay")
	}
}

func TestUnsignedIsDenied(t *testing.T) {
	t.Parallel()
	body := payloadOf(t, "github-push")
	events := map[string]string{"github": "push", "gitlab": "Push Hook", "gitea": "push"}
	for provider, event := range events {
		good := func() http.Header { return signed(provider, event, body, hookSecret) }
		cases := map[string]struct {
			header http.Header
			secret []byte
		}{
			"another secret": {good(), []byte("other")},
			"empty secret":   {signed(provider, event, body, nil), nil},
			"longer secret":  {good(), append([]byte("x"), hookSecret...)},
		}
		for _, name := range []string{"X-Hub-Signature-256", "X-Gitlab-Token", "X-Gitea-Signature"} {
			for _, bad := range []string{"", "sha256=", "00", "sha1=" + strings.Repeat("0", 40), "sha256=zz"} {
				h := good()
				if h.Get(name) == "" || provider == "gitea" && name != "X-Gitea-Signature" {
					continue
				}
				h.Set(name, bad)
				cases[name+" "+bad] = struct {
					header http.Header
					secret []byte
				}{h, hookSecret}
			}
		}
		for name, c := range cases {
			if _, err := ParsePush(c.header, body, c.secret); !fault.Is(err, fault.Denied) {
				t.Errorf("%s, %s: %v", provider, name, err)
			}
		}
	}
	if _, err := ParsePush(signed("github", "push", body, hookSecret), append(body, ' '), hookSecret); !fault.Is(err, fault.Denied) {
		t.Errorf("a changed body: %v", err)
	}
}

func TestWebhooksRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		body string
		code fault.Code
	}{
		"no JSON":        {"payload=%7B%7D", fault.Invalid},
		"no ref":         {`{}`, fault.Invalid},
		"option as ref":  {`{"ref":"--upload-pack=x","before":"` + before + `","after":"` + after + `"}`, fault.Invalid},
		"hostile branch": {`{"ref":"refs/heads/-x","before":"` + before + `","after":"` + after + `"}`, fault.Invalid},
		"no commits":     {`{"ref":"refs/heads/main"}`, fault.Invalid},
		"bad commit":     {`{"ref":"refs/heads/main","before":"` + before + `","after":"HEAD"}`, fault.Invalid},
		"too large":      {strings.Repeat(" ", MaxWebhook+1), fault.TooLarge},
	} {
		if _, err := ParsePush(signed("github", "push", []byte(c.body), hookSecret), []byte(c.body), hookSecret); !fault.Is(err, c.code) {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if _, err := ParsePush(http.Header{}, nil, hookSecret); !fault.Is(err, fault.Invalid) {
		t.Errorf("no forge: %v", err)
	}
}

func TestIsAbout(t *testing.T) {
	t.Parallel()
	body := payloadOf(t, "gitea-push")
	p, err := ParsePush(signed("gitea", "push", body, hookSecret), body, hookSecret)
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"https://forge.test/team/shop.git": true, "https://FORGE.test/team/shop": true, "git@forge.test:team/shop.git": true,
		"ssh://git@forge.test:2222/team/shop.git": true, "https://forge.test/team/shop/": true,
		"https://forge.test/team/shop2.git": false, "https://other.test/team/shop.git": false, "/team/shop": false, "https://forge.test/other/shop": false,
	} {
		if got := p.IsAbout(Remote{URL: address, Branch: "main"}); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	if p.IsAbout(Remote{URL: "https://forge.test/team/shop.git", Branch: "next"}) {
		t.Error("it is about another branch")
	}
}

func FuzzParsePush(f *testing.F) {
	files, err := filepath.Glob("testdata/webhooks/*.json")
	if err != nil || len(files) == 0 {
		f.Fatal("no payloads", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		provider, _, _ := strings.Cut(name, "-")
		f.Add(provider, payloadOf(f, name))
	}
	events := map[string]string{"github": "push", "gitlab": "Push Hook", "gitea": "push"}
	f.Fuzz(func(t *testing.T, provider string, body []byte) {
		h := signed(provider, events[provider], body, hookSecret)
		p, err := ParsePush(h, body, hookSecret)
		if err == nil && p.Kind == KindPush {
			if p.Branch != "" && CheckBranch(p.Branch) != nil || p.After == "" != p.Deleted || p.After != "" && CheckCommit(p.After) != nil {
				t.Errorf("let through: %+v", p)
			}
			for _, address := range p.CloneURLs {
				if CheckURL(address) != nil {
					t.Errorf("let through: %s", address)
				}
			}
		}
		if p, err := ParsePush(h, body, []byte("another secret")); err == nil {
			t.Errorf("a wrong secret was taken: %+v", p)
		}
	})
}
