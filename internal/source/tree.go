package source

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"

	"slipway.dev/internal/core/fault"
)

// entry is one line of a tree.
type entry struct {
	mode string // "100644", "100755", "120000", "160000", "040000"
	kind string // "blob", "tree", "commit"
	id   string
	size int64 // of a blob
	path string
}

// CheckPath says whether path may name a folder of a repository: "" or "." for all of it,
// otherwise relative, clean, with forward slashes.
func CheckPath(path string) error {
	if path != "" && (!fs.ValidPath(path) || strings.ContainsRune(path, 0)) {
		return fault.New(fault.Invalid, "%q is not a path inside the repository", path).
			WithHint("relative, without .. and without a slash at either end: services/tickets")
	}
	return nil
}

// TreeDigest gives the git tree ID of a folder in a commit: the same as long as nothing
// in it changes. Path "" is the whole tree.
func (m *Mirror) TreeDigest(ctx context.Context, commit, path string) (string, error) {
	if err := errors.Join(CheckPath(path), m.need(ctx, commit)); err != nil {
		return "", err
	}
	if path == "" || path == "." {
		out, err := m.read(ctx, "rev-parse", "--verify", "--quiet", commit+"^{tree}")
		return strings.TrimSpace(out), err
	}
	var found entry
	err := m.list(ctx, commit, []string{path}, false, func(e entry) error {
		found = e
		return nil
	})
	if err != nil {
		return "", err
	}
	what := map[string]string{"blob": "a file", "commit": "a submodule, which is not supported"}[found.kind]
	switch {
	case found.id == "":
		return "", fault.New(fault.NotFound, "there is no folder %s in commit %.12s", path, commit)
	case found.mode == "120000":
		what = "a symbolic link"
		fallthrough
	case found.kind != "tree":
		return "", fault.New(fault.Invalid, "%s is not a folder in commit %.12s, but %s", path, commit, what)
	}
	return found.id, nil
}

// Changed visits the path of each file that differs between two commits; a rename is two
// paths. If old is empty or not known (any more), it visits all files of new. Paths are
// bytes as git has them: they may hold anything but NUL. visit must not call the mirror.
func (m *Mirror) Changed(ctx context.Context, old, new string, visit func(path string) error) error {
	if err := m.need(ctx, new); err != nil {
		return err
	}
	if !m.has(ctx, old) {
		return m.list(ctx, new, nil, true, func(e entry) error { return visit(e.path) })
	}
	return m.records(ctx, visit, "diff-tree", "-r", "-z", "--name-only", "--no-renames", "--no-ext-diff", "--ignore-submodules=none", old, new)
}

// list visits the entries of a commit's tree, at paths or anywhere below them.
func (m *Mirror) list(ctx context.Context, commit string, paths []string, recurse bool, visit func(entry) error) error {
	args := []string{"ls-tree", "-z", "-l", "--full-tree"}
	if recurse {
		args = append(args, "-r")
	}
	args = append(append(args, commit, "--"), paths...)
	return m.records(ctx, func(line string) error {
		e, err := parseEntry(line)
		if err != nil {
			return err
		}
		return visit(e)
	}, args...)
}

// parseEntry reads "<mode> <type> <id> <size, padded>\t<path>".
func parseEntry(line string) (entry, error) {
	meta, path, ok := strings.Cut(line, "\t")
	f := strings.Fields(meta)
	if !ok || len(f) != 4 || path == "" {
		return entry{}, fmt.Errorf("git ls-tree gave %.80q", line)
	}
	e := entry{mode: f[0], kind: f[1], id: f[2], path: path}
	if e.kind == "blob" {
		size, err := strconv.ParseInt(f[3], 10, 64)
		if err != nil {
			return entry{}, fmt.Errorf("git ls-tree gave %.80q: %w", line, ErrDamaged)
		}
		e.size = size
	}
	return e, nil
}

// maxRecord bounds a path; git has no bound.
const maxRecord = 1 << 20

// records runs git and visits the NUL-ended records of its output as they come.
func (m *Mirror) records(ctx context.Context, visit func(string) error, args ...string) error {
	m.swap.RLock()
	defer m.swap.RUnlock()
	err := m.at("repo.git").stream(ctx, nil, func(r io.Reader) error { return visitNUL(r, visit) }, args...)
	return m.judge(ctx, err)
}

func visitNUL(r io.Reader, visit func(string) error) error {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), maxRecord)
	s.Split(untilNUL)
	for s.Scan() {
		if err := visit(s.Text()); err != nil {
			return err
		}
	}
	return s.Err()
}

func untilNUL(data []byte, atEOF bool) (int, []byte, error) {
	for i, b := range data {
		if b == 0 {
			return i + 1, data[:i], nil
		}
	}
	if atEOF && len(data) > 0 {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return 0, nil, nil
}
