package control_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

func signed(body, secret string) http.Header {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	h := http.Header{}
	h.Set("X-GitHub-Event", "push")
	h.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	return h
}

func pushOf(branch string) string {
	return fmt.Sprintf(`{"ref":"refs/heads/%s","before":"%s","after":"%s"}`, branch, strings.Repeat("a", 40), strings.Repeat("b", 40))
}

func TestWebhook(t *testing.T) {
	w := newWorld(t)
	try(w.SetSecret(w.ctx, "hook", []byte("s3cret")))(t)
	try(w.SetSecret(w.ctx, "gone", []byte("s3cret")))(t)
	for name, secret := range map[string]string{"shop": "hook", "open": "", "orphan": "never-set", "late": "gone"} {
		try(w.AddSource(w.ctx, model.Source{Name: name, URL: "/srv/shop.git", WebhookSecret: secret}))(t)
	}
	try(w.RemoveSecret(w.ctx, "gone"))(t)
	body := pushOf("main")

	// Whoever does not know the secret learns nothing about which sources there are.
	for what, header := range map[string]http.Header{
		"a wrong secret": signed(body, "guess"), "an empty one": signed(body, ""), "another body": signed(body+" ", "s3cret"),
		"no signature": {"X-Github-Event": {"push"}}, "no forge": {},
	} {
		_, want := w.Webhook(t.Context(), "nosuch", header, []byte(body))
		if want == nil {
			t.Fatalf("%s: taken for a source that there is not", what)
		}
		for _, name := range []string{"shop", "open", "orphan", "late", "", "../x"} {
			_, err := w.Webhook(t.Context(), name, header, []byte(body))
			if err == nil || err.Error() != want.Error() || fault.CodeOf(err) != fault.CodeOf(want) {
				t.Errorf("%s for %q: %v; for an unknown source: %v", what, name, err, want)
			}
		}
	}
	if _, err := w.Webhook(t.Context(), "shop", signed(body, "guess"), []byte(body)); !fault.Is(err, fault.Denied) {
		t.Errorf("a wrong signature: %v", err)
	}
	if len(w.kicked) != 0 {
		t.Error("a source was looked at")
	}

	other := pushOf("feature")
	try(w.Webhook(t.Context(), "shop", signed(other, "s3cret"), []byte(other)))(t)
	if len(w.kicked) != 0 {
		t.Error("a push to another branch had the source looked at")
	}
	try(w.Webhook(t.Context(), "shop", signed(body, "s3cret"), []byte(body)))(t)
	if name := <-w.kicked; name != "shop" {
		t.Error(name)
	}
	_, err := w.Webhook(t.Context(), "shop", signed("{", "s3cret"), []byte("{"))
	w.refused(err, fault.Invalid, "does not parse")
}

func TestSources(t *testing.T) {
	w := newWorld(t)
	try(w.AddSource(w.ctx, model.Source{Name: "shop", URL: "/srv/shop.git"}))(t)
	list := try(w.Sources(w.ctx))(t)
	if len(list) != 1 || list[0].Branch != "main" || list[0].Kind != "service" {
		t.Errorf("%+v", list)
	}
	for _, c := range []struct {
		source model.Source
		code   fault.Code
		says   string
	}{
		{model.Source{Name: "shop", URL: "/srv/other.git"}, fault.Refused, "already"},
		{model.Source{Name: "a b", URL: "/srv/other.git"}, fault.Invalid, "name"},
		{model.Source{Name: "x", URL: "--upload-pack=evil"}, fault.Invalid, "option"},
		{model.Source{Name: "x"}, fault.Invalid, "empty"},
		{model.Source{Name: "x", URL: "/srv/x.git", Branch: "-x"}, fault.Invalid, ""},
		{model.Source{Name: "x", URL: "/srv/x.git", Kind: "other"}, fault.Invalid, "kind"},
	} {
		_, err := w.AddSource(w.ctx, c.source)
		w.refused(err, c.code, c.says)
	}
	try(w.PollSource(w.ctx, "shop"))(t)
	if name := <-w.kicked; name != "shop" {
		t.Error(name)
	}
	w.apply("hand", platform)
	_, err := w.PollSource(w.ctx, "hand")
	w.refused(err, fault.Refused, "no repository")
	<-w.kicked
	_, err = w.PollSource(w.ctx, "nosuch")
	w.refused(err, fault.NotFound, "there is no source nosuch")

	try(w.RemoveSource(w.ctx, "hand"))(t)
	if r := try(w.Resources(w.ctx, ""))(t); len(r) != 3 || r[0].Source != "" {
		t.Errorf("what came from a removed source stays, for another to take: %+v", r)
	}
	w.apply("other", platform)
	if r := try(w.Resources(w.ctx, ""))(t); r[0].Source != "other" {
		t.Errorf("%+v", r)
	}
	_, err = w.RemoveSource(w.ctx, "hand")
	w.refused(err, fault.NotFound)
}
