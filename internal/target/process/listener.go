package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// listensItself says whether it is the app, or one of its children, that listens on the
// port: another program may have taken it before the app did, and would answer in its name.
// The app and its children are what is in its PID namespace.
func listensItself(pid, port int) error {
	sockets := listeners(port)
	if holds(strconv.Itoa(pid), sockets) {
		return nil
	}
	own, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/pid", pid))
	if err != nil {
		return err
	}
	all, err := filepath.Glob("/proc/[0-9]*/ns/pid")
	if err != nil {
		return err
	}
	for _, path := range all {
		if ns, err := os.Readlink(path); err == nil && ns == own && holds(strings.Split(path, "/")[2], sockets) {
			return nil
		}
	}
	return fmt.Errorf("another program listens on its port %d", port)
}

// listeners gives the sockets that listen on the port, as /proc/<pid>/fd names them.
func listeners(port int) map[string]bool {
	out := map[string]bool{}
	for _, table := range []string{"/proc/self/net/tcp", "/proc/self/net/tcp6"} {
		text, err := os.ReadFile(table)
		if err != nil {
			continue // no IPv6
		}
		for line := range strings.Lines(string(text)) {
			f := strings.Fields(line) // sl, local_address, rem_address, st, …, inode is the tenth
			if len(f) > 9 && f[3] == "0A" && strings.HasSuffix(f[1], fmt.Sprintf(":%04X", port)) {
				out["socket:["+f[9]+"]"] = true
			}
		}
	}
	return out
}

// holds says whether the process has one of the sockets open.
func holds(pid string, sockets map[string]bool) bool {
	dir := filepath.Join("/proc", pid, "fd")
	files, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, f := range files {
		if to, err := os.Readlink(filepath.Join(dir, f.Name())); err == nil && sockets[to] {
			return true
		}
	}
	return false
}
