package secret

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"filippo.io/age"

	"slipway.dev/internal/core/fault"
)

func loadOrCreate(path string) ([]*age.X25519Identity, error) {
	ids, err := load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return ids, err
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, fmt.Errorf("make an identity: %w", err)
	}
	err = write(path, []*age.X25519Identity{id}, false)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return load(path) // also if another process was faster
}

func load(path string) ([]*age.X25519Identity, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, fault.New(fault.Internal, "cannot open the identity file %s", path).Because(err)
	}
	defer f.Close()
	if err := checkPrivate(f); err != nil {
		return nil, err
	}
	parsed, err := age.ParseIdentities(f)
	if err != nil {
		return nil, fault.New(fault.Internal, "%s is not an age identity file", path).
			WithHint("restore it from a backup; without it no secret can be opened").Because(err)
	}
	var ids []*age.X25519Identity
	for _, p := range parsed {
		id, ok := p.(*age.X25519Identity)
		if !ok {
			return nil, fault.New(fault.Invalid, "%s holds an identity that is not X25519", path)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// checkPrivate looks at the open file, not at its path, so that it cannot be exchanged
// between the look and the reading.
func checkPrivate(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("look at %s: %w", f.Name(), err)
	}
	if !info.Mode().IsRegular() {
		return fault.New(fault.Denied, "%s is not a regular file", f.Name())
	}
	if info.Mode().Perm()&0o077 != 0 {
		return fault.New(fault.Denied, "others may read or write the identity file %s (mode %04o)", f.Name(), info.Mode().Perm()).
			WithHint("chmod 600 %s, and rotate the identity if somebody may have read it", f.Name())
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Geteuid() {
		return fault.New(fault.Denied, "the identity file %s belongs to user %d, not to user %d who runs this", f.Name(), st.Uid, os.Geteuid())
	}
	return nil
}

// write makes the file whole and durable under another name first. Without replace it
// gives fs.ErrExist if there is one already.
func write(path string, ids []*age.X25519Identity, replace bool) error {
	var text strings.Builder
	text.WriteString("# Identities of the secret box, the current one first. Keep this file: without it no secret can be opened.\n")
	for _, id := range ids {
		fmt.Fprintf(&text, "# public key: %s\n%s\n", id.Recipient(), id)
	}
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*") // mode 0600
	if err != nil {
		return fmt.Errorf("write the identity file: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(text.String())
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err != nil {
		return fmt.Errorf("write the identity file: %w", err)
	}
	if replace {
		err = os.Rename(tmp.Name(), path)
	} else {
		err = os.Link(tmp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write the identity file: %w", err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("write the identity file: %w", err)
	}
	return errors.Join(d.Sync(), d.Close())
}
