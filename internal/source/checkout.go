package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
)

// Bounds of a checkout.
const (
	MaxFiles    = 500_000
	MaxCheckout = 8 << 30 // bytes
)

// Checkout is what was laid out.
type Checkout struct {
	Files   int
	Bytes   int64
	Skipped []Skipped
}

// Skipped is what was left out because it is not safe or not supported, outside the
// folder that the checkout was made for.
type Skipped struct {
	Path string // as git has it: any bytes
	Why  string
}

// Checkout writes the files of a commit into dst, which must be empty or not there. They
// are the raw contents: no line ends are converted, no filters run, no submodules are
// read. All carry the commit's time. Submodules, and symbolic links that lead out of the
// tree, are an error inside of folder (the part that is going to be built; "" for all),
// and skipped outside of it. If it fails, dst is removed.
func (m *Mirror) Checkout(ctx context.Context, commit, folder, dst string) (Checkout, error) {
	if err := CheckPath(folder); err != nil {
		return Checkout{}, err
	}
	about, err := m.Commit(ctx, commit)
	if err != nil {
		return Checkout{}, err
	}
	if _, err := m.TreeDigest(ctx, commit, folder); err != nil {
		return Checkout{}, err
	}
	root, err := emptyRoot(dst)
	if err != nil {
		return Checkout{}, err
	}
	defer root.Close()
	w := &writer{root: root, folder: folder, time: about.Committed}
	defer w.leave()
	if err := w.write(ctx, m, commit); err != nil {
		return Checkout{}, errors.Join(err, os.RemoveAll(dst))
	}
	return w.done, nil
}

func emptyRoot(dst string) (*os.Root, error) {
	if err := os.MkdirAll(dst, 0o755); err != nil {
		return nil, fmt.Errorf("make the checkout's directory: %w", err)
	}
	found, err := os.ReadDir(dst)
	if err != nil {
		return nil, fmt.Errorf("look into the checkout's directory: %w", err)
	}
	if len(found) > 0 {
		return nil, fmt.Errorf("the checkout's directory %s is not empty", dst)
	}
	return os.OpenRoot(dst)
}

// writer lays a tree out. All its writes go through root, which they cannot leave, and
// symbolic links come last, so that nothing is written through one.
type writer struct {
	root   *os.Root
	folder string
	time   time.Time
	links  []entry

	in     *os.Root // the directory that was written to last: git lists files by directory
	inPath string
	done   Checkout
}

func (w *writer) write(ctx context.Context, m *Mirror, commit string) error {
	files, err := w.plan(ctx, m, commit)
	if err != nil {
		return err
	}
	if err := m.blobs(ctx, files, w.file); err != nil {
		return err
	}
	targets := map[string]string{}
	err = m.blobs(ctx, w.links, func(e entry, r io.Reader) error {
		target, err := io.ReadAll(io.LimitReader(r, 4096))
		targets[e.path] = string(target)
		return err
	})
	if err != nil {
		return err
	}
	return w.link(targets)
}

// plan sorts the entries of the tree and refuses what is too much or unsafe before
// anything is written.
func (w *writer) plan(ctx context.Context, m *Mirror, commit string) ([]entry, error) {
	var files []entry
	err := m.list(ctx, commit, nil, true, func(e entry) error {
		if err := checkEntryPath(e.path); err != nil {
			return err
		}
		switch {
		case e.kind == "commit":
			return w.skip(e.path, "it is a submodule, which is not supported")
		case e.mode == "120000":
			w.links = append(w.links, e)
		default:
			files = append(files, e)
		}
		w.done.Files++
		w.done.Bytes += e.size
		if w.done.Files > MaxFiles || w.done.Bytes > MaxCheckout {
			return fault.New(fault.TooLarge, "commit %.12s has over %d files or %d bytes", commit, MaxFiles, int64(MaxCheckout))
		}
		return nil
	})
	return files, err
}

// skip leaves a path out, unless it is in the folder that is wanted.
func (w *writer) skip(p, why string) error {
	if w.folder == "" || w.folder == "." || p == w.folder || strings.HasPrefix(p, w.folder+"/") {
		return fault.New(fault.Refused, "%q cannot be checked out: %s", p, why).WithHint("take it out of the repository, or build another folder")
	}
	w.done.Skipped = append(w.done.Skipped, Skipped{Path: p, Why: why})
	return nil
}

// checkEntryPath is the second lock: git refused such objects when they were fetched.
func checkEntryPath(p string) error {
	for part := range strings.SplitSeq(p, "/") {
		if part == "" || part == "." || part == ".." || strings.EqualFold(strings.TrimRight(part, ". "), ".git") || strings.EqualFold(part, "git~1") {
			return fault.New(fault.Refused, "the tree holds the path %q, which is not safe to write", p).Because(ErrHostile)
		}
	}
	return nil
}
