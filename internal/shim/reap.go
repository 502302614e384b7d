package shim

import (
	"os"
	"strconv"
	"syscall"
	"time"
)

// reap waits for the app and, on the way, for every orphan that has become our child.
func (s *supervisor) reap(app int) syscall.WaitStatus {
	for {
		var ws syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &ws, 0, nil)
		if pid == app {
			return ws
		}
		if err != nil && err != syscall.EINTR {
			return ws // cannot be: the app is our child and nobody else waits for it
		}
	}
}

// killAll kills whatever is left of the app, and returns when nothing is.
func (s *supervisor) killAll() {
	for {
		s.killGroup()
		var ws syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &ws, syscall.WNOHANG, nil)
		if err == syscall.ECHILD {
			return
		}
		if pid == 0 {
			time.Sleep(time.Millisecond) // the kernel is about to end it
		}
	}
}

// killGroup sends SIGKILL to every process of the app: all of the PID namespace whose
// init we are, or else the cgroup, the session and the orphans that became our children.
func (s *supervisor) killGroup() {
	if s.order.OwnPIDs && os.Getpid() == 1 {
		_ = syscall.Kill(-1, syscall.SIGKILL)
		return
	}
	s.group.Kill()
	if s.pid != 0 {
		_ = syscall.Kill(-s.pid, syscall.SIGKILL)
	}
	for _, c := range children() {
		if pid, err := strconv.Atoi(c); err == nil {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}
