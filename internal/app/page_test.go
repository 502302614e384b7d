package app_test

import (
	"context"
	"encoding/base32"
	"os"
	"strings"
	"testing"
	"time"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/identity"
	"slipway.dev/internal/web/webtest"
)

// environmentFile is one that asks for approvals, so that its own change must be approved.
func environmentFile(expire string) []model.File {
	return []model.File{{Name: "platform.yaml", Content: `apiVersion: slipway.dev/v1
kind: Environment
metadata: {name: prod}
spec:
  target: {process: {}}
  gate:
    approvals: {count: 1, from: [approver], expire: ` + expire + "}\n"}}
}

// TestBrowserFromSetUpToApproval goes with a real browser from the link of the first start
// over sign-in, by password and by passkey, to an approval that puts a change in force.
func TestBrowserFromSetUpToApproval(t *testing.T) {
	t.Parallel()
	if os.Getenv("SLIPWAY_HEAVY") == "" {
		t.Skip("needs SLIPWAY_HEAVY=1 (make test-heavy)")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	u := start(t, dataDir(t)).says("Ctrl-C stops it")
	link := setupLink.FindStringSubmatch(u.out.String())
	site := link[1]

	tab := webtest.Open(ctx, t, site)
	tab.Authenticator()
	tab.Sees("There is no account yet")
	tab.GoTo(site + "/setup#" + link[2])
	tab.Sees("Set up the first account")
	if at := tab.Eval("location.href"); at != site+"/setup" {
		t.Errorf("the secret stays in the address: %s", at)
	}
	tab.Send("form[action='/setup']", map[string]string{"name": "ada", "title": "Ada Lovelace"})
	tab.Sees("Your account is ada.")
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(tab.Eval("document.querySelector('code.secret').textContent"))
	must(t, err)
	const password = "correct horse battery"
	byPassword := "form[action='/setup/finish']:not([data-passkey])"
	tab.Send(byPassword, map[string]string{"code": "000000", "password": password})
	tab.Sees("The one-time code is wrong.")
	at := time.Now()
	tab.Send(byPassword, map[string]string{"code": identity.CodeAt(key, at), "password": password})
	tab.Sees("Keep these codes")
	tab.Eval("document.querySelector('a.button').click()")
	tab.Sees("Nothing runs here yet")

	tab.GoTo(site + "/account")
	tab.Send("form[action='/account/passkeys']", map[string]string{"title": "Test key"})
	tab.Sees("Test key")
	tab.Send("form[action='/sign-out']", nil)
	tab.Sees("Sign in with a passkey")
	tab.GoTo(site + "/tasks")
	tab.Send("form[action='/sign-in']", map[string]string{"name": "ada", "password": password, "code": identity.CodeAt(key, at.Add(30*time.Second))})
	tab.Sees("nothing waits for you")

	_, err = u.Apply(ctx, model.ApplyRequest{Source: "platform", Files: environmentFile("48h")})
	must(t, err)
	result, err := u.Apply(ctx, model.ApplyRequest{Source: "platform", Files: environmentFile("24h")})
	must(t, err)
	if len(result.Changes) != 1 {
		t.Fatalf("%+v", result)
	}
	tab.Sees("1 task waits for you") // the page that is open learns of it
	tab.Send("form[action='/sign-out']", nil)
	tab.Send("form[data-passkey='get']", nil)
	tab.Sees("Board")
	tab.Eval("document.querySelector(\"a[href='/tasks']\").click()")
	tab.WaitFor("String(!!document.querySelector('.card a.button'))", "true")
	tab.Eval("document.querySelector('.card a.button').click()")
	tab.Sees("Your answer")
	tab.Eval("document.querySelector('details.approve summary').click()")
	tab.Send("details.approve form", map[string]string{"comment": "We have seen enough of it"})
	tab.Sees("Approved")
	tab.Sees("We have seen enough of it")
	environments, err := u.Resources(ctx, "Environment")
	must(t, err)
	if len(environments) != 1 || !strings.Contains(string(environments[0].Spec), "24h") || strings.Contains(string(environments[0].Spec), "48h") {
		t.Errorf("not in force: %s", environments[0].Spec)
	}
	entries, err := u.Audit(ctx, model.AuditQuery{After: -1, Limit: 50})
	must(t, err)
	for _, e := range entries {
		if e.Type == "task.answered" && e.Actor != "person:ada" {
			t.Errorf("answered by %s", e.Actor)
		}
	}
	if err := stillSecret(ctx, u.Client, link[2], password); err != "" {
		t.Error(err)
	}
}

// stillSecret says in which entry of the journal something stands that must not.
func stillSecret(ctx context.Context, c *client.Client, secrets ...string) string {
	entries, err := c.Audit(ctx, model.AuditQuery{Limit: 1000})
	if err != nil {
		return err.Error()
	}
	for _, e := range entries {
		for _, s := range secrets {
			if strings.Contains(string(e.Data), s) {
				return e.Type + " tells a secret"
			}
		}
	}
	return ""
}
