package artifact

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
	"oras.land/oras-go/v2/registry/remote/auth"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/sign"
)

// Signer signs the provenance of what is built; a sign.Key is one.
type Signer interface {
	Sign(context.Context, sign.Statement) ([]byte, error)
}

// Options of a store.
type Options struct {
	Runner     Runner              // runs builds
	Signer     Signer              // signs provenance
	Builder    string              // URI that names this builder in provenance
	Parallel   int                 // builds at once; 0: as many as there are processors
	Cache      string              // absolute directory of what builds share; empty: in the store's
	Credential auth.CredentialFunc // for registries; nil: anonymous
	Log        *slog.Logger
}

// Store keeps artifacts in a directory. It is safe for concurrent use. Several processes
// may have it open, but only one at a time may add, build and collect.
type Store struct {
	dir   string
	opts  Options
	blobs *blobs
	index *index
	lock  *os.File
	user  int // that builds run as; 0: our own

	// Collect holds it for writing; whoever adds or unpacks, for reading.
	collecting sync.RWMutex
	builds     keyed
	slots      chan struct{} // one for each build that may run
}

// Open gives the store in a directory, which it makes if need be. What a crash left half
// done is removed.
func Open(dir string, opts Options) (*Store, error) {
	if !filepath.IsAbs(dir) {
		return nil, fmt.Errorf("the artifact store's directory %q is not absolute", dir)
	}
	if opts.Builder == "" {
		opts.Builder = "https://slipway.dev/builder"
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Parallel <= 0 {
		opts.Parallel = runtime.NumCPU()
	}
	if opts.Cache == "" {
		opts.Cache = filepath.Join(dir, "cache")
	}
	s := &Store{dir: dir, opts: opts, user: sandbox.Available().Guest(), slots: make(chan struct{}, opts.Parallel), blobs: newBlobs(filepath.Join(dir, "layout"))}
	for _, name := range []string{"layout/blobs/sha256", "layout/ingest", "unpacked", "work"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			return nil, fmt.Errorf("make the artifact store: %w", err)
		}
	}
	if err := os.MkdirAll(opts.Cache, 0o755); err != nil {
		return nil, fmt.Errorf("make the cache of builds: %w", err)
	}
	if err := s.giveCache(); err != nil {
		return nil, fmt.Errorf("give builds their cache: %w", err)
	}
	if err := s.clean(); err != nil {
		return nil, fmt.Errorf("clean the artifact store: %w", err)
	}
	var err error
	s.index, err = openIndex(filepath.Join(dir, "layout"), s.blobs)
	return s, err
}

// clean removes what a crash left half done, unless another process has the store open: a
// standby opens it while the leader builds. The lock is held until this process ends.
func (s *Store) clean() error {
	lock, err := os.OpenFile(filepath.Join(s.dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	s.lock = lock
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err == nil {
		for _, name := range []string{"layout/ingest", "work"} {
			if err := emptyDir(filepath.Join(s.dir, name)); err != nil {
				return err
			}
		}
		if err := s.forgetUnpacked(); err != nil {
			return err
		}
	}
	return unix.Flock(int(lock.Fd()), unix.LOCK_SH)
}

// Close lets another process clean the store. Nothing may be under way.
func (s *Store) Close() error { return s.lock.Close() }

// forgetUnpacked drops what was unpacked before the machine last started: a power cut may
// have emptied files whose names had already been written.
func (s *Store) forgetUnpacked() error {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return err
	}
	mark := filepath.Join(s.dir, "unpacked", "boot-id")
	if before, err := os.ReadFile(mark); err == nil && string(before) == string(boot) {
		return nil
	}
	if err := emptyDir(filepath.Join(s.dir, "unpacked")); err != nil {
		return err
	}
	return os.WriteFile(mark, boot, 0o600)
}

func emptyDir(dir string) error {
	found, err := os.ReadDir(dir)
	for _, f := range found {
		err = errors.Join(err, removeAll(filepath.Join(dir, f.Name())))
	}
	return err
}

// removeAll is os.RemoveAll for trees with directories that are read-only, which only
// root could remove as they are.
func removeAll(dir string) error {
	if err := os.RemoveAll(dir); err == nil {
		return nil
	}
	_ = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			_ = os.Chmod(p, 0o700) // before it is read; Remove tells what could not be done
		}
		return nil
	})
	return os.RemoveAll(dir)
}

// checkDigest says whether a digest is one of ours: SHA-256, in small hex.
func checkDigest(digest string) error {
	hex, ok := strings.CutPrefix(digest, "sha256:")
	if !ok || len(hex) != 64 || strings.Trim(hex, "0123456789abcdef") != "" {
		return fault.New(fault.Invalid, "%q is not a digest", digest).WithHint("sha256: and 64 hex digits")
	}
	return nil
}
