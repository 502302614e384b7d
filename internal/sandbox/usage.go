package sandbox

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Usage is what the processes of a group use.
type Usage struct {
	CPU       time.Duration // since the group was made
	Memory    int64         // bytes now, without what the kernel only caches
	Processes int           // now
}

// UsageOf reads what the group of a name uses. False: there is no such group, or this host
// counts not all of it.
func UsageOf(name string) (Usage, bool) {
	dirs := map[string]string{}
	for controller, parent := range hierarchies() {
		dirs[controller] = filepath.Join(parent, name)
	}
	cpu, ok := groupCPU(dirs)
	memory, ok2 := groupMemory(dirs["memory"])
	procs, err := os.ReadFile(filepath.Join(dirs["pids"], "cgroup.procs"))
	if !ok || !ok2 || err != nil {
		return Usage{}, false
	}
	return Usage{cpu, memory, len(strings.Fields(string(procs)))}, true
}

// groupCPU reads what version 2 counts with or without controllers, or else version 1's
// accounts where they are mounted together with the CPU controller.
func groupCPU(dirs map[string]string) (time.Duration, bool) {
	if micros, ok := statOf(filepath.Join(dirs["unified"], "cpu.stat"), "usage_usec"); ok {
		return time.Duration(micros) * time.Microsecond, true
	}
	ns, ok := numberIn(filepath.Join(dirs["cpu"], "cpuacct.usage"))
	return time.Duration(ns), ok
}

// groupMemory reads what is held without files that could be dropped at once: what is also
// shown by others as the working set.
func groupMemory(dir string) (int64, bool) {
	used, ok := numberIn(filepath.Join(dir, "memory.current"))
	key := "inactive_file"
	if !ok {
		used, ok = numberIn(filepath.Join(dir, "memory.usage_in_bytes"))
		key = "total_inactive_file"
	}
	cached, ok2 := statOf(filepath.Join(dir, "memory.stat"), key)
	return max(used-cached, 0), ok && ok2
}

func numberIn(file string) (int64, bool) {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	return n, err == nil
}

// statOf finds "key number" in a file of such lines.
func statOf(file, key string) (int64, bool) {
	b, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(b)) {
		if v, found := strings.CutPrefix(line, key+" "); found {
			n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}
