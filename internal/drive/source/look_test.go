package source_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/core/task"
	drive "slipway.dev/internal/drive/source"
	drivetask "slipway.dev/internal/drive/task"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// world is a real engine on a real store, and a real repository.
type world struct {
	*testing.T
	engine *engine.Engine
	driver *drive.Driver
	repo   string

	failing atomic.Bool // builds fail instead of hanging
	people  access.Everybody
}

const service = `
---
apiVersion: slipway.dev/v1
kind: Service
metadata: {name: NAME, team: shop}
spec:
  source: {path: NAME}
  build: {run: "cp app $OUT/"}
  run: {command: [./app]}
`

func newWorld(t *testing.T) *world {
	t.Parallel()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	quiet := slog.New(slog.DiscardHandler)
	w := &world{T: t, engine: engine.New(s, engine.Options{Log: quiet}), repo: t.TempDir()}
	engine.Register(w.engine, "source", config.SourceVersion, config.Source{})
	engine.Register(w.engine, "resource", config.ResourceVersion, config.Resource{})
	engine.Register(w.engine, "policy", config.PolicyVersion, config.Policy{})
	engine.Register(w.engine, "task", task.Version, task.Machine{})
	w.engine.HandleEffect(notify.EffectNotice, engine.EffectFunc(func(context.Context, engine.EffectCall) (machine.Value, error) { return nil, nil }))
	w.engine.HandleFacts("task", drivetask.Driver{Directory: w.directory}.Facts)
	engine.Register(w.engine, "release", release.Version, release.Machine{})
	// Builds hang for ever or fail: only that they are asked for matters here.
	w.engine.HandleEffect(release.EffectBuild, build{w})
	w.driver = drive.New(drive.Deps{Engine: w.engine, Dir: t.TempDir(), Log: quiet, Directory: w.directory})
	w.engine.HandleFacts("source", w.driver.Facts)
	if err := w.engine.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.driver.Close()
		w.engine.Stop(context.Background())
		s.Close()
	})
	w.tell("source.added", config.SourceSpec{Name: "platform", Kind: config.Platform})
	w.git("init", "-q", "-b", "main")
	w.write("slipway.yaml", strings.ReplaceAll(service, "NAME", "tickets")+strings.ReplaceAll(service, "NAME", "payments"))
	w.write("tickets/app", "1")
	w.write("payments/app", "1")
	w.write("slipway-team.txt", "")
	w.tell("source.added", w.spec())
	return w
}

type build struct{ *world }

