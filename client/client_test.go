package client_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/api"
	"slipway.dev/internal/api/apitest"
	"slipway.dev/internal/core/access"
)

const token = "a-token-of-the-tests"

// connect gives a client of the real API over HTTP, with a fake control plane behind it.
func connect(t *testing.T, with string) *client.Client {
	t.Helper()
	h := api.Handler(api.Options{Control: apitest.New(), As: apitest.As, Log: slog.New(slog.DiscardHandler),
		Authenticate: func(_ context.Context, got string) (access.Caller, error) {
			if got != token {
				return access.Caller{}, errors.New("who is that")
			}
			return access.TokenCaller("test", "ci", nil), nil
		}})
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	c, err := client.New(client.Options{URL: server.URL, Token: with})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestEveryCall holds each method to the API: a wrong path, method or name would be refused.
func TestEveryCall(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), connect(t, token)
	stop := errors.New("enough")
	for name, call := range map[string]func() error{
		"system": func() error { s, err := c.System(ctx); return want(err, s.Leading) },
		"lanes":  func() error { l, err := c.Lanes(ctx); return want(err, len(l) == 2) },
		"lane":   func() error { l, err := c.Lane(ctx, "tickets", "prod"); return want(err, l.Environment == "prod") },
		"deployments": func() error {
			l, err := c.Deployments(ctx, model.DeploymentsQuery{Service: "tickets", Environment: "dev", Limit: 1})
			return want(err, len(l) == 1 && l[0].Environment == "dev")
		},
		"releases": func() error { l, err := c.Releases(ctx, "tickets", 2); return want(err, len(l) == 2) },
		"release":  func() error { r, err := c.Release(ctx, "tickets", "r2"); return want(err, r.ID == "r2") },
		"quiet window": func() error {
			q, err := c.QuietWindow(ctx, "prod", "Europe/Berlin")
			return want(err, q.Known && q.Window.Zone == "Europe/Berlin")
		},
		"sources": func() error { l, err := c.Sources(ctx); return want(err, len(l) == 1) },
		"check": func() error {
			l, err := c.Check(ctx, []model.File{{Name: "f", Content: "broken"}})
			return want(err, len(l) == 1 && l[0].File == "f")
		},
		"apply": func() error {
			r, err := c.Apply(ctx, model.ApplyRequest{Source: "s", Files: []model.File{{}}, DryRun: true})
			return want(err, len(r.Changes) == 2 && r.Position == 0)
		},
		"resources": func() error { l, err := c.Resources(ctx, "Service"); return want(err, len(l) == 1) },
		"secrets": func() error {
			s, err := c.SetSecret(ctx, "a-key", []byte("\x00\xff"))
			if err := want(err, len(s.Versions) == 1); err != nil {
				return err
			}
			r, err := c.RemoveSecret(ctx, "a-key")
			return want(err, r.Position > 0)
		},
		"keys": func() error {
			k, err := c.RotateSigningKey(ctx)
			if err := want(err, k.Status == "current"); err != nil {
				return err
			}
			if _, err := c.RevokeSigningKey(ctx, k.ID); err != nil {
				return err
			}
			l, err := c.SigningKeys(ctx)
			return want(err, len(l) == 2 && l[1].Status == "revoked")
		},
		"logs": func() error {
			n := 0
			err := c.Logs(ctx, model.LogsQuery{Service: "tickets", Environment: "dev", Tail: 3}, func(model.LogLine) error { n++; return nil })
			return want(err, n == 3)
		},
		"sign in": func() error {
			s, err := c.SignIn(ctx, model.SignIn{Name: apitest.Name, Password: apitest.Password, Code: apitest.Code})
			if err := want(err, s.Value == apitest.SessionValue); err != nil {
				return err
			}
			w, err := c.SignInWays(ctx)
			if err := want(err, w.Password && w.Passkeys); err != nil {
				return err
			}
			e, err := c.BeginEnroll(ctx, model.EnrollRequest{Link: apitest.Link})
			if err := want(err, e.Flow != "" && e.Secret != ""); err != nil {
				return err
			}
			s, err = c.FinishEnroll(ctx, model.EnrollDone{Flow: e.Flow, Password: "x", Code: apitest.Code})
			return want(err, s.Value == apitest.SessionValue && len(s.Recovery) == 1)
		},
		"one's own account": func() error {
			w, err := c.Whoami(ctx)
			if err := want(err, w.Person == apitest.Name && len(w.Roles) == 1); err != nil {
				return err
			}
			l, err := c.Sessions(ctx, true)
			if err := want(err, len(l) == 1); err != nil {
				return err
			}
			k, err := c.MakeToken(ctx, model.NewToken{Name: "ci", Scopes: []string{"read"}})
			if err := want(err, k.Value == "swt.ada.ci.secret"); err != nil {
				return err
			}
			t, err := c.Tokens(ctx, false)
			return want(errors.Join(err, receive(c.RevokeToken(ctx, apitest.Name, "ci")), receive(c.EndSession(ctx, "s1")),
				receive(c.ChangePassword(ctx, model.PasswordChange{})), receive(c.SignOut(ctx))), len(t) == 1)
		},
		"people": func() error {
			l, err := c.Users(ctx)
			if err := want(err, len(l) == 1); err != nil {
				return err
			}
			u, err := c.User(ctx, apitest.Name)
			if err := want(err, u.Title == "Ada"); err != nil {
				return err
			}
			for _, invite := range []func() (model.Invitation, error){
				func() (model.Invitation, error) { return c.AddUser(ctx, model.NewUser{Name: "cy"}) },
				func() (model.Invitation, error) { return c.InviteUser(ctx, apitest.Name) },
				func() (model.Invitation, error) { return c.SetUp(ctx) },
			} {
				i, err := invite()
				if err := want(err, strings.Contains(i.Link, "/setup#")); err != nil {
					return err
				}
			}
			b, err := c.Bindings(ctx)
			if err := want(err, len(b) == 1); err != nil {
				return err
			}
			r, err := c.StartAccessReview(ctx)
			return want(errors.Join(err, receive(c.Grant(ctx, b[0])), receive(c.Ungrant(ctx, b[0])), receive(c.MapAddress(ctx, model.AddressMap{Address: "a@b"})),
				receive(c.ChangeUser(ctx, apitest.Name, model.UserChange{}))), len(r.Tasks) == 1)
		},
		"logs end early": func() error {
			err := c.Logs(ctx, model.LogsQuery{Service: "tickets", Environment: "dev", Follow: true}, func(model.LogLine) error { return stop })
			return want(nil, errors.Is(err, stop))
		},
		"tasks": func() error {
			l, err := c.Tasks(ctx, model.TasksQuery{Mine: true, All: true, Service: "tickets", Environment: "prod", Limit: 5})
			if err := want(err, len(l) == 1 && l[0].Name == "tickets.prod.4"); err != nil {
				return err
			}
			t, err := c.Task(ctx, "tickets.prod.4")
			if err != nil {
				return err
			}
			_, claimed := c.ClaimTask(ctx, t.Name, model.TaskClaim{})
			_, handed := c.DelegateTask(ctx, t.Name, model.TaskDelegation{To: "cy"})
			_, answered := c.AnswerTask(ctx, t.Name, model.TaskAnswer{Decision: "approve", Digests: t.Digests})
			_, withdrawn := c.WithdrawAnswer(ctx, t.Name, model.TaskWithdrawal{Comment: "no"})
			return errors.Join(claimed, handed, answered, withdrawn)
		},
		"audit":  func() error { l, err := c.Audit(ctx, model.AuditQuery{Limit: 5}); return want(err, len(l) > 0) },
		"verify": func() error { r, err := c.VerifyAudit(ctx); return want(err, r.Verified) },
		"export": func() error {
			var b strings.Builder
			err := c.ExportAudit(ctx, &b)
			return want(err, strings.HasPrefix(b.String(), `{"position":1`))
		},
		"backup": func() error { var b strings.Builder; err := c.Backup(ctx, &b); return want(err, b.Len() > 0) },
	} {
		t.Run(name, func(t *testing.T) {
			if err := call(); err != nil {
				t.Error(err)
			}
		})
	}
}

