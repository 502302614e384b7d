package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/engine"
	hand "slipway.dev/internal/notify"
	"slipway.dev/internal/notify/notifytest"
	"slipway.dev/internal/store"
)

// world is a real engine with tasks, channels and integrations, and an other side that takes
// what is posted to it.
type world struct {
	*testing.T
	engine *engine.Engine
	driver *Driver
	people access.Everybody
	server *httptest.Server
	mu     sync.Mutex
	posts  map[string][]string // path -> bodies
	broken map[string]bool     // paths that answer 503
}

func newWorld(t *testing.T) *world {
	t.Helper()
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	st, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"), store.Options{Log: log})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{T: t, posts: map[string][]string{}, broken: map[string]bool{}}
	w.server = httptest.NewServer(http.HandlerFunc(w.take))
	t.Cleanup(w.server.Close)
	w.engine = engine.New(st, engine.Options{Log: log})
	engine.Register(w.engine, "resource", config.ResourceVersion, config.Resource{})
	engine.Register(w.engine, "task", task.Version, task.Machine{})
	engine.Register(w.engine, "deployment", deploy.RecordVersion, deploy.Record{})
	w.driver = &Driver{Engine: w.engine, Hand: hand.New(), Log: log, Page: func() string { return "https://slipway.example/" },
		Secret: func(_ context.Context, name string) (int, []byte, error) {
			if name == "missing" {
				return 0, nil, fault.New(fault.NotFound, "there is no secret missing")
			}
			return 1, []byte(w.server.URL + "/" + name + "\n"), nil
		},
		Directory: func(context.Context) (*access.Directory, error) { return access.NewDirectory(w.people), nil }}
	w.driver.Register()
	if err := w.engine.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		if err := errors.Join(w.engine.Stop(ctx), st.Close()); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) take(answer http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	if w.broken[r.URL.Path] {
		answer.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.posts[r.URL.Path] = append(w.posts[r.URL.Path], string(body))
}

func (w *world) posted(path string) []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.posts[path])
}

func (w *world) await(what string, done func() bool) {
	w.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.Fatalf("it never came about that %s", what)
		}
	}
}

func (w *world) tell(to, event string, data any) {
	w.Helper()
	if _, err := w.engine.Submit(w.Context(), engine.To{Machine: to, Event: machine.Event{Type: event, Actor: machine.System("test"), Data: machine.Must(data)}}); err != nil {
		w.Fatal(err)
	}
}

// integrate brings Integrations in force, as a platform source would.
func (w *world) integrate(specs map[string]string) {
	w.Helper()
	for name, spec := range specs {
		text := "apiVersion: slipway.dev/v1\nkind: Integration\nmetadata: {name: " + name + "}\nspec: " + strings.ReplaceAll(spec, "URL", w.server.URL) + "\n"
		found, problems := manifest.Parse("f.yaml", []byte(text))
		if err := problems.Err(); err != nil {
			w.Fatal(err)
		}
		digest, err := w.engine.Blobs().Put(w.Context(), found[0].Document())
		if err != nil {
			w.Fatal(err)
		}
		w.tell(config.ResourceID("Integration", name), config.EventApplied, config.Applied{Source: "s", SourceKind: config.Platform, Kind: "Integration", Name: name, Digest: digest})
	}
}

func (w *world) channel(name string) notify.State {
	w.Helper()
	s, _, err := engine.Load[notify.State](w.Context(), w.engine, notify.MachineID(name))
	if err != nil && !fault.Is(err, fault.NotFound) {
		w.Fatal(err)
	}
	return s
}

func ask(name, team string) task.Ask {
	return task.Ask{Name: name, Kind: task.Approval, Title: "Deploy " + name, Team: team, Subject: "deploy/tickets/prod", From: []string{"approver"}, Quorum: 1}
}

