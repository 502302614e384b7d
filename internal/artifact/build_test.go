package artifact

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/sign"
)

const makeFiles = `set -e
cp in.txt $OUT/b.txt; echo run > $OUT/run; chmod 0700 $OUT/run
mkdir -p $OUT/dir/empty; ln -s ../b.txt $OUT/dir/link; echo "built $SLIPWAY_SERVICE"`

func TestBuild(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	r := request(makeFiles, map[string]string{"svc/in.txt": "hello"})
	r.Path = "svc"
	var log bytes.Buffer
	r.Log = &log
	res, err := s.Build(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if log.String() != "built tickets\n" {
		t.Errorf("log: %q", log.String())
	}
	dir := unpack(t, s, res.Digest)
	wantFile(t, filepath.Join(dir, "b.txt"), "hello")
	wantFile(t, filepath.Join(dir, "dir/link"), "hello")
	for name, mode := range map[string]os.FileMode{"b.txt": 0o444, "run": 0o555, "dir/empty": 0o555 | os.ModeDir, ".": 0o555 | os.ModeDir} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode() != mode {
			t.Errorf("%s: %v, %v; want %v", name, info.Mode(), err, mode)
		}
	}
	if err := s.Verify(t.Context(), res.Digest); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(filepath.Join(s.dir, "work"))
	if err != nil || len(left) != 0 {
		t.Errorf("the build left %v, %v", left, err)
	}
}

func TestSameInputSameBytes(t *testing.T) {
	t.Parallel()
	r := request(makeFiles, map[string]string{"in.txt": "hello"})
	a, b := newStore(t), newStore(t)
	first := build(t, a, r)
	second := build(t, b, r)
	again := build(t, a, r)
	if first.Digest != second.Digest || first.Digest != again.Digest || first.Size != second.Size {
		t.Errorf("digests differ: %s, %s, %s", first.Digest, second.Digest, again.Digest)
	}
	r = request(makeFiles, map[string]string{"in.txt": "hullo"})
	if other := build(t, a, r); other.Digest == first.Digest {
		t.Error("other input, same digest")
	}
}

func TestProvenanceIsSigned(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	s := openStore(t, t.TempDir(), Options{Signer: key, Builder: "https://slipway.test/builder"})
	res := build(t, s, request("echo x > $OUT/x", nil))
	envelopes, err := s.Provenance(t.Context(), res.Digest)
	if err != nil || len(envelopes) != 1 {
		t.Fatalf("%d envelopes, %v", len(envelopes), err)
	}
	v, err := sign.Verify(t.Context(), envelopes[0], []sign.Trusted{{PEM: key.PEM()}})
	if err != nil || !v.About(res.Digest) || v.PredicateType != ProvenanceType {
		t.Fatalf("%+v, %v", v, err)
	}
	var p struct {
		BuildDefinition struct {
			BuildType            string
			ExternalParameters   struct{ Source, Commit, Run string }
			ResolvedDependencies []struct {
				URI    string
				Digest map[string]string
			}
		}
		RunDetails struct {
			Builder  struct{ ID string }
			Metadata struct {
				InvocationID          string
				StartedOn, FinishedOn time.Time
			}
		}
	}
	if err := json.Unmarshal(v.Predicate, &p); err != nil {
		t.Fatal(err)
	}
	d, run := p.BuildDefinition, p.RunDetails
	if d.BuildType != BuildType || d.ExternalParameters.Commit != commit || d.ExternalParameters.Run != "echo x > $OUT/x" ||
		len(d.ResolvedDependencies) != 1 || d.ResolvedDependencies[0].Digest["gitCommit"] != commit ||
		run.Builder.ID != "https://slipway.test/builder" || run.Metadata.InvocationID != "b1" || run.Metadata.FinishedOn.Before(run.Metadata.StartedOn) {
		t.Errorf("predicate: %s", v.Predicate)
	}
}

