package process

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/shim"
	"slipway.dev/internal/target"
)

// Logs gives an instance's log, also of one that is gone: lines of time (RFC 3339, UTC),
// stream ("out", "err", with a "+" if the line goes on; "sys" is the shim's) and text.
// Reading fails when ctx ends; the caller closes it.
func (t *Target) Logs(ctx context.Context, id string, o target.LogOptions) (io.ReadCloser, error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	if _, err := os.Stat(t.logDir(id)); err != nil {
		return nil, fault.New(fault.NotFound, "no logs of an instance %q on this machine", id)
	}
	r, w := io.Pipe()
	stop := context.AfterFunc(ctx, func() { w.CloseWithError(ctx.Err()) })
	go func() {
		defer stop()
		w.CloseWithError(t.copyLogs(ctx, id, o, w))
	}()
	return r, nil
}

func (t *Target) copyLogs(ctx context.Context, id string, o target.LogOptions, w io.Writer) error {
	path := filepath.Join(t.logDir(id), shim.LogFile)
	files, err := openAll(path, t.o.Logs.Files)
	if err != nil {
		return err
	}
	defer func() {
		for _, f := range files {
			f.Close()
		}
	}()
	if o.Tail != 0 {
		if files, err = seekTail(files, max(0, o.Tail)); err != nil {
			return err
		}
	}
	for _, f := range files {
		if _, err := io.Copy(w, f); err != nil {
			return err
		}
	}
	if !o.Follow {
		return nil
	}
	for {
		_, err := os.Stat(t.instanceDir(id))
		gone := errors.Is(err, fs.ErrNotExist) // asked first, so that nothing is missed below
		more, err := nextFiles(path, t.o.Logs.Files, files)
		if err != nil {
			return err
		}
		files = more
		for _, f := range files {
			if _, err := io.Copy(w, f); err != nil {
				return err
			}
		}
		if gone {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// openAll opens the log files, oldest first. One that is rotated away meanwhile is missing
// or there twice, which the loop takes as a reason to begin again.
func openAll(path string, kept int) ([]*os.File, error) {
	var out []*os.File
	for i := kept; i >= 0; i-- {
		name := path
		if i > 0 {
			name = fmt.Sprintf("%s.%d", path, i)
		}
		f, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return out, err
		}
		if len(out) > 0 && sameFile(out[len(out)-1], f) {
			f.Close()
			continue
		}
		out = append(out, f)
	}
	return out, nil
}

func sameFile(a, b *os.File) bool {
	fa, err1 := a.Stat()
	fb, err2 := b.Stat()
	return err1 == nil && err2 == nil && os.SameFile(fa, fb)
}

// nextFiles gives the newest of the files that are open, at its place, and those that came after it.
func nextFiles(path string, kept int, open []*os.File) ([]*os.File, error) {
	now, err := openAll(path, kept)
	if err != nil || len(open) == 0 {
		return now, err
	}
	last := open[len(open)-1]
	at := slices.IndexFunc(now, func(f *os.File) bool { return sameFile(f, last) })
	for _, f := range open[:len(open)-1] {
		f.Close()
	}
	for i, f := range now {
		if i <= at {
			f.Close()
		}
	}
	return append([]*os.File{last}, now[at+1:]...), nil
}

// seekTail drops files and moves in the first of the rest so that n lines are left.
func seekTail(files []*os.File, n int) ([]*os.File, error) {
	for i := len(files) - 1; i >= 0; i-- {
		b, err := io.ReadAll(files[i])
		if err != nil {
			return files, err
		}
		at := len(b)
		for at > 0 && n > 0 {
			at = bytes.LastIndexByte(b[:at-1], '\n') + 1
			n--
		}
		if n == 0 {
			if _, err := files[i].Seek(int64(at), io.SeekStart); err != nil {
				return files, err
			}
			for _, f := range files[:i] {
				f.Close()
			}
			return files[i:], rewind(files[i+1:])
		}
	}
	return files, rewind(files)
}

func rewind(files []*os.File) error {
	for _, f := range files {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return err
		}
	}
	return nil
}

// pruneLogs removes the logs of instances that have been gone for long.
func (t *Target) pruneLogs(now time.Time) {
	all, _ := os.ReadDir(filepath.Join(t.o.Dir, "logs"))
	for _, e := range all {
		if _, err := os.Stat(t.instanceDir(e.Name())); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		fi, err := os.Stat(filepath.Join(t.logDir(e.Name()), shim.LogFile))
		if err != nil || now.Sub(fi.ModTime()) > t.o.LogKeep {
			_ = os.RemoveAll(t.logDir(e.Name()))
		}
	}
}