// TestTaskIsTold: opening a task reaches the integrations that want it, and only these.
func TestTaskIsTold(t *testing.T) {
	w := newWorld(t)
	w.integrate(map[string]string{
		"hook":   `{webhook: {url: "URL/hook", secret: hook-key}, private: true}`,
		"chat":   `{slack: {url: {from: slack}}, topics: [tasks], for: [shop], private: true}`,
		"other":  `{slack: {url: {from: other}}, for: [another], private: true}`,
		"glass":  `{msTeams: {url: {from: teams}}, topics: [breakGlass], private: true}`,
		"pager":  `{pagerDuty: {key: {from: pager}, url: "URL/pager"}, private: true}`,
		"public": `{webhook: {url: "URL/public", secret: hook-key}}`,
	})
	w.tell("task/t1", task.EventOpened, ask("t1", "shop"))
	w.await("all who want it are told", func() bool {
		return len(w.posted("/hook")) == 1 && len(w.posted("/slack")) == 1 && len(w.posted("/pager")) == 1
	})
	if got := w.posted("/slack")[0]; !strings.Contains(got, "Deploy t1") || !strings.Contains(got, "<https://slipway.example/tasks/t1>") {
		t.Error(got)
	}
	w.await("the public one is refused its private address", func() bool { return w.channel("public").Tries > 0 })
	if s := w.channel("public"); !strings.Contains(s.Error, "may not be reached") || len(w.posted("/public")) > 0 {
		t.Errorf("%+v", s)
	}
	// It ends: the pager's alert ends, and nobody else is bothered. The pager's window of a
	// minute holds that back, which is seen in its channel.
	w.tell("task/t1", task.EventClosed, task.Closed{})
	w.await("the pager knows that it is over", func() bool {
		over := w.channel("pager").Waiting.Over
		return len(over) == 1 && strings.HasPrefix(over[0], "task/t1@")
	})
	if s := w.channel("chat"); s.Messages != 1 || len(s.Waiting.Notices) > 0 {
		t.Errorf("%+v", s)
	}
	for _, path := range []string{"/other", "/teams"} {
		if got := w.posted(path); len(got) > 0 {
			t.Errorf("%s was told %s", path, got)
		}
	}
}

// TestDeploymentIsTold: how a deployment ended reaches those who want to know of its service's
// team, which its record does not know.
func TestDeploymentIsTold(t *testing.T) {
	w := newWorld(t)
	w.integrate(map[string]string{
		"chat":  `{slack: {url: {from: slack}}, topics: [deployments], for: [shop], private: true}`,
		"other": `{slack: {url: {from: other}}, topics: [deployments], for: [another], private: true}`,
		"tasks": `{slack: {url: {from: tasks}}, topics: [tasks], private: true}`,
	})
	w.tell(config.ResourceID("Service", "tickets"), config.EventApplied, config.Applied{Source: "s", SourceKind: config.Platform, Kind: "Service", Name: "tickets", Team: "shop", Digest: "sha256:d"})
	for _, service := range []string{"tickets", "gone"} {
		id := service + ".prod.3"
		w.tell(deploy.RecordID(id), deploy.EventEnded, deploy.Ended{Service: service, Environment: "prod",
			Row: deploy.Row{Deployment: id, Release: "r3", Outcome: deploy.RolledBack, Reason: "3 of 9 requests failed"}})
		w.await("the notice is handed on", func() bool {
			_, step, err := engine.Load[deploy.Ended](t.Context(), w.engine, deploy.RecordID(id))
			return err == nil && step == 2
		})
	}
	w.await("it is sent", func() bool { return w.channel("chat").Sent == 1 })
	got := w.posted("/slack")
	if len(got) != 1 || !strings.Contains(got[0], "tickets r3 was rolled back in prod: 3 of 9 requests failed") || !strings.Contains(got[0], "<https://slipway.example/deployments/tickets.prod.3>") {
		t.Errorf("%q", got)
	}
	if n := len(w.posted("/other")) + len(w.posted("/tasks")); n > 0 {
		t.Errorf("%d others were told", n)
	}
}

