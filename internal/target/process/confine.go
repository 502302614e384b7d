package process

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"

	"slipway.dev/internal/core/fault"
)

// userOf gives the user that the instance runs as: one that nobody else is, if we may
// change users and can show it a view of the machine in which it reaches its files.
func (t *Target) userOf(id string) int { return t.host.UserOf(id) }

// group names the instance's cgroups; other directories on this machine may know the same ID.
func (t *Target) group(id string) string { return fmt.Sprintf("%08x-%s", hash(t.o.Dir), id) }

func hash(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return h.Sum32()
}

// readableRoot gives the artifact's directory without symbolic links. The user of the
// instance must be able to enter it; that it was made with 0700 is no protection, as what
// is above it is hidden.
func readableRoot(root string) (string, error) {
	root, err := filepath.Abs(root)
	if err == nil {
		root, err = filepath.EvalSymlinks(root)
	}
	if err != nil {
		return "", fmt.Errorf("root of the artifact: %w", err)
	}
	fi, err := os.Stat(root)
	if err != nil {
		return "", fmt.Errorf("root of the artifact: %w", err)
	}
	if !fi.IsDir() {
		return "", fault.New(fault.Invalid, "root of the artifact: %s is not a directory", root)
	}
	if fi.Mode().Perm()&0o055 != 0o055 {
		if err := os.Chmod(root, fi.Mode().Perm()|0o055); err != nil {
			return "", fmt.Errorf("root of the artifact: %w", err)
		}
	}
	return root, nil
}

// hidden lists what the app must not see.
func (t *Target) hidden() []string { return append([]string{t.o.Dir}, t.o.Hide...) }