func TestBuildsThatFail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		run  string
		path string
		code fault.Code
		text string
	}{
		"exit status":   {"echo broken; exit 3", "", fault.Refused, "exit status 3"},
		"nothing":       {"true", "", fault.Refused, "nothing into $OUT"},
		"only dirs":     {"mkdir -p $OUT/a/b", "", fault.Refused, "nothing into $OUT"},
		"link out":      {"ln -s /etc/passwd $OUT/x", "", fault.Refused, "leads out of $OUT"},
		"link up":       {"mkdir $OUT/a; ln -s ../../x $OUT/a/x", "", fault.Refused, "leads out of $OUT"},
		"pipe":          {"mkfifo $OUT/x", "", fault.Refused, "neither a file"},
		"no folder":     {"true", "none", fault.Invalid, "no folder"},
		"folder is out": {"true", "../x", fault.Invalid, "leads out"},
		"OUT removed":   {"rm -rf $OUT", "", fault.Refused, "not the directory"},
		"OUT is a link": {"rm -rf $OUT; ln -s /etc $OUT", "", fault.Refused, "not the directory"},
		"OUT is inside": {"rm -rf $OUT; mkdir ../x; touch ../x/f; ln -s ../x $OUT", "", fault.Refused, "not the directory"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStore(t)
			r := request(c.run, map[string]string{"f": "x"})
			r.Path = c.path
			_, err := s.Build(t.Context(), r)
			wantFault(t, err, c.code, c.text)
			if list, err := s.index.list(); err != nil || len(list) != 0 {
				t.Errorf("it left artifacts: %v", list)
			}
		})
	}
}

func TestFailedCheckout(t *testing.T) {
	t.Parallel()
	s, r := newStore(t), request("true", nil)
	away := errors.New("away")
	r.Checkout = func(context.Context, string) error { return away }
	if _, err := s.Build(t.Context(), r); !errors.Is(err, away) {
		t.Fatal(err)
	}
}

