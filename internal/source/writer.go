package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
)

// file writes one file. It is made anew, so that it cannot be a link to somewhere.
func (w *writer) file(e entry, r io.Reader) error {
	dir, err := w.enter(path.Dir(e.path))
	if err != nil {
		return err
	}
	mode, name := fs.FileMode(0o644), path.Base(e.path)
	if e.mode == "100755" {
		mode = 0o755
	}
	f, err := dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return fmt.Errorf("write %q: %w", e.path, err)
	}
	n, err := io.Copy(f, r)
	if err == nil && n != e.size {
		err = io.ErrUnexpectedEOF
	}
	if err := errors.Join(err, f.Chmod(mode), f.Close()); err != nil { // the mask may have narrowed the mode
		return fmt.Errorf("write %q: %w", e.path, err)
	}
	return dir.Chtimes(name, w.time, w.time)
}

// enter gives a directory, made if need be. It stays open until another one is entered.
func (w *writer) enter(dir string) (*os.Root, error) {
	if w.in != nil && w.inPath == dir {
		return w.in, nil
	}
	w.leave()
	if err := w.root.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make %q: %w", dir, err)
	}
	in, err := w.root.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("enter %q: %w", dir, err)
	}
	w.in, w.inPath = in, dir
	return in, nil
}

func (w *writer) leave() {
	if w.in != nil {
		_ = w.in.Close()
		w.in = nil
	}
}
