package sandbox

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// cgroupName is the directory that holds all our groups.
const cgroupName = "slipway"

var controllers = []string{"memory", "cpu", "pids"}

// hierarchies gives, for each controller that we can use, the directory in which groups
// are made; "unified" is cgroup v2's, with or without controllers. The files are read
// once: what the host has does not change while we run.
var hierarchies = sync.OnceValue(func() map[string]string {
	mounts, err := os.Open("/proc/self/mounts")
	if err != nil {
		return nil
	}
	defer mounts.Close()
	own, _ := os.ReadFile("/proc/self/cgroup")
	found := map[string]string{}
	for controller, dir := range cgroupParents(mounts, string(own)) {
		if os.MkdirAll(dir, 0o755) != nil || unix.Access(dir, unix.W_OK) != nil {
			continue
		}
		found[controller] = dir
	}
	if dir, ok := found["unified"]; ok {
		for _, c := range enableControllers(dir) {
			if found[c] == "" {
				found[c] = dir
			}
		}
	}
	sweep(found)
	return found
})

// cgroupParents finds where our groups belong: in version 1 below the group that we are
// in ourselves, whose limits so hold for them too; in version 2 at the top, because there
// a group with processes cannot hand controllers on.
func cgroupParents(mounts io.Reader, own string) map[string]string {
	out := map[string]string{}
	for sc := bufio.NewScanner(mounts); sc.Scan(); {
		f := strings.Fields(sc.Text())
		if len(f) < 4 {
			continue
		}
		switch f[2] {
		case "cgroup2":
			out["unified"] = filepath.Join(f[1], cgroupName)
		case "cgroup":
			for _, c := range controllers {
				if strings.Contains(","+f[3]+",", ","+c+",") {
					out[c] = filepath.Join(f[1], ownGroup(own, c), cgroupName)
				}
			}
		}
	}
	return out
}

// ownGroup finds this process's group in the text of /proc/self/cgroup.
func ownGroup(text, controller string) string {
	for line := range strings.Lines(text) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(f) == 3 && strings.Contains(","+f[1]+",", ","+controller+",") {
			return f[2]
		}
	}
	return "/"
}

// enableControllers switches our controllers on in the unified hierarchy and says which
// it has.
func enableControllers(dir string) []string {
	for _, d := range []string{filepath.Dir(dir), dir} {
		for _, c := range controllers { // one by one: one that is missing fails all
			_ = os.WriteFile(filepath.Join(d, "cgroup.subtree_control"), []byte("+"+c), 0o600)
		}
	}
	b, _ := os.ReadFile(filepath.Join(dir, "cgroup.subtree_control"))
	return strings.Fields(string(b))
}

// sweepAge is how old a group must be for sweep to remove it. A process in another PID
// namespace does not see who is about to use a new one.
const sweepAge = 10 * time.Minute

// sweep removes the groups of runs whose process was killed before it could do so.
func sweep(parents map[string]string) {
	for _, parent := range parents {
		left, _ := filepath.Glob(filepath.Join(parent, "run-*-*"))
		for _, dir := range left {
			pid, err := strconv.Atoi(strings.Split(filepath.Base(dir), "-")[1])
			info, gone := os.Stat(dir)
			if err == nil && gone == nil && time.Since(info.ModTime()) > sweepAge && syscall.Kill(pid, 0) == syscall.ESRCH {
				_ = os.Remove(dir) // fails while anything runs in it
			}
		}
	}
}
