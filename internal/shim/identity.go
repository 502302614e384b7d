package shim

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"slipway.dev/internal/wire/shimwire"
)

// Identify gives the identity of a process by its PID in the machine's /proc; "self" is
// this one.
func Identify(pid string) (shimwire.Process, error) {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return shimwire.Process{}, err
	}
	stat, err := os.ReadFile(filepath.Join("/proc", pid, "stat"))
	if err != nil {
		return shimwire.Process{}, err
	}
	// The name in parentheses may hold anything; what is wanted comes before and after it.
	head, _, _ := strings.Cut(string(stat), " ")
	tail := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(tail) < 20 {
		return shimwire.Process{}, fmt.Errorf("/proc/%s/stat is too short", pid)
	}
	p := shimwire.Process{Boot: strings.TrimSpace(string(boot))}
	if p.PID, err = strconv.Atoi(head); err != nil {
		return shimwire.Process{}, err
	}
	if p.Start, err = strconv.ParseUint(tail[19], 10, 64); err != nil {
		return shimwire.Process{}, err
	}
	return p, nil
}

// children lists the PIDs of this process's children, as the machine sees them: /proc is
// the machine's, even when this process is the init of a PID namespace.
func children() []string {
	files, _ := filepath.Glob("/proc/self/task/*/children")
	var out []string
	for _, f := range files {
		b, _ := os.ReadFile(f)
		out = append(out, strings.Fields(string(b))...)
	}
	return out
}

// identifyChild gives the identity of the child that has this PID in our own namespace.
func identifyChild(pid int) shimwire.Process {
	for _, c := range children() {
		status, err := os.ReadFile(filepath.Join("/proc", c, "status"))
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(status)) {
			if ns, ok := strings.CutPrefix(line, "NSpid:"); ok {
				pids := strings.Fields(ns)
				if pids[len(pids)-1] == strconv.Itoa(pid) {
					p, _ := Identify(c)
					return p
				}
			}
		}
	}
	return shimwire.Process{}
}
