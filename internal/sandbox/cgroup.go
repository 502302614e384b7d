package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Group is a set of cgroups of one command, one directory for each hierarchy in use. On a
// host without cgroups it is empty and all its methods do nothing.
type Group struct {
	dirs map[string]string // controller ("memory", "cpu", "pids", "unified") -> directory
}

// NewGroup makes the cgroups of a command with its limits, as far as the host lets us;
// Available says how far that is.
func NewGroup(name string, l Limits) *Group {
	g := &Group{dirs: map[string]string{}}
	for controller, parent := range hierarchies() {
		dir := filepath.Join(parent, name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			continue
		}
		g.dirs[controller] = dir
	}
	g.limit(l)
	return g
}

// OpenGroup gives the group that lies in these directories, as Dirs listed them.
func OpenGroup(dirs []string) *Group {
	g := &Group{dirs: map[string]string{}}
	for _, d := range dirs {
		for controller, parent := range hierarchies() {
			if filepath.Dir(d) == parent {
				g.dirs[controller] = d
			}
		}
	}
	return g
}

// Dirs lists the group's directories: what Stage.Groups wants, and OpenGroup.
func (g *Group) Dirs() []string {
	var out []string
	seen := map[string]bool{}
	for _, d := range g.dirs {
		if !seen[d] {
			seen[d] = true
			out = append(out, d)
		}
	}
	return out
}

// DefaultProcesses is the limit of processes and threads of who sets none: nobody needs
// so many, and without one a fork bomb takes all of the machine's.
const DefaultProcesses = 4096

const cpuPeriod = 100_000 // µs, the kernel's default

func (g *Group) limit(l Limits) {
	v2 := g.dirs["unified"]
	set := func(controller, v1File, v2File, v1Value, v2Value string) {
		dir := g.dirs[controller]
		file, value := v1File, v1Value
		if dir == v2 {
			file, value = v2File, v2Value
		}
		if dir != "" {
			_ = os.WriteFile(filepath.Join(dir, file), []byte(value), 0o600)
		}
	}
	if l.Memory > 0 {
		v := strconv.FormatInt(l.Memory, 10)
		set("memory", "memory.limit_in_bytes", "memory.max", v, v)
		set("memory", "memory.memsw.limit_in_bytes", "memory.swap.max", v, "0")
	}
	if l.CPU > 0 {
		q := strconv.Itoa(max(int(l.CPU*cpuPeriod), 1000))
		set("cpu", "cpu.cfs_quota_us", "cpu.max", q, q+" "+strconv.Itoa(cpuPeriod))
	}
	processes := l.Processes
	if processes <= 0 {
		processes = DefaultProcesses
	}
	v := strconv.Itoa(processes)
	set("pids", "pids.max", "pids.max", v, v)
}

// OutOfMemory says whether the kernel has killed a process of the group for its limit.
func (g *Group) OutOfMemory() bool { return g.OutOfMemoryKills() > 0 }

// OutOfMemoryKills is how many processes the kernel has killed for the memory limit.
func (g *Group) OutOfMemoryKills() int {
	dir := g.dirs["memory"]
	if dir == "" {
		return 0
	}
	for _, file := range []string{"memory.events", "memory.oom_control"} {
		b, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			continue
		}
		for line := range bytes.Lines(b) {
			if v, ok := strings.CutPrefix(string(line), "oom_kill "); ok {
				n, _ := strconv.Atoi(strings.TrimSpace(v))
				return n
			}
		}
	}
	return 0
}

// Kill kills every process of the group.
func (g *Group) Kill() {
	if dir := g.dirs["unified"]; dir != "" {
		if os.WriteFile(filepath.Join(dir, "cgroup.kill"), []byte("1"), 0o600) == nil {
			return
		}
	}
	for range 100 { // what forks meanwhile is found in the next round
		pids := g.pids()
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		if len(pids) == 0 {
			return
		}
	}
}

func (g *Group) pids() []int {
	var out []int
	for _, dir := range g.dirs {
		b, _ := os.ReadFile(filepath.Join(dir, "cgroup.procs"))
		for _, f := range strings.Fields(string(b)) {
			if pid, err := strconv.Atoi(f); err == nil && pid > 0 { // 0: outside our PID namespace
				out = append(out, pid)
			}
		}
	}
	return out
}

// Remove removes the group. Its processes must have been killed; it waits a moment for
// the kernel to let go of them.
func (g *Group) Remove() {
	for _, dir := range g.Dirs() {
		for range 200 {
			err := os.Remove(dir)
			if !errors.Is(err, syscall.EBUSY) {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

// join puts this process into the cgroup.
func join(dir string) error {
	if err := os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte("0"), 0o600); err != nil {
		return fmt.Errorf("join the cgroup %s: %w", dir, err)
	}
	return nil
}