func receive(_ model.Receipt, err error) error { return err }

func want(err error, ok bool) error {
	if err == nil && !ok {
		return errors.New("not the answer that was expected")
	}
	return err
}

func TestCommandThenRead(t *testing.T) {
	t.Parallel()
	ctx, c := t.Context(), connect(t, token)
	r, err := c.Deploy(ctx, model.DeployRequest{Service: "tickets", Environment: "dev", Release: "r3"})
	if err != nil || r.Deployment == "" {
		t.Fatalf("%+v %v", r, err)
	}
	lane, err := c.Lane(client.Await(ctx, r.Position), "tickets", "dev")
	if err != nil || lane.Active == nil || lane.Active.ID != r.Deployment {
		t.Errorf("%+v %v", lane, err)
	}
	if _, err := c.Abort(ctx, model.AbortRequest{Service: "tickets", Environment: "dev"}); err != nil {
		t.Error(err)
	}
	_, err = c.Settle(ctx, model.SettleRequest{Service: "tickets", Environment: "dev", Decision: "retry"})
	if client.CodeOf(err) != "refused" {
		t.Error(err)
	}
	var happened model.Happening
	done := errors.New("seen")
	err = c.Watch(ctx, r.Position-1, func(h model.Happening) error { happened = h; return done })
	if !errors.Is(err, done) || happened.Position != r.Position {
		t.Errorf("%+v %v", happened, err)
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	_, err := connect(t, token).Lane(ctx, "no/such", "dev")
	var e *client.Error
	if !errors.As(err, &e) || e.Code != "notFound" || e.Status != http.StatusNotFound || e.Hint == "" || !strings.Contains(e.Detail, "no/such") {
		t.Errorf("%+v", err)
	}
	if _, err := connect(t, "").Lanes(ctx); client.CodeOf(err) != "denied" {
		t.Errorf("without a token: %v", err)
	}
	nobody, _ := client.New(client.Options{Socket: filepath.Join(t.TempDir(), "s")})
	if _, err := nobody.Lanes(ctx); client.CodeOf(err) != "unavailable" || !strings.Contains(err.Error(), "slipway up") {
		t.Errorf("nobody there: %v", err)
	}
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "teapot", http.StatusTeapot) }))
	defer other.Close()
	stranger, _ := client.New(client.Options{URL: other.URL})
	if _, err := stranger.Lanes(ctx); err == nil || !strings.Contains(err.Error(), "not an answer of Slipway's") {
		t.Errorf("a stranger: %v", err)
	}
	for _, o := range []client.Options{{}, {URL: "localhost:7700"}, {URL: "ftp://x"}, {URL: "http://x", Socket: "s"}, {URL: "http://slipway.example", Token: "t"}} {
		if _, err := client.New(o); client.CodeOf(err) != "invalid" {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// No secret goes where others can read it.
func TestNothingSecretWithoutTLS(t *testing.T) {
	t.Parallel()
	c, err := client.New(client.Options{URL: "http://192.0.2.1:7700"})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // should it be sent all the same
	if _, err := c.SignIn(ctx, model.SignIn{Name: "ada", Password: "x"}); client.CodeOf(err) != "invalid" {
		t.Errorf("a password is sent: %v", err)
	}
	if _, err := c.BeginEnroll(ctx, model.EnrollRequest{Link: "x"}); client.CodeOf(err) != "invalid" {
		t.Errorf("a link is sent: %v", err)
	}
}

func TestStreamThatIsCut(t *testing.T) {
	t.Parallel()
	half := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "\n{\"text\":\"one\"}\n{\"te")
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}))
	defer half.Close()
	c, _ := client.New(client.Options{URL: half.URL})
	n := 0
	err := c.Logs(t.Context(), model.LogsQuery{Service: "a"}, func(model.LogLine) error { n++; return nil })
	if client.CodeOf(err) != "unavailable" || n != 1 {
		t.Errorf("after %d lines: %v", n, err)
	}
	if err := c.Backup(t.Context(), io.Discard); client.CodeOf(err) != "unavailable" {
		t.Errorf("half a backup: %v", err)
	}
}

func TestPatience(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	c, _ := client.New(client.Options{Socket: path, Patience: 20 * time.Second})
	if _, err := c.Deploy(t.Context(), model.DeployRequest{}); client.CodeOf(err) != "unavailable" {
		t.Errorf("a write waited: %v", err)
	}
	read := make(chan error, 1)
	go func() { _, err := c.Lanes(t.Context()); read <- err }()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "[]") })}
	go func() { _ = server.Serve(l) }()
	defer server.Close()
	if err := <-read; err != nil {
		t.Errorf("a read did not wait: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Lanes(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