func (b build) Run(ctx context.Context, _ engine.EffectCall) (machine.Value, error) {
	if b.failing.Load() {
		return nil, errors.New("it does not compile")
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

func (w *world) spec() config.SourceSpec {
	return config.SourceSpec{Name: "shop", Kind: config.Services, URL: w.repo, Branch: "main", Interval: time.Hour}
}

func (w *world) tell(event string, spec config.SourceSpec) {
	w.Helper()
	_, err := w.engine.Submit(w.Context(), engine.To{Machine: config.SourceID(spec.Name),
		Event: machine.Event{Type: event, Actor: machine.System("test"), Data: machine.Must(spec)}})
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) git(args ...string) string {
	w.Helper()
	cmd := exec.Command("git", append([]string{"-c", "user.name=Ann", "-c", "user.email=ann@example.org"}, args...)...)
	cmd.Dir = w.repo
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (w *world) write(name, content string) {
	w.Helper()
	path := filepath.Join(w.repo, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		w.Fatal(err)
	}
}

// commit commits all, and has the source looked at.
func (w *world) commit(subject string) string {
	w.Helper()
	w.git("add", "-A")
	w.git("commit", "-q", "--allow-empty", "-m", subject)
	if err := w.driver.Look(w.Context(), w.spec()); err != nil {
		w.Fatal(err)
	}
	return w.git("rev-parse", "HEAD")
}

func (w *world) state() config.SourceState {
	w.Helper()
	s, _, err := engine.Load[config.SourceState](w.Context(), w.engine, config.SourceID("shop"))
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// releases names all releases: "service/commit" in short.
func (w *world) releases() string {
	w.Helper()
	rows, err := w.engine.List(w.Context(), "release/")
	if err != nil {
		w.Fatal(err)
	}
	var names []string
	for _, r := range rows {
		names = append(names, strings.TrimPrefix(r.ID, "release/"))
	}
	return strings.Join(names, " ")
}

func (w *world) team() {
	w.Helper()
	b := []byte("apiVersion: slipway.dev/v1\nkind: Team\nmetadata: {name: shop}\nspec: {}\n")
	w.apply("platform.yaml", b)
}

func TestOnlyWhatChangedIsReleased(t *testing.T) {
	w := newWorld(t)
	w.team()
	one := w.commit("First")[:12]
	if got, want := w.releases(), "payments/"+one+" tickets/"+one; got != want {
		t.Fatalf("after the first commit: %q, want %q; %s", got, want, w.state().Problem())
	}
	w.write("tickets/app", "2")
	two := w.commit("Change tickets")[:12]
	w.write("README.md", "Nothing that is built.")
	w.commit("Explain")
	want := strings.Join(sorted("payments/"+one, "tickets/"+one, "tickets/"+two), " ")
	if got := w.releases(); got != want {
		t.Errorf("after a change of tickets and one of nothing: %q, want %q", got, want)
	}
	if err := w.driver.Look(t.Context(), w.spec()); err != nil {
		t.Error(err)
	}
}

func TestMistakesKeepWhatIsInForce(t *testing.T) {
	w := newWorld(t)
	w.team()
	good := w.commit("First")
	w.write("slipway.yaml", "kind: Servise\n")
	bad := w.commit("Break it")
	s := w.state()
	if s.Head != bad || s.Commit != good || !strings.Contains(s.Problem(), "Servise") {
		t.Fatalf("head %.7s, commit %.7s, problem %q", s.Head, s.Commit, s.Problem())
	}
	before := w.steps()
	if err := w.driver.Look(t.Context(), w.spec()); err != nil {
		t.Fatal(err)
	}
	if w.steps() != before {
		t.Error("the same mistake was written twice")
	}
}

// TestFailedBuildIsTriedWithTheNextCommit: what was missing may be outside of the service's
// own folder.
func TestFailedBuildIsTriedWithTheNextCommit(t *testing.T) {
	w := newWorld(t)
	w.failing.Store(true)
	w.team()
	one := w.commit("First")[:12]
	for deadline := time.Now().Add(20 * time.Second); ; {
		s, _, err := engine.Load[release.State](t.Context(), w.engine, release.MachineID("tickets", one))
		if err == nil && s.Status == release.Failed {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("the build does not fail: %+v, %v", s, err)
		}
		time.Sleep(5 * time.Millisecond)
	}
	w.failing.Store(false)
	w.write("go.mod", "module shop")
	two := w.commit("Add what was missing")[:12]
	if got := w.releases(); !strings.Contains(got, "tickets/"+two) {
		t.Errorf("releases %q; want one of tickets at %s", got, two)
	}
}

// TestMistakeOfAnotherSourceHeals: a repository that comes before the team it names is
// right as soon as the team is there, without a new commit.
func TestMistakeOfAnotherSourceHeals(t *testing.T) {
	w := newWorld(t)
	w.commit("First")
	if p := w.state().Problem(); !strings.Contains(p, "shop") {
		t.Fatalf("the team is missing, but the problem is %q", p)
	}
	w.team()
	if err := w.driver.Look(t.Context(), w.spec()); err != nil {
		t.Fatal(err)
	}
	if p := w.state().Problem(); p != "" || w.releases() == "" {
		t.Errorf("still %q, releases %q", p, w.releases())
	}
}

func TestTroubleIsToldOnceAndHeals(t *testing.T) {
	w := newWorld(t)
	w.team()
	w.commit("First")
	away := w.repo + ".away"
	if err := os.Rename(w.repo, away); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.driver.Look(t.Context(), w.spec()); err == nil {
			t.Fatal("a repository that is gone was looked at")
		}
	}
	s := w.state()
	if s.Trouble == "" || s.Commit == "" {
		t.Fatalf("trouble %q, commit %q", s.Trouble, s.Commit)
	}
	if err := os.Rename(away, w.repo); err != nil {
		t.Fatal(err)
	}
	if err := w.driver.Look(t.Context(), w.spec()); err != nil {
		t.Fatal(err)
	}
	if p := w.state().Problem(); p != "" {
		t.Errorf("it is back, but the problem is still %q", p)
	}
}

func TestForcePush(t *testing.T) {
	w := newWorld(t)
	w.team()
	w.commit("First")
	w.write("tickets/app", "2")
	gone := w.commit("Second")[:12]
	w.git("reset", "-q", "--hard", "HEAD~1")
	w.write("tickets/app", "3")
	now := w.commit("Another second")[:12]
	if got := w.releases(); !strings.Contains(got, "tickets/"+gone) || !strings.Contains(got, "tickets/"+now) {
		t.Errorf("releases %q; want those of %s and %s", got, gone, now)
	}
	var order []int64
	for _, id := range []string{gone, now} {
		s, _, err := engine.Load[release.State](t.Context(), w.engine, release.MachineID("tickets", id))
		if err != nil {
			t.Fatal(err)
		}
		order = append(order, s.Order)
	}
	if order[0] >= order[1] {
		t.Errorf("orders %v: what was pushed last is not the newest", order)
	}
}

func (w *world) steps() int64 {
	w.Helper()
	_, step, err := w.engine.State(w.Context(), config.SourceID("shop"))
	if err != nil {
		w.Fatal(err)
	}
	return step
}
