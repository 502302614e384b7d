package app_test

import (
	"context"
	"encoding/base32"
	"os"
	"os/exec"
	"path/filepath"
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

// shopFiles are a service, and the environments that it goes through.
var shopFiles = map[string]string{
	"go.mod": "module shop\n\ngo 1.26\n",
	"main.go": `package main

import (
	"net/http"
	"os"
)

func main() { _ = http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.FileServer(http.Dir("."))) }
`,
	"slipway.yaml": `apiVersion: slipway.dev/v1
kind: Service
metadata: {name: tickets, team: box-office}
spec:
  source: {branch: main}
  build: {run: "go build -o $OUT/shop .", env: {CGO_ENABLED: "0"}}
  run: {command: [./shop], replicas: 1}
  routes: [{host: shop.localhost, path: /}]
  health: {http: /}
  strategy: {rolling: {}}
  rollback: {observe: 1s}
`,
}

const shopPlatform = `apiVersion: slipway.dev/v1
kind: Team
metadata: {name: box-office}
spec: {}
---
apiVersion: slipway.dev/v1
kind: Environment
metadata: {name: dev}
spec: {target: {process: {}}}
---
apiVersion: slipway.dev/v1
kind: Environment
metadata: {name: prod}
spec: {after: dev, target: {process: {}}, gate: {approvals: {count: 1, from: [approver]}}}
`

// shopRepo makes a repository with a commit of ada@example.org.
func shopRepo(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range shopFiles {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "."}, {"commit", "-q", "-m", "Begin to sell tickets"}} {
		cmd := exec.Command("git", append([]string{"-c", "user.name=Ada", "-c", "user.email=ada@example.org"}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	return dir
}

// TestBrowserPromotes goes with a real browser from an invitation to a release that goes
// into production because the one who was invited approves it.
func TestBrowserPromotes(t *testing.T) {
	t.Parallel()
	if os.Getenv("SLIPWAY_HEAVY") == "" {
		t.Skip("needs SLIPWAY_HEAVY=1 (make test-heavy)")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	u := start(t, dataDir(t)).says("Ctrl-C stops it")
	_, err := u.Apply(ctx, model.ApplyRequest{Source: "platform", Files: []model.File{{Name: "platform.yaml", Content: shopPlatform}}})
	must(t, err)
	_, err = u.AddUser(ctx, model.NewUser{Name: "ada", Addresses: []string{"ada@example.org"}})
	must(t, err)
	invitation, err := u.AddUser(ctx, model.NewUser{Name: "bob", Title: "Bob", Addresses: []string{"bob@example.org"}})
	must(t, err)
	for _, role := range []string{"approver", "operator"} {
		_, err = u.Grant(ctx, model.Binding{Subject: "person:bob", Role: role})
		must(t, err)
	}
	_, err = u.AddSource(ctx, model.Source{Name: "shop", URL: shopRepo(t), Branch: "main", Kind: "service"})
	must(t, err)

	tab := webtest.Open(ctx, t, invitation.Link)
	tab.Authenticator()
	tab.Sees("Your account is bob.")
	tab.Send("form[data-passkey='create']", nil)
	tab.Sees("Promote to prod") // once the release is built, and runs in dev
	tab.Eval("document.querySelector(\"a[href='/lanes/tickets/prod/promote']\").click()")
	tab.Sees("The gate is closed")
	tab.Send("form#promote", map[string]string{"reason": "it is time"})
	tab.WaitFor("location.pathname", "/deployments/tickets.prod.1")
	tab.Sees("Waits at the gate")
	tab.Eval("document.querySelector('details.approve summary').click()")
	tab.Send("details.approve form", map[string]string{"comment": "I have tried it"})
	tab.Sees("Completed")
	tab.Sees("The gate was open")
	tab.Sees("I have tried it")
	tab.Sees("approvals")
	tab.Eval("fetch('/deployments/tickets.prod.1/decision').then(r => r.text()).then(text => window.decision = text)")
	tab.WaitFor("String(window.decision)", "payloadType")
	d, err := u.Deployment(ctx, "tickets.prod.1")
	must(t, err)
	if d.Outcome != "completed" || d.VSA == "" {
		t.Errorf("%+v", d.Deployment)
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