// TestFloodIsGathered: three hundred tasks are one message at once, and one that waits.
func TestFloodIsGathered(t *testing.T) {
	w := newWorld(t)
	w.integrate(map[string]string{"chat": `{slack: {url: {from: slack}}, private: true}`})
	for i := range 300 {
		name := fmt.Sprintf("t%d", i)
		w.tell("task/"+name, task.EventOpened, ask(name, "shop"))
	}
	w.await("all have come to the channel", func() bool {
		s := w.channel("chat")
		return s.Sent == 1 && s.Sending == nil && len(s.Waiting.Notices)+s.Waiting.More == 299
	})
	if got := w.posted("/slack"); len(got) != 1 {
		t.Errorf("%d messages", len(got))
	}
}

// TestFailing: what cannot be sent is known from the channel, without secrets.
func TestFailing(t *testing.T) {
	w := newWorld(t)
	w.integrate(map[string]string{"chat": `{slack: {url: {from: slack}}, private: true}`, "nokey": `{webhook: {url: "URL/hook", secret: missing}, private: true}`})
	w.mu.Lock()
	w.broken["/slack"] = true
	w.mu.Unlock()
	w.tell("task/t1", task.EventOpened, ask("t1", "shop"))
	w.await("both have failed", func() bool { return w.channel("chat").Tries == 1 && w.channel("nokey").Tries == 1 })
	rows, err := w.engine.List(t.Context(), "channel/")
	if err != nil || len(rows) != 2 || rows[0].Status != string(notify.Retrying) || !strings.Contains(rows[0].Summary.Title, "it answers 503") ||
		!strings.Contains(rows[1].Summary.Title, "there is no secret missing") || strings.Contains(rows[0].Summary.Title, "http") {
		t.Errorf("%+v, %v", rows, err)
	}
	// An integration that was removed is told nothing more, and what it had is not lost silently.
	w.tell(config.ResourceID("Integration", "chat"), config.EventRemoved, config.From{Source: "s"})
	if _, err := w.driver.Send(t.Context(), engine.EffectCall{Kind: notify.EffectSend, Input: machine.Must(notify.Message{Channel: "chat"})}); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

// TestToldOnce: the same effect that runs again after a crash tells nothing twice.
func TestToldOnce(t *testing.T) {
	w := newWorld(t)
	w.integrate(map[string]string{"chat": `{slack: {url: {from: slack}}, private: true}`})
	c := engine.EffectCall{ID: "task/t1#1.0", Kind: notify.EffectNotice, Input: machine.Must(notify.Notice{Topic: notify.Tasks, Title: "once"})}
	for range 3 {
		if out, err := w.driver.Notice(t.Context(), c); err != nil || string(out) != `{"channels":["chat"]}` {
			t.Errorf("%s, %v", out, err)
		}
	}
	w.await("it is sent", func() bool { return w.channel("chat").Sent == 1 })
	if s := w.channel("chat"); s.Messages != 1 || len(s.Waiting.Notices) > 0 {
		t.Errorf("%+v", s)
	}
}

// TestMail: those who are asked get a mail each; who cannot is no reason to try again.
func TestMail(t *testing.T) {
	w := newWorld(t)
	server := notifytest.Serve(t, notifytest.Options{Refuse: map[string]string{"eve@example.com": "550 no such user"}})
	w.people = access.Everybody{People: []access.Person{{Name: "ada", Addresses: []string{"ada@example.com"}}, {Name: "bob", Addresses: []string{"bob@example.com"}}, {Name: "eve", Addresses: []string{"eve@example.com"}}}}
	for _, name := range []string{"ada", "bob", "eve"} {
		w.people.Bindings = append(w.people.Bindings, access.Binding{Subject: "person:" + name, Role: access.Approver})
	}
	w.integrate(map[string]string{"mail": `{mail: {server: "` + server.Address + `", from: slipway@example.com}, private: true}`})
	w.tell("task/t1", task.EventOpened, ask("t1", "shop"))
	w.await("it is handed in", func() bool { return w.channel("mail").Sent == 1 })
	var to []string
	for _, m := range server.Inbox(t) {
		to = append(to, m.To)
		if m.Header.Get("Subject") != "Deploy t1" || !strings.Contains(m.Body, "https://slipway.example/tasks/t1") {
			t.Errorf("%+v", m)
		}
	}
	if !slices.Equal(to, []string{"ada@example.com", "bob@example.com"}) {
		t.Errorf("%q", to)
	}
	// Nobody of them can be reached: that is seen.
	w.tell("task/t2", task.EventOpened, func() task.Ask { a := ask("t2", "shop"); a.From = []string{"person:eve"}; return a }())
	w.await("it waits", func() bool { return len(w.channel("mail").Waiting.Notices) == 1 })
	m := notify.Message{ID: "mail.9", Channel: "mail", Notices: w.channel("mail").Waiting.Notices}
	if _, err := w.driver.Send(t.Context(), engine.EffectCall{Kind: notify.EffectSend, Input: machine.Must(m)}); err == nil || !strings.Contains(err.Error(), "for none of 1") {
		t.Error(err)
	}
}

// TestLetters: each person is told what they are meant to be told, and nothing of others.
func TestLetters(t *testing.T) {
	t.Parallel()
	d := access.NewDirectory(access.Everybody{
		People: []access.Person{{Name: "ada", Addresses: []string{"ada@example.com", "ada@git.example.com"}}, {Name: "bob", Addresses: []string{"bob@example.com"}},
			{Name: "eve", Addresses: []string{"eve@example.com"}}, {Name: "gone", Addresses: []string{"gone@example.com"}, Disabled: true}, {Name: "mute"}},
		Teams: []access.Team{{Name: "ops", Members: []access.Member{{Person: "ada"}, {Person: "bob"}}, OnCall: []string{"gone", "bob", "ada"}},
			{Name: "quiet", Members: []access.Member{{Person: "eve"}}, OnCall: []string{"gone"}}},
		Bindings: []access.Binding{{Subject: "person:eve", Role: access.Approver, Environment: "prod"}},
	})
	for _, c := range []struct {
		word string
		want []string
	}{
		{"onCall:ops", []string{"bob", "ada"}}, {"onCall:quiet", []string{"eve"}}, {"onCall:none", nil}, {"team:ops", []string{"ada", "bob"}}, {"ops", []string{"ada", "bob"}},
		{"person:gone", nil}, {"person:ada", []string{"ada"}}, {"approver", []string{"eve"}}, {"role:approver", []string{"eve"}}, {"everybody", nil}, {"", nil},
	} {
		if diff := cmp.Diff(c.want, d.Told(c.word, access.Scope{Environment: "prod"})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.word, diff)
		}
	}
	m := notify.Message{ID: "mail.1", Notices: []notify.Notice{{Title: "a", Tell: []string{"team:ops"}}, {Title: "b", Tell: []string{"person:bob", "person:mute"}}, {Title: "c", Tell: []string{"approver"}, Environment: "prod"},
		{Title: "d", Tell: []string{"approver"}, Environment: "staging"}, {Title: "e", Tell: []string{"onCall:ops", "team:ops"}}, {Title: "f", Tell: []string{"team:ops"}, Not: []string{"ada"}}}}
	got := map[string]string{}
	for _, l := range lettersOf(d, m) {
		titles := ""
		for _, n := range l.Message.Notices {
			titles += n.Title
		}
		got[titles] = strings.Join(l.To, " ")
	}
	if diff := cmp.Diff(map[string]string{"ae": "ada@example.com", "abef": "bob@example.com", "c": "eve@example.com"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
