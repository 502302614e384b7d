package process

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"slipway.dev/internal/target"
)

// ticks is how many clock ticks a second has in /proc, on every architecture of Linux that Go
// knows.
const ticks = 100

// processes is the machine's table of processes, by parent.
type processes map[int][]proc

// proc is what /proc/<pid>/stat has of a process.
type proc struct {
	pid, parent int
	own, waited float64 // seconds of CPU time: its own, and of children that it waited for
	resident    int64   // bytes
}

func readProcesses() (processes, error) {
	dirs, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	out := processes{}
	for _, d := range dirs {
		if _, err := strconv.Atoi(d.Name()); err != nil {
			continue
		}
		raw, err := os.ReadFile(filepath.Join("/proc", d.Name(), "stat"))
		if err != nil {
			continue // ended just now
		}
		if p, ok := readStat(string(raw)); ok {
			out[p.parent] = append(out[p.parent], p)
		}
	}
	return out, nil
}

// readStat reads a line of /proc/<pid>/stat. The name in parentheses may hold anything.
func readStat(line string) (proc, bool) {
	head, _, _ := strings.Cut(line, " ")
	f := strings.Fields(line[strings.LastIndexByte(line, ')')+1:])
	if len(f) < 22 {
		return proc{}, false
	}
	number := func(s string) float64 {
		n, _ := strconv.ParseInt(s, 10, 64)
		return float64(n)
	}
	pid, err := strconv.Atoi(head)
	return proc{
		pid: pid, parent: int(number(f[1])),
		own:      (number(f[11]) + number(f[12])) / ticks,
		waited:   (number(f[13]) + number(f[14])) / ticks,
		resident: int64(number(f[21])) * int64(os.Getpagesize()),
	}, err == nil
}

// below gives what all processes below a shim use. What has ended is in the account of who
// waited for it: orphans in the shim's.
func (t processes) below(shim int) (target.Usage, bool) {
	var u target.Usage
	found := false
	for _, siblings := range t {
		for _, p := range siblings {
			if p.pid == shim {
				u.CPUSeconds, found = p.waited, true
			}
		}
	}
	next := []int{shim}
	for len(next) > 0 {
		parent := next[0]
		next = next[1:]
		for _, p := range t[parent] {
			if p.pid == shim {
				continue // it was read while its number was given to another
			}
			u.CPUSeconds += p.own + p.waited
			u.MemoryBytes += p.resident
			u.Processes++
			next = append(next, p.pid)
		}
	}
	return u, found
}
