package starter

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"slipway.dev/internal/core/fault"
)

// Bounds of what is looked at.
const (
	maxFolders = 5_000
	maxDepth   = 6
	maxRead    = 256 << 10 // bytes of a file
)

// tree is the folders of a repository, each with its plain files. Paths are relative.
type tree struct {
	root    fs.FS
	folders map[string][]string // "services/tickets" -> names; "." is the top
	order   []string
	cut     bool // there was more than is looked at
}

var skipped = []string{"node_modules", "vendor", "testdata", "target", "dist", "build", "out", "bin", "venv", "__pycache__", "third_party",
	"docs", "examples", "e2e", "test", "tests", "bench"}

func newTree(root fs.FS) (*tree, error) {
	t := &tree{root: root, folders: map[string][]string{}}
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrPermission) && p != ".":
			return fs.SkipDir
		case err != nil:
			return err
		case d.IsDir() && p != "." && (strings.HasPrefix(d.Name(), ".") || slices.Contains(skipped, d.Name())):
			return fs.SkipDir
		case d.IsDir() && (strings.Count(p, "/") >= maxDepth || len(t.folders) >= maxFolders):
			t.cut = true
			return fs.SkipDir
		case d.IsDir():
			t.folders[p] = nil
			t.order = append(t.order, p)
		case d.Type().IsRegular():
			t.folders[path.Dir(p)] = append(t.folders[path.Dir(p)], d.Name())
		}
		return nil
	})
	if err != nil {
		return nil, fault.New(fault.Invalid, "the repository cannot be looked at").Because(err)
	}
	return t, nil
}

func (t *tree) has(folder, name string) bool { return slices.Contains(t.folders[folder], name) }

// read gives the beginning of a file; nothing if it cannot be read.
func (t *tree) read(folder, name string) []byte {
	f, err := t.root.Open(path.Join(folder, name))
	if err != nil {
		return nil
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxRead))
	if err != nil {
		return nil
	}
	return b
}

// below gives the folders at and below one.
func (t *tree) below(folder string) []string {
	var out []string
	for _, f := range t.order {
		if folder == "." || f == folder || strings.HasPrefix(f, folder+"/") {
			out = append(out, f)
		}
	}
	return out
}

// open gives a repository's files, out of which no path leads.
func open(dir string) (*os.Root, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fault.New(fault.NotFound, "there is no folder %s", dir).Because(err)
	}
	return root, nil
}
