package artifact

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
)

// Request is a build to be made.
type Request struct {
	ID         string    // of this build, for its provenance
	Service    string    //
	Source     string    // the repository's address, without credentials
	Commit     string    // full ID
	CommitTime time.Time // all files of the artifact carry it
	Path       string    // the service's folder in the repository; "" for its root
	Run        string    // given to sh -c in that folder, with $OUT set
	Env        map[string]string

	Checkout  func(ctx context.Context, dst string) error // lays the commit out in an empty directory
	Check     func(checkout string) error                 // says what is wrong with it before it is built; nil: nothing can be
	TimeLimit time.Duration                               // 0: 30 min
	Limits    Limits
	Log       io.Writer // what the build says, as it says it
}

// DefaultTimeLimit is the time that a build has if its request does not say.
const DefaultTimeLimit = 30 * time.Minute

// Result is an artifact that was built.
type Result struct {
	Digest     string // of the manifest: the artifact's name
	Size       int64  // bytes of manifest and layer
	Provenance string // digest of the manifest that holds the signed provenance
	Started    time.Time
	Finished   time.Time
}

// Build checks a commit out, runs its build confined, and stores what it left in $OUT as
// an artifact, with its signed provenance. The same files give the same digest. A build
// that fails, is too slow or leaves nothing is fault.Refused; when the context ends, so do
// all its processes. Building the same thing twice at once is done in turn.
func (s *Store) Build(ctx context.Context, r Request) (Result, error) {
	if r.TimeLimit <= 0 {
		r.TimeLimit = DefaultTimeLimit
	}
	if r.Log == nil {
		r.Log = io.Discard
	}
	// The same build has the same paths, which compilers like to write into what they make.
	key := workKey(r)
	unlock, err := s.builds.lock(ctx, key)
	if err != nil {
		return Result{}, err
	}
	defer unlock()
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return Result{}, ctx.Err()
	}
	w, err := newWorkspace(filepath.Join(s.dir, "work", key))
	if err != nil {
		return Result{}, err
	}
	defer w.remove()

	started := time.Now().UTC()
	if err := r.Checkout(ctx, w.source); err != nil {
		return Result{}, fmt.Errorf("check out %.12s: %w", r.Commit, err)
	}
	if r.Check != nil {
		if err := r.Check(w.source); err != nil {
			return Result{}, err
		}
	}
	if err := s.runBuild(ctx, r, w); err != nil {
		return Result{}, err
	}
	return s.storeBuilt(ctx, r, w.out, started)
}

func workKey(r Request) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{r.Service, r.Commit, r.Path, r.Run}, "\x00")))
	return hex.EncodeToString(sum[:10])
}

// workspace is where a build happens.
type workspace struct{ dir, source, out, home, tmp string }

func newWorkspace(dir string) (workspace, error) {
	w := workspace{dir: dir, source: filepath.Join(dir, "source"), out: filepath.Join(dir, "out"), home: filepath.Join(dir, "home"), tmp: filepath.Join(dir, "tmp")}
	if err := removeAll(dir); err != nil {
		return w, fmt.Errorf("clean the build's directory: %w", err)
	}
	for _, d := range []string{w.source, w.out, w.home, w.tmp} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return w, fmt.Errorf("make the build's directory: %w", err)
		}
	}
	return w, nil
}

func (w workspace) remove() { _ = removeAll(w.dir) } // what stays is removed by the next build or start

func (s *Store) runBuild(ctx context.Context, r Request, w workspace) error {
	dir := filepath.Join(w.source, filepath.FromSlash(r.Path))
	if !filepath.IsLocal(filepath.FromSlash(r.Path)) && r.Path != "" {
		return fault.New(fault.Invalid, "the path %q leads out of the repository", r.Path)
	}
	if info, err := os.Lstat(dir); err != nil || !info.IsDir() {
		return fault.New(fault.Invalid, "there is no folder %q in commit %.12s", r.Path, r.Commit).WithHint("check spec.source.path of %s", r.Service)
	}
	if err := s.giveToBuilds(w.dir); err != nil {
		return fmt.Errorf("give the build its directory: %w", err)
	}
	cache := s.opts.Cache
	err := s.opts.Runner.Run(ctx, Command{
		Args: []string{"/bin/sh", "-c", r.Run}, Dir: dir, Env: environment(r, w, cache),
		Writable: []string{w.dir, cache}, User: s.user, Limits: r.Limits, TimeLimit: r.TimeLimit, Output: r.Log,
	})
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return fault.New(fault.Refused, "the build of %s at %.12s failed", r.Service, r.Commit).
		WithHint("its log says more").Because(err)
}

func (s *Store) storeBuilt(ctx context.Context, r Request, out string, started time.Time) (Result, error) {
	s.collecting.RLock()
	defer s.collecting.RUnlock()
	layer, err := s.blobs.pack(ctx, out, r.CommitTime)
	if errors.Is(err, errEmpty) {
		return Result{}, fault.New(fault.Refused, "the build of %s at %.12s wrote nothing into $OUT", r.Service, r.Commit).
			WithHint("write what is to run there: go build -o $OUT/%s .", r.Service)
	}
	if err != nil {
		return Result{}, fmt.Errorf("pack what the build of %s made: %w", r.Service, err)
	}
	desc, err := s.putRelease(ctx, r, layer)
	if err != nil {
		return Result{}, err
	}
	res := Result{Digest: desc.Digest.String(), Size: desc.Size + layer.Size, Started: started, Finished: time.Now().UTC()}
	res.Provenance, err = s.attest(ctx, r, desc, res)
	return res, err
}
