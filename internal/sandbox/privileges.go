package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"github.com/landlock-lsm/go-landlock/landlock"
	"golang.org/x/sys/unix"
)

// dropPrivileges takes away every capability for good, and the user if uid is not 0.
func dropPrivileges(uid int) error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no_new_privs: %w", err)
	}
	_ = unix.Prctl(unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) // none on old kernels
	for c := uintptr(0); c <= unix.CAP_LAST_CAP; c++ {
		// Refused to who has no CAP_SETPCAP, and so nothing to drop; unknown to older kernels.
		_ = unix.Prctl(unix.PR_CAPBSET_DROP, c, 0, 0, 0)
	}
	if uid == 0 {
		hdr := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var none [2]unix.CapUserData
		if err := unix.Capset(&hdr, &none[0]); err != nil {
			return fmt.Errorf("drop capabilities: %w", err)
		}
		return nil
	}
	if err := syscall.Setgroups(nil); err != nil {
		return fmt.Errorf("drop groups: %w", err)
	}
	if err := syscall.Setresgid(uid, uid, uid); err != nil {
		return fmt.Errorf("become group %d: %w", uid, err)
	}
	if err := syscall.Setresuid(uid, uid, uid); err != nil {
		return fmt.Errorf("become user %d: %w", uid, err)
	}
	return nil
}

// systemDirs and deviceFiles are what nearly every program needs to run at all.
var (
	systemDirs = []string{"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/usr", "/etc", "/opt", "/nix", "/proc",
		"/sys/devices/system/cpu", "/sys/kernel/mm", "/sys/fs/cgroup", "/run/systemd/resolve", "/run/nscd"}
	deviceFiles = []string{"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"}
)

// landlocked confines this process to the listed directories, as far as the kernel can.
// It also cuts signals and abstract sockets to processes outside.
func landlocked(s Stage) error {
	write := s.ReadWrite
	if s.Mounts { // these are the command's own then
		write = append([]string{"/dev/shm", "/tmp"}, write...)
	}
	rules := []landlock.Rule{
		landlock.RODirs(systemDirs...).IgnoreIfMissing(),
		landlock.RWFiles(deviceFiles...).WithIoctlDev().IgnoreIfMissing(),
		landlock.RWDirs(write...).WithRefer().IgnoreIfMissing(),
	}
	if s.Secrets.Dir != "" {
		rules = append(rules, landlock.RODirs(s.Secrets.Dir))
	}
	for _, p := range s.ReadOnly {
		rules = append(rules, readRule(p))
	}
	if err := landlock.V5.BestEffort().RestrictPaths(rules...); err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	if err := landlock.V6.BestEffort().RestrictScoped(); err != nil {
		return fmt.Errorf("landlock: %w", err)
	}
	return nil
}

func readRule(path string) landlock.Rule {
	if fi, err := os.Stat(path); err == nil && !fi.IsDir() {
		return landlock.ROFiles(path)
	}
	return landlock.RODirs(path).IgnoreIfMissing()
}

// writeSecrets writes the secret files for the command's user alone.
func writeSecrets(s Stage) error {
	if s.Secrets.Dir == "" {
		return nil
	}
	for name, value := range s.Secrets.Files {
		path := filepath.Join(s.Secrets.Dir, name)
		if err := os.WriteFile(path, value, 0o400); err != nil {
			return fmt.Errorf("secret file: %w", err)
		}
		if s.UID != 0 {
			if err := os.Chown(path, s.UID, s.UID); err != nil {
				return fmt.Errorf("secret file: %w", err)
			}
		}
	}
	if s.UID != 0 {
		if err := os.Chown(s.Secrets.Dir, s.UID, s.UID); err != nil {
			return fmt.Errorf("directory of secrets: %w", err)
		}
	}
	return nil
}
