package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"

	"golang.org/x/sys/unix"
)

// namespaces of a command besides those of processes and network.
const namespaces = syscall.CLONE_NEWNS | syscall.CLONE_NEWIPC | syscall.CLONE_NEWUTS

// Isolation is what a Stage is started in.
type Isolation int

// The isolations.
const (
	Plain    Isolation = iota // no namespaces: the host gives none
	Inherit                   // namespaces of its own, in the PID namespace of the caller, which must be its init
	Separate                  // as Inherit, and a PID namespace
	Offline                   // as Separate, and a network namespace
)

// Start starts cmd as a stage that confines itself as s says and then runs s.Command. It
// returns when the command runs, or with the reason why it does not. Of cmd the caller may
// set standard input and outputs; all else is set here. The caller waits with cmd.Wait.
func Start(cmd *exec.Cmd, s Stage, in Isolation) error {
	if !initialised {
		return errors.New("a defect of this program: its main does not call sandbox.Init")
	}
	if len(s.Command) == 0 {
		return errors.New("no command given")
	}
	s, err := cleaned(s)
	if err != nil {
		return err
	}
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	switch in {
	case Plain:
	case Inherit:
		attr.Cloneflags, s.Mounts, s.Procfs = namespaces, true, true
	case Separate:
		attr, s.Mounts, s.Procfs, s.Init = Own(namespaces), true, true, true
	case Offline:
		attr, s.Mounts, s.Procfs, s.Init = Own(namespaces|syscall.CLONE_NEWNET), true, true, true
		s.Loopback = true
	}
	cmd.SysProcAttr = attr
	return launch(cmd, s)
}

// launch starts the stage, sends its orders and waits for its report.
func launch(cmd *exec.Cmd, s Stage) error {
	ordersR, ordersW, err := os.Pipe()
	if err != nil {
		return err
	}
	defer ordersW.Close()
	reportR, reportW, err := os.Pipe()
	if err != nil {
		ordersR.Close()
		return err
	}
	defer reportR.Close()
	cmd.Path, cmd.Args, cmd.Env = "/proc/self/exe", []string{stageName}, []string{"GOMAXPROCS=1"}
	cmd.ExtraFiles = []*os.File{ordersR, reportW} // ordersFD, reportFD
	err = cmd.Start()
	ordersR.Close()
	reportW.Close()
	if err != nil {
		return fmt.Errorf("start the sandbox: %w", err)
	}
	sendErr := json.NewEncoder(ordersW).Encode(s)
	ordersW.Close()
	report, err := io.ReadAll(io.LimitReader(reportR, 64<<10))
	if err := errors.Join(sendErr, err); err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return fmt.Errorf("talk to the sandbox: %w", err)
	}
	if len(report) > 0 {
		_ = cmd.Wait()
		return errors.New(string(report))
	}
	return nil
}

// cleaned gives s with absolute paths that have no symbolic links, as mounts need them.
func cleaned(s Stage) (Stage, error) {
	var err error
	real := func(p string) string {
		abs, e := filepath.Abs(p)
		if e == nil {
			abs, e = filepath.EvalSymlinks(abs)
		}
		if e != nil && err == nil {
			err = fmt.Errorf("directory of the sandbox %s: %w", p, e)
		}
		return abs
	}
	list := func(in []string) (out []string) {
		for _, p := range in {
			out = append(out, real(p))
		}
		return out
	}
	hide := slices.DeleteFunc(slices.Clone(s.Hide), func(p string) bool {
		_, e := os.Stat(p)
		return errors.Is(e, fs.ErrNotExist) // nothing to hide
	})
	s.Dir, s.ReadWrite, s.ReadOnly, s.Hide = real(s.Dir), list(s.ReadWrite), list(s.ReadOnly), list(hide)
	if s.Secrets.Dir != "" {
		s.Secrets.Dir = real(s.Secrets.Dir)
	}
	return s, err
}

// Own gives the attributes of a process that gets namespaces of its own, by a user
// namespace if this process is not privileged.
func Own(flags uintptr) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Cloneflags: flags | syscall.CLONE_NEWPID, Pdeathsig: syscall.SIGKILL}
	uid, gid := os.Geteuid(), os.Getegid()
	if uid == 0 {
		return attr
	}
	attr.Cloneflags |= syscall.CLONE_NEWUSER
	attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: uid, HostID: uid, Size: 1}}
	attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: gid, HostID: gid, Size: 1}}
	attr.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN, unix.CAP_SETPCAP}
	return attr
}

// loopbackUp brings up the loopback of a new network namespace.
func loopbackUp() error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	defer unix.Close(fd)
	req, err := unix.NewIfreq("lo")
	if err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	req.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, req); err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	return nil
}
