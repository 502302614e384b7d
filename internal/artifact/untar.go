package artifact

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"

	"slipway.dev/internal/core/fault"
)

// unpacker writes the layers of an artifact, over each other, into a directory that it
// cannot leave. Ownership, special bits and devices are not taken over.
type unpacker struct {
	ctx   context.Context
	root  *os.Root
	links []string
	files int
	bytes int64
}

func (u *unpacker) tar(r io.Reader) error {
	t := tar.NewReader(r)
	for {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := u.ctx.Err(); err != nil {
			return err
		}
		if err := u.entry(h, t); err != nil {
			return err
		}
	}
}

func (u *unpacker) entry(h *tar.Header, content io.Reader) error {
	name := path.Clean(strings.TrimLeft(h.Name, "/"))
	if name == "." {
		return nil
	}
	if !fs.ValidPath(name) || slices.Contains(strings.Split(h.Name, "/"), "..") {
		return fault.New(fault.Refused, "it holds the path %q, which leads out of it", h.Name)
	}
	if done, err := u.whiteout(name); done || err != nil {
		return err
	}
	switch h.Typeflag {
	case tar.TypeDir:
		return u.directory(name)
	case tar.TypeReg:
		return u.file(name, h.Size, h.Mode&0o111 != 0, content)
	case tar.TypeSymlink:
		return u.symlink(name, h.Linkname)
	case tar.TypeLink:
		return u.hardlink(name, path.Clean(strings.TrimLeft(h.Linkname, "/")))
	case tar.TypeXGlobalHeader:
		return nil
	}
	return fault.New(fault.Refused, "it holds %q, which is a device or something else that cannot be unpacked", h.Name)
}

// single writes a layer that is a file by itself. It may be run: such layers have no mode.
func (u *unpacker) single(name string, size int64, content io.Reader) error {
	if !fs.ValidPath(name) || name == "." {
		return fault.New(fault.Refused, "a file is named %q, which leads out of the artifact", name)
	}
	return u.file(name, size, true, content)
}

// whiteout removes what an image's layer takes away from those below it.
func (u *unpacker) whiteout(name string) (bool, error) {
	dir, base := path.Split(name)
	hidden, ok := strings.CutPrefix(base, ".wh.")
	switch {
	case !ok:
		return false, nil
	case hidden == ".wh..opq":
		found, err := fs.ReadDir(u.root.FS(), path.Clean("./"+dir))
		if errors.Is(err, fs.ErrNotExist) {
			return true, nil
		}
		for _, f := range found {
			err = errors.Join(err, u.root.RemoveAll(path.Join(dir, f.Name())))
		}
		return true, err
	case hidden == "" || hidden == "." || hidden == "..":
		return true, fault.New(fault.Refused, "it holds the whiteout %q, which is not valid", name)
	}
	return true, u.root.RemoveAll(path.Join(dir, hidden))
}

// place makes room for an entry.
func (u *unpacker) place(name string, size int64) error {
	u.files++
	if u.files > MaxFiles || size < 0 || size > MaxSize || u.bytes+size > MaxSize {
		return fault.New(fault.TooLarge, "it has over %d files or %d bytes", MaxFiles, int64(MaxSize))
	}
	u.bytes += size
	if err := u.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return fmt.Errorf("make %q: %w", path.Dir(name), err)
	}
	return u.root.RemoveAll(name) // of a lower layer, or written twice
}

func (u *unpacker) directory(name string) error {
	if info, err := u.root.Lstat(name); err == nil && info.IsDir() {
		return nil
	}
	if err := u.place(name, 0); err != nil {
		return err
	}
	return u.root.Mkdir(name, 0o755)
}

func (u *unpacker) file(name string, size int64, executable bool, content io.Reader) error {
	if err := u.place(name, size); err != nil {
		return err
	}
	mode := fs.FileMode(0o444)
	if executable {
		mode = 0o555
	}
	f, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.CopyN(f, content, size)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return errors.Join(err, f.Chmod(mode), f.Close())
}

// symlink makes a symbolic link. An absolute one means the image's own root, as it would
// in a container, and is made relative to it.
func (u *unpacker) symlink(name, target string) error {
	if path.IsAbs(target) {
		target = strings.Repeat("../", strings.Count(name, "/")) + strings.TrimPrefix(path.Clean(target), "/")
		target = path.Clean(target)
	}
	if !inside(name, target) {
		return fault.New(fault.Refused, "%q is a symbolic link to %q, which leads out of it", name, target)
	}
	if err := u.place(name, 0); err != nil {
		return err
	}
	u.links = append(u.links, name)
	return u.root.Symlink(target, name)
}

func (u *unpacker) hardlink(name, target string) error {
	if !fs.ValidPath(target) {
		return fault.New(fault.Refused, "%q is a hard link to %q, which leads out of it", name, target)
	}
	if name == target {
		return nil
	}
	if err := u.place(name, 0); err != nil {
		return err
	}
	return u.root.Link(target, name)
}

// seal refuses links that lead out through other links, and makes all directories read-only.
func (u *unpacker) seal() error {
	for _, name := range u.links {
		_, err := u.root.Stat(name)
		ok := err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENOTDIR)
		if !ok {
			return fault.New(fault.Refused, "the symbolic link %q leads out of it through other links", name)
		}
	}
	var dirs []string
	err := fs.WalkDir(u.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() {
			dirs = append(dirs, name)
		}
		return err
	})
	for _, dir := range dirs {
		err = errors.Join(err, u.root.Chmod(dir, 0o555))
	}
	return err
}
