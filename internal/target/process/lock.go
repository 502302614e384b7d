package process

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"slipway.dev/internal/wire/shimwire"
)

// errHeld says that somebody has the instance: a shim, or another target just now.
var errHeld = errors.New("the instance is in use")

// makeLock makes an instance's directory, with a lock to take, unless it is there.
func makeLock(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, shimwire.LockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// takeLock takes the lock in an instance's directory. errHeld: somebody else has it;
// fs.ErrNotExist: there is no such instance.
func takeLock(dir string) (*os.File, error) {
	path := filepath.Join(dir, shimwire.LockFile)
	for {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return nil, err
		}
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			f.Close()
			if errors.Is(err, syscall.EWOULDBLOCK) {
				err = errHeld
			}
			return nil, err
		}
		mine, err1 := f.Stat()
		there, err2 := os.Stat(path)
		if err1 == nil && err2 == nil && os.SameFile(mine, there) {
			return f, nil
		}
		f.Close() // it was removed while we waited
	}
}

// discard removes an instance's directory at once, whatever is in it: the name is free
// for another before the content is gone. The caller has its lock.
func (t *Target) discard(id string) error {
	trash := filepath.Join(t.o.Dir, "trash")
	if err := os.MkdirAll(trash, 0o700); err != nil {
		return err
	}
	to, err := os.MkdirTemp(trash, id+"-")
	if err != nil {
		return err
	}
	if err := os.Rename(t.instanceDir(id), filepath.Join(to, id)); err != nil {
		return err
	}
	return os.RemoveAll(to)
}