// TestConfined are real builds in the real sandbox.
func TestConfined(t *testing.T) {
	t.Parallel()
	if h := sandbox.Available(); !h.Namespaces {
		t.Skip("this host gives no namespaces: " + h.Why)
	}
	hidden := t.TempDir()
	if err := os.WriteFile(filepath.Join(hidden, "secret"), []byte("s3cret"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Run("sees and changes only its own", func(t *testing.T) {
		t.Parallel()
		data := t.TempDir()
		s := openStore(t, data, Options{Runner: Confined{Hide: []string{hidden, data}}})
		outside := filepath.Join(hidden, "..", "made-by-a-build")
		r := request(`cat `+hidden+`/secret > $OUT/seen 2>/dev/null; touch `+outside+` 2>/dev/null
touch `+s.dir+`/layout/x 2>/dev/null; ls `+s.dir+` > $OUT/ls; echo kept > $XDG_CACHE_HOME.txt; env > $OUT/env; true`, nil)
		dir := unpack(t, s, build(t, s, r).Digest)
		wantFile(t, filepath.Join(dir, "seen"), "")
		wantFile(t, filepath.Join(dir, "ls"), "cache\nwork\n")
		wantFile(t, filepath.Join(s.dir, "cache/xdg.txt"), "kept\n")
		for _, p := range []string{outside, filepath.Join(s.dir, "layout/x")} {
			if _, err := os.Stat(p); err == nil {
				t.Errorf("the build made %s", p)
			}
		}
		env, err := os.ReadFile(filepath.Join(dir, "env"))
		if err != nil || strings.Contains(string(env), "USER=") || !strings.Contains(string(env), "OUT=") {
			t.Errorf("environment: %s, %v", env, err)
		}
	})
	t.Run("is not root", func(t *testing.T) {
		t.Parallel()
		if os.Geteuid() != 0 {
			t.Skip("we are not root either")
		}
		s := openStore(t, t.TempDir(), Options{Runner: Confined{}})
		r := request(`id -u > $OUT/user; cat /etc/shadow > $OUT/shadow 2>/dev/null; touch made f $XDG_CACHE_HOME.txt`, map[string]string{"f": "x"})
		dir := unpack(t, s, build(t, s, r).Digest)
		wantFile(t, filepath.Join(dir, "user"), strconv.Itoa(sandbox.Available().Guest())+"\n")
		wantFile(t, filepath.Join(dir, "shadow"), "")
	})
	t.Run("takes over a cache that root filled", func(t *testing.T) {
		t.Parallel()
		cache := t.TempDir()
		if err := os.MkdirAll(filepath.Join(cache, "xdg", "deep"), 0o755); err != nil {
			t.Fatal(err)
		}
		s := openStore(t, t.TempDir(), Options{Runner: Confined{}, Cache: cache})
		build(t, s, request("echo > $XDG_CACHE_HOME/deep/x; test -O $XDG_CACHE_HOME/deep && touch $OUT/x", nil))
	})
	t.Run("a Go program, twice the same", func(t *testing.T) {
		t.Parallel()
		if _, err := exec.LookPath("go"); err != nil {
			t.Skip("there is no go here")
		}
		r := request("go build -o $OUT/hello .", map[string]string{
			"svc/go.mod": "module example.test/hello\n\ngo 1.21\n", "svc/main.go": "package main\n\nfunc main() { println(\"hello\") }\n",
		})
		r.Path = "svc"
		cache := t.TempDir() // has the compiled standard library after the first
		s := openStore(t, t.TempDir(), Options{Runner: Confined{}, Cache: cache})
		first := build(t, s, r)
		if _, err := os.Stat(filepath.Join(cache, "go-build")); err != nil {
			t.Error("the build kept nothing: ", err)
		}
		s = openStore(t, t.TempDir(), Options{Runner: Confined{}, Cache: cache})
		if second := build(t, s, r); second.Digest != first.Digest {
			t.Errorf("digests differ: %s, %s", first.Digest, second.Digest)
		}
		out, err := exec.Command(filepath.Join(unpack(t, s, first.Digest), "hello")).CombinedOutput()
		if err != nil || string(out) != "hello\n" {
			t.Errorf("it says %q, %v", out, err)
		}
	})
	t.Run("too slow", func(t *testing.T) {
		t.Parallel()
		s := openStore(t, t.TempDir(), Options{Runner: Confined{}})
		r := request("sleep 600 & sleep 600", nil)
		r.TimeLimit = 200 * time.Millisecond
		_, err := s.Build(t.Context(), r)
		wantFault(t, err, fault.Refused, "time limit")
	})
	t.Run("canceled", func(t *testing.T) {
		t.Parallel()
		s := openStore(t, t.TempDir(), Options{Runner: Confined{}})
		ctx, cancel := context.WithCancel(t.Context())
		r := request("echo started; sleep 600 & sleep 600", nil)
		r.Log = writerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil })
		if _, err := s.Build(ctx, r); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if left, _ := os.ReadDir(filepath.Join(s.dir, "work")); len(left) != 0 {
			t.Errorf("it left %v", left)
		}
	})
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestManyBuildsAtOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	digests := make([]string, 8)
	var wg sync.WaitGroup
	for i := range digests {
		wg.Go(func() {
			res, err := s.Build(t.Context(), request("cat in.txt > $OUT/out", map[string]string{"in.txt": "same"}))
			if err != nil {
				t.Error(err)
				return
			}
			digests[i] = res.Digest
			if _, err := s.Unpack(t.Context(), res.Digest); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, d := range digests {
		if d != digests[0] {
			t.Fatalf("digests differ: %v", digests)
		}
	}
	if list, err := s.index.list(); err != nil || len(list) != 1+len(digests) { // a provenance each: it names the time
		t.Errorf("%d manifests, %v", len(list), err)
	}
}
