package sandbox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// mounts gives the command its own view of the machine: everything read-only but for
// s.ReadWrite, an empty /tmp and /dev/shm, and directories of s.Hide emptied but for what
// is listed. It needs a mount namespace.
func mounts(s Stage) error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("make mounts private: %w", err)
	}
	listed := append(append([]string{s.Dir}, s.ReadOnly...), s.ReadWrite...)
	if s.Secrets.Dir != "" {
		listed = append(listed, s.Secrets.Dir)
	}
	hidden := slices.Concat([]string{"/tmp", "/dev/shm"}, others, s.Hide)
	if s.UID != 0 {
		hidden = append(hidden, barriers(listed)...)
	}
	listed = append(listed, there(systemDirs)...)
	for _, dir := range outermost(hidden) {
		if err := hide(dir, listed); err != nil {
			return err
		}
	}
	for _, dir := range s.ReadWrite { // a mount of its own, whose flags can differ
		if err := unix.Mount(dir, dir, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return fmt.Errorf("mount %s: %w", dir, err)
		}
	}
	if err := setReadOnly("/", true, unix.AT_RECURSIVE); err != nil {
		return err
	}
	for _, dir := range []string{"/tmp", "/dev/shm"} { // not what is kept below them
		if err := setReadOnly(dir, false, 0); err != nil {
			return err
		}
	}
	for _, dir := range s.ReadWrite {
		if err := setReadOnly(dir, false, unix.AT_RECURSIVE); err != nil {
			return err
		}
	}
	if s.Procfs {
		flags := uintptr(unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_RDONLY)
		if err := unix.Mount("proc", "/proc", "proc", flags, ""); err != nil {
			return fmt.Errorf("mount /proc: %w", err)
		}
	}
	return mountSecrets(s.Secrets)
}

// others are where people and other programs keep what is theirs. Landlock, where there is
// one, denies reading it, but nobody denies connecting to a socket there: one of Docker,
// systemd or an SSH agent would lead out of the sandbox.
var others = []string{"/home", "/media", "/mnt", "/root", "/run", "/srv", "/var"}

// barriers are the directories above those of listed that another user cannot pass.
func barriers(listed []string) []string {
	var out []string
	for _, p := range listed {
		at := ""
		for part := range strings.SplitSeq(strings.TrimPrefix(filepath.Dir(p), "/"), "/") {
			at += "/" + part
			if fi, err := os.Stat(at); err == nil && fi.Mode().Perm()&0o001 == 0 {
				out = append(out, at)
				break
			}
		}
	}
	return out
}

// there drops what does not exist, and says where the rest really is.
func there(paths []string) []string {
	var out []string
	for _, p := range paths {
		if p, err := filepath.EvalSymlinks(p); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// hide covers dir with an empty file system in memory, in which only those of listed that
// lie below dir are there, at the same paths as before.
func hide(dir string, listed []string) error {
	if fi, err := os.Stat(dir); err != nil || !fi.IsDir() {
		return nil //nolint:nilerr // what is not there need not be hidden
	}
	kept := map[string]*os.File{}
	inside := slices.DeleteFunc(slices.Clone(listed), func(p string) bool { return !below(p, dir) })
	for _, p := range outermost(inside) {
		f, err := os.OpenFile(p, unix.O_PATH, 0)
		if err != nil {
			return fmt.Errorf("keep %s: %w", p, err)
		}
		defer f.Close()
		kept[p] = f
	}
	mode := "mode=0755"
	if dir == "/tmp" || dir == "/dev/shm" {
		mode = "mode=1777"
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, mode); err != nil {
		return fmt.Errorf("hide %s: %w", dir, err)
	}
	for p, f := range kept {
		if err := mountPoint(p, f); err != nil {
			return err
		}
		source := fmt.Sprintf("/proc/self/fd/%d", f.Fd())
		if err := unix.Mount(source, p, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
			return fmt.Errorf("keep %s: %w", p, err)
		}
	}
	return nil
}

func mountPoint(path string, f *os.File) error {
	fi, err := f.Stat()
	if err != nil {
		return err
	}
	if fi.IsDir() {
		return os.MkdirAll(path, 0o755)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, nil, 0o600)
}

// setReadOnly sets or clears the read-only flag of the mount at path, if there is one.
func setReadOnly(path string, on bool, flags uint) error {
	attr := unix.MountAttr{Attr_clr: unix.MOUNT_ATTR_RDONLY}
	if on {
		attr = unix.MountAttr{Attr_set: unix.MOUNT_ATTR_RDONLY}
	}
	if err := unix.MountSetattr(unix.AT_FDCWD, path, flags, &attr); err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("set the read-only flag of %s to %t: %w", path, on, err)
	}
	return nil
}

func mountSecrets(s Secrets) error {
	if s.Dir == "" {
		return nil
	}
	flags := uintptr(unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC)
	if err := unix.Mount("tmpfs", s.Dir, "tmpfs", flags, "mode=0700,size=4m"); err != nil {
		return fmt.Errorf("mount the directory of secrets: %w", err)
	}
	return nil
}

// outermost drops the paths that lie below another one of the list, and doubles.
func outermost(paths []string) []string {
	var out []string
	for i, p := range paths {
		inner := false
		for j, q := range paths {
			inner = inner || below(p, q) && (p != q || j < i)
		}
		if !inner {
			out = append(out, p)
		}
	}
	return out
}

// below says whether path is dir or lies in it. Both are clean and absolute.
func below(path, dir string) bool {
	return path == dir || dir == "/" || strings.HasPrefix(path, dir+"/")
}
