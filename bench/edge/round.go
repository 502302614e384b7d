package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const connections = 64

// userHeader has the identity of the one user that all requests come from.
const userHeader = "X-User-Id"

// ticks is the unit of /proc/PID/stat: USER_HZ is 100 on all Linux systems that Go runs on.
const ticks = 10 * time.Millisecond

// round asks for a while through the contender.
func (c contender) round(ctx context.Context, d time.Duration) (Figures, error) {
	before, err := cpu(c.pid)
	if err != nil {
		return Figures{}, err
	}
	cmd := exec.CommandContext(ctx, "wrk", "-t2", fmt.Sprintf("-c%d", connections), "-d"+strconv.Itoa(max(1, int(d.Seconds()))), "--latency", "-H", userHeader+": ann", "http://"+c.address+c.path)
	out, err := cmd.Output()
	if err != nil {
		return Figures{}, fmt.Errorf("wrk: %w", err)
	}
	after, err := cpu(c.pid)
	if err != nil {
		return Figures{}, err
	}
	f, requests, err := parse(string(out))
	f.CPUMicros = float64((after - before).Microseconds()) / float64(requests)
	return f, err
}

var (
	rateLine  = regexp.MustCompile(`Requests/sec:\s+([0-9.]+)`)
	countLine = regexp.MustCompile(`(\d+) requests in`)
	p99Line   = regexp.MustCompile(`99%\s+([0-9.]+)(us|ms|s)`)
)

// parse reads what wrk prints. Errors of any kind make the figures worthless.
func parse(out string) (f Figures, requests int, err error) {
	rate, count, p99 := rateLine.FindStringSubmatch(out), countLine.FindStringSubmatch(out), p99Line.FindStringSubmatch(out)
	if rate == nil || count == nil || p99 == nil || strings.Contains(out, "Non-2xx") || strings.Contains(out, "Socket errors") {
		return f, 0, fmt.Errorf("wrk did not measure what was meant:\n%s", out)
	}
	f.RPS, _ = strconv.ParseFloat(rate[1], 64) // the expressions let numbers through only
	requests, _ = strconv.Atoi(count[1])
	f.P99Ms, _ = strconv.ParseFloat(p99[1], 64)
	switch p99[2] {
	case "us":
		f.P99Ms /= 1000
	case "s":
		f.P99Ms *= 1000
	}
	return f, max(1, requests), nil
}

// cpu is the processor time that a process and its children have used.
func cpu(pid int) (time.Duration, error) {
	total, err := cpuOf(pid)
	if err != nil {
		return 0, err
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return 0, err
	}
	for _, field := range strings.Fields(string(children)) {
		child, err := strconv.Atoi(field)
		if err != nil {
			return 0, err
		}
		used, err := cpuOf(child)
		if err != nil {
			return 0, err
		}
		total += used
	}
	return total, nil
}

func cpuOf(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The name in parentheses may hold anything; fields are counted after it.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/%d/stat is short", pid)
	}
	user, err := strconv.Atoi(fields[11])
	if err != nil {
		return 0, err
	}
	system, err := strconv.Atoi(fields[12])
	return time.Duration(user+system) * ticks, err
}
