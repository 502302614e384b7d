package release

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/artifact"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/release"
	corevault "slipway.dev/internal/core/vault"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/sign"
	"slipway.dev/internal/source"
	"slipway.dev/internal/store"
)

func TestMain(m *testing.M) {
	sandbox.Init()
	os.Exit(m.Run())
}

// world is a driver on a real engine, with a real repository and confined builds.
type world struct {
	*testing.T
	engine *engine.Engine
	driver *Driver
	commit string
	digest string // of the service's manifest
}

const service = `apiVersion: slipway.dev/v1
kind: Service
metadata: {name: tickets, team: shop}
spec:
  source: {path: tickets}
  build: {run: "true"}
  run: {command: [./app]}
`

// newWorld has files, path and content in turn, beside the service's own.
func newWorld(t *testing.T, files ...string) *world {
	t.Helper()
	t.Parallel()
	dir := t.TempDir()
	quiet := slog.New(slog.DiscardHandler)
	s, err := store.Open(t.Context(), filepath.Join(dir, "s.db"), store.Options{Log: quiet})
	w := &world{T: t, engine: engine.New(s, engine.Options{Log: quiet})}
	w.must(err)
	e := w.engine
	engine.Register(e, "resource", config.ResourceVersion, config.Resource{})
	engine.Register(e, "release", release.Version, release.Machine{})
	engine.Register(e, "secret", corevault.SecretVersion, corevault.Secret{})
	key, err := sign.NewKey()
	w.must(err)
	artifacts, err := artifact.Open(filepath.Join(dir, "artifacts"), artifact.Options{Runner: artifact.Confined{}, Signer: key, Log: quiet})
	w.must(err)
	m, err := source.OpenMirror(filepath.Join(dir, "mirror"))
	w.must(err)
	w.driver = &Driver{Resolver: Resolver{Engine: e}, Artifacts: artifacts, Logs: Logs{filepath.Join(dir, "logs")},
		Mirror: func(name string) (*source.Mirror, error) {
			if name != "shop" {
				return nil, fault.New(fault.NotFound, "there is no source %s", name)
			}
			return m, nil
		}}
	e.HandleEffect(release.EffectBuild, Build{w.driver})
	e.HandleEffect(release.EffectImport, Import{w.driver})
	e.HandleEffect(release.EffectCancel, Cancel{w.driver})
	e.HandleFacts("release", w.driver.Facts)
	w.must(e.Start(t.Context()))
	t.Cleanup(func() {
		if err := errors.Join(e.Stop(context.Background()), s.Close()); err != nil {
			t.Error(err)
		}
	})
	w.repository(filepath.Join(dir, "repo"), m, files)
	w.digest = w.applied(service)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) repository(dir string, m *source.Mirror, files []string) {
	w.Helper()
	w.must(os.MkdirAll(filepath.Join(dir, "tickets"), 0o755))
	w.must(os.WriteFile(filepath.Join(dir, "tickets", "app"), []byte("#!/bin/sh\n"), 0o755))
	for i := 0; i+1 < len(files); i += 2 {
		path := filepath.Join(dir, "tickets", files[i])
		w.must(os.MkdirAll(filepath.Dir(path), 0o755))
		w.must(os.WriteFile(path, []byte(files[i+1]), 0o644))
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "."},
		{"-c", "user.name=Ada", "-c", "user.email=ada@example.test", "commit", "-q", "-m", "first"}} {
		out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput()
		if err != nil {
			w.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	var err error
	w.commit, err = m.Fetch(w.Context(), source.Remote{URL: dir, Branch: "main"})
	w.must(err)
}

// applied brings a resource into force and gives the digest of its document.
func (w *world) applied(text string) string {
	w.Helper()
	found, problems := manifest.Parse("f.yaml", []byte(text))
	w.must(problems.Err())
	digest := ""
	for _, r := range found {
		var err error
		digest, err = w.engine.Blobs().Put(w.Context(), r.Document())
		w.must(err)
		w.tell(config.ResourceID(r.Kind, r.Name), config.EventApplied, config.Applied{Source: "s", SourceKind: config.Platform,
			Kind: r.Kind, Name: r.Name, Digest: digest})
	}
	return digest
}

func (w *world) tell(to, event string, data any) {
	w.Helper()
	_, err := w.engine.Submit(w.Context(), engine.To{Machine: to, Event: machine.Event{Type: event, Actor: machine.System("test"), Data: machine.Must(data)}})
	w.must(err)
}

// request asks for a release that is built with a command.
func (w *world) request(id, run string) {
	w.Helper()
	w.tell(release.MachineID("tickets", id), release.EventRequested, config.Release{ID: id, Service: "tickets", Source: "shop", URL: "/srv/shop.git",
		Commit: w.commit, Path: "tickets", Build: &manifest.Build{Run: manifest.Text(run)}, Spec: w.digest, Order: 1})
}

// ended waits until a release is no longer built.
func (w *world) ended(id string) release.State {
	w.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(2 * time.Millisecond) {
		s, _, err := engine.Load[release.State](w.Context(), w.engine, release.MachineID("tickets", id))
		w.must(err)
		if !s.Running && s.Status != release.Building {
			return s
		}
		if time.Now().After(deadline) {
			w.Fatalf("it goes on: %+v\n%s", s, w.log(id))
		}
	}
}

func (w *world) log(id string) string {
	f, err := w.driver.Logs.Open("tickets", id)
	if err != nil {
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	w.must(err)
	return string(b)
}

func TestBuild(t *testing.T) {
	w := newWorld(t)
	w.request("r1", "echo building; cp app $OUT/app")
	s := w.ended("r1")
	if s.Status != release.Built || !strings.HasPrefix(s.Artifact.Digest, "sha256:") || s.Artifact.Size == 0 {
		t.Fatalf("%+v", s)
	}
	root, err := w.driver.Artifacts.Unpack(t.Context(), s.Artifact.Digest)
	w.must(err)
	if b, err := os.ReadFile(filepath.Join(root, "app")); err != nil || string(b) != "#!/bin/sh\n" {
		t.Errorf("%q, %v", b, err)
	}
	if log := w.log("r1"); !strings.Contains(log, "building\n") || !strings.Contains(log, "built "+s.Artifact.Digest) {
		t.Errorf("%q", log)
	}
}

// TestFailedBuild: its error is what a person sees first, so it ends with the last lines.
func TestFailedBuild(t *testing.T) {
	w := newWorld(t)
	w.request("r1", "seq 1 2000; echo the reason >&2; exit 3")
	s := w.ended("r1")
	if s.Status != release.Failed || !strings.HasSuffix(s.Error, "1999\n2000\nthe reason") || strings.Contains(s.Error, "\n1000\n") {
		t.Errorf("%s: %s", s.Status, s.Error)
	}
	if log := w.log("r1"); !strings.Contains(log, "\n1000\n") || !strings.Contains(log, "failed: ") {
		t.Errorf("%q", log)
	}
	w.request("r2", "true") // leaves nothing in $OUT
	if s := w.ended("r2"); s.Status != release.Failed || s.Error == "" {
		t.Errorf("%+v", s)
	}
	// What fails before the build begins is in the log, too.
	w.tell(release.MachineID("tickets", "r3"), release.EventRequested, config.Release{ID: "r3", Service: "tickets", Source: "gone", URL: "/srv/gone.git",
		Commit: w.commit, Build: &manifest.Build{Run: "true"}, Spec: w.digest, Order: 2})
	if s := w.ended("r3"); !strings.Contains(s.Error, "no source gone") || !strings.Contains(w.log("r3"), "no source gone") {
		t.Errorf("%s\n%s", s.Error, w.log("r3"))
	}
}

func TestCancel(t *testing.T) {
	w := newWorld(t)
	w.request("r1", "echo begun; sleep 1000")
	for deadline := time.Now().Add(20 * time.Second); !strings.Contains(w.log("r1"), "begun"); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it does not begin")
		}
	}
	w.tell(release.MachineID("tickets", "r1"), release.EventCancel, release.Reason{Text: "enough"})
	if s := w.ended("r1"); s.Status != release.Cancelled || s.Error != "enough" || !strings.Contains(w.log("r1"), "the build was cancelled") {
		t.Errorf("%+v\n%s", s, w.log("r1"))
	}
}

// TestCancelledBeforeItBegan: there was nothing to stop yet, and nothing is begun.
func TestCancelledBeforeItBegan(t *testing.T) {
	w := newWorld(t)
	w.request("r1", "exit 1")
	w.ended("r1") // failed: it is no longer to be built
	began := false
	_, err := w.driver.under(t.Context(), "tickets", "r1", func(context.Context, io.Writer) (release.Artifact, error) {
		began = true
		return release.Artifact{}, nil
	})
	if began || !errors.Is(err, errCancelled) {
		t.Errorf("%v, %v", began, err)
	}
}
