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

// takeLock takes the lock in an instance's directory. errHeld: somebody else has it;
// fs.ErrNotExist: there is no such directory.
func takeLock(dir string) (*os.File, error) {
	path := filepath.Join(dir, shimwire.LockFile)
	for {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
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
