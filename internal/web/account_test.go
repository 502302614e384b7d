package web

import (
	"net/http"
	"net/url"
	"testing"

	"slipway.dev/client/model"
)

func TestAccount(t *testing.T) {
	t.Parallel()
	f := newFake()
	f.who.Roles = []model.Binding{{Subject: "team:operations", Role: "operator", Environment: "prod"}}
	f.who.Passkeys = []model.Passkey{{ID: "k1", AddedAt: noon}}
	f.who.Recovery = 9
	v := enter(t, f)
	v.sees("/account", "<b>operator</b>", "in prod", "as a member of team:operations", "<b>Here</b>", "<b>ci</b>", "Passkey 1", "9 recovery codes",
		`value="deploy"`, `data-begin="/v1/passkeys/begin"`)
	hasNot(t, v.sees("/account"), `value="people"`) // a right that one has not is none to hand on
	v.sends("/account/sessions/end", "/account#sessions", url.Values{"session": {"s2"}})
	v.sends("/account/tokens/revoke", "/account#tokens", url.Values{"owner": {"ada"}, "name": {"ci"}})
	v.sends("/account/passkeys", "/account#passkeys", url.Values{"flow": {"f1"}, "response": {"{}"}, "title": {"Phone"}})
	v.sends("/account/passkeys/remove", "/account#passkeys", url.Values{"passkey": {"k1"}})
	resp, body := v.send(http.MethodPost, "/account/password", url.Values{"old": {"correct horse"}, "new": {"another horse battery"}, "code": {"123456"}})
	if resp.StatusCode != http.StatusOK {
		t.Error(resp.Status)
	}
	has(t, body, "It was changed.")
	hasNot(t, body, "another horse")
	if resp, _ := v.send(http.MethodPost, "/account/tokens/revoke", url.Values{"owner": {"bob"}, "name": {"ci"}}); resp.StatusCode != http.StatusNotFound {
		t.Errorf("somebody else's token: %s", resp.Status)
	}
}

// TestATokenIsShownOnce, in the answer to the form, and in no address.
func TestATokenIsShownOnce(t *testing.T) {
	t.Parallel()
	v := enter(t, newFake())
	resp, body := v.send(http.MethodPost, "/account/tokens", url.Values{"name": {"nightly"}, "scope": {"deploy", "read"}, "days": {"7"}})
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Location") != "" || resp.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%s %v", resp.Status, resp.Header)
	}
	has(t, body, "swt.ada.nightly.secret")
	hasNot(t, v.sees("/account"), "swt.ada.nightly")
}
