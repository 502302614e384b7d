package source

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"syscall"
)

// link makes the symbolic links that stay inside, then follows each to see that chains of
// them do, too.
func (w *writer) link(targets map[string]string) error {
	var made []string
	for _, e := range w.links {
		if !staysInside(e.path, targets[e.path]) {
			w.done.Files--
			if err := w.skip(e.path, fmt.Sprintf("it is a symbolic link to %q, which leads out of the tree", targets[e.path])); err != nil {
				return err
			}
			continue
		}
		dir, err := w.enter(path.Dir(e.path))
		if err != nil {
			return err
		}
		if err := dir.Symlink(targets[e.path], path.Base(e.path)); err != nil {
			return fmt.Errorf("link %q: %w", e.path, err)
		}
		made = append(made, e.path)
	}
	for _, p := range made {
		_, err := w.root.Stat(p)
		if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENOTDIR) {
			continue
		}
		w.done.Files--
		if err := errors.Join(w.root.Remove(p), w.skip(p, "it leads out of the tree through other links")); err != nil {
			return err
		}
	}
	return nil
}

// staysInside says whether a link's target is relative and, read as text, below the root.
func staysInside(link, target string) bool {
	if target == "" || path.IsAbs(target) || strings.ContainsRune(target, 0) {
		return false
	}
	joined := path.Join(path.Dir(link), target)
	return joined == "." || fs.ValidPath(joined)
}
