package house

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"slipway.dev/internal/shim"
)

// process is one of the machine's.
type process struct {
	pid, parent int
	args        []string
}

// processes looks at all of the machine's. One that ends meanwhile is left out.
func processes() ([]process, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var list []process
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		line, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		if err != nil || len(line) == 0 {
			continue
		}
		stat, err := os.ReadFile(filepath.Join("/proc", e.Name(), "stat"))
		if err != nil {
			continue
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		fields := strings.Fields(rest) // state, parent, …
		if len(fields) < 2 || fields[0] == "Z" {
			continue
		}
		parent, _ := strconv.Atoi(fields[1])
		list = append(list, process{pid, parent, strings.Split(strings.TrimSuffix(string(line), "\x00"), "\x00")})
	}
	return list, nil
}

// ours says whether a process has a file below our data directory open, as each shim has.
func (h *House) ours(pid int) bool {
	fds := fmt.Sprintf("/proc/%d/fd", pid)
	entries, _ := os.ReadDir(fds) // it may be gone
	for _, e := range entries {
		if to, err := os.Readlink(filepath.Join(fds, e.Name())); err == nil && strings.HasPrefix(to, h.o.Data+"/") {
			return true
		}
	}
	return false
}

// Shims are the instances that run, by what is seen of processes and not by what slipway
// says: ID to the shim's PID. Two shims of one ID are an error.
func (h *House) Shims() (map[string]int, error) {
	all, err := processes()
	if err != nil {
		return nil, err
	}
	found := map[string]int{}
	for _, p := range all {
		if p.args[0] != shim.Name || len(p.args) < 2 || !h.ours(p.pid) {
			continue
		}
		if other, twice := found[p.args[1]]; twice {
			return nil, fmt.Errorf("%s runs twice: processes %d and %d", p.args[1], other, p.pid)
		}
		found[p.args[1]] = p.pid
	}
	return found, nil
}

// Strays are the PIDs of what the app's mode "fork" has left, anywhere on the machine.
func Strays() ([]int, error) {
	all, err := processes()
	var pids []int
	for _, p := range all {
		if len(p.args) == 2 && p.args[0] == "/proc/self/exe" && p.args[1] == "child" {
			pids = append(pids, p.pid)
		}
	}
	return pids, err
}

// Running are the IDs of the instances that run, in order.
func (h *House) Running() ([]string, error) {
	found, err := h.Shims()
	if err != nil {
		return nil, err
	}
	var ids []string
	for id := range found {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids, nil
}

// Starts counts, by the instances' own logs, how often each was ever started here.
func (h *House) Starts() (map[string]int, error) {
	logs := filepath.Join(h.o.Data, "instances", "logs")
	entries, err := os.ReadDir(logs)
	if err != nil {
		return nil, err
	}
	starts := map[string]int{}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(logs, e.Name(), shim.LogFile))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for line := range strings.Lines(string(text)) {
			if strings.Contains(line, " out started ") {
				starts[e.Name()]++
			}
		}
	}
	return starts, nil
}

// killStray ends shims that `slipway down` has left, which is an error: the tests that
// follow must not suffer from it.
func (h *House) killStray() error {
	found, err := h.Shims()
	for id, pid := range found {
		err = errors.Join(err, fmt.Errorf("instance %s (shim %d) was left running", id, pid), syscall.Kill(pid, syscall.SIGKILL))
	}
	return err
}
