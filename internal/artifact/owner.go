package artifact

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// giveToBuilds makes all below dir, and then dir itself, the property of the user that
// builds run as.
func (s *Store) giveToBuilds(dir string) error {
	if s.user == 0 {
		return nil
	}
	err := filepath.WalkDir(dir, func(p string, _ fs.DirEntry, err error) error {
		if err != nil || p == dir {
			return err
		}
		return os.Lchown(p, s.user, s.user)
	})
	if err != nil {
		return err
	}
	return os.Lchown(dir, s.user, s.user)
}

// giveCache gives a cache to builds if another user made it, or a folder in it: what fills
// it ahead of the first build.
func (s *Store) giveCache() error {
	entries, err := os.ReadDir(s.opts.Cache)
	if err != nil {
		return err
	}
	ours := s.ownedByBuilds(s.opts.Cache)
	for _, e := range entries {
		ours = ours && s.ownedByBuilds(filepath.Join(s.opts.Cache, e.Name()))
	}
	if ours {
		return nil
	}
	return s.giveToBuilds(s.opts.Cache)
}

func (s *Store) ownedByBuilds(path string) bool {
	info, err := os.Lstat(path)
	if err != nil {
		return false
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(owner.Uid) == s.user
}
