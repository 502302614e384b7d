package jq_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"slipway.dev/internal/core/workflow/jq"
)

// memory is what the process that evaluates all hostile expressions, one after the other, may
// have at once, in bytes: the evaluation's own, the input, the test, and what the collector has not found yet.
const memory = 1 << 30 // bytes; the machine may be too busy to collect garbage in time

// TestHostile evaluates expressions that try to take all time or all memory, in a process of
// its own that is watched. Each must end, one way or the other, and what it made must be bounded.
func TestHostile(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestHostileChild$", "-test.v") //nolint:gosec // this very program
	cmd.Env = append(os.Environ(), "JQ_HOSTILE=1", "GOMEMLIMIT=256MiB")
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatalf("the process did not end well: %v", err)
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Fatal("there is no usage")
	}
	if most := usage.Maxrss << 10; most > memory {
		t.Errorf("the process took %d MB", most>>20)
	}
}

// TestHostileChild is the process of TestHostile.
func TestHostileChild(t *testing.T) {
	if os.Getenv("JQ_HOSTILE") == "" {
		t.Skip("is run by TestHostile")
	}
	file, err := os.Open("testdata/hostile.jq")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	in := hostileInput(t)
	count := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if source := lines.Text(); source != "" && !strings.HasPrefix(source, "#") {
			count++
			tryHostile(t, source, in)
		}
	}
	if count < 200 {
		t.Errorf("only %d expressions", count)
	}
}

// tryHostile evaluates one, and says what it took.
func tryHostile(t *testing.T, source string, in any) {
	expr, err := jq.Compile(source)
	if err != nil {
		t.Errorf("%s: %v", source, err)
		return
	}
	runtime.GC()
	if os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) != nil { // begin to count the peak anew
		t.Log("the peak cannot be counted anew")
	}
	before := cpu(t)
	v, err := expr.Eval(in, jq.Vars{})
	took := cpu(t) - before
	end := "ends"
	if err == nil {
		_, err = jq.Encode(v)
	}
	switch {
	case errors.Is(err, jq.ErrFuel):
		end = "steps"
	case errors.Is(err, jq.ErrMemory):
		end = "memory"
	case err != nil:
		end = "error: " + err.Error()
	}
	t.Logf("%5d ms %4d MB  %s  # %s", took.Milliseconds(), peak(t), source, end)
}

func cpu(t *testing.T) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// peak is the most memory that the process had, in MB.
func peak(t *testing.T) int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes int
	if _, err := fmt.Sscan(rest, &kilobytes); err != nil {
		t.Fatal(err)
	}
	return kilobytes >> 10
}

// hostileInput is a document of about a megabyte.
func hostileInput(t *testing.T) any {
	var s strings.Builder
	s.WriteString(`{"z":null,"s":"` + strings.Repeat("a", 400_000) + `","a":[0`)
	for i := range 50_000 {
		fmt.Fprintf(&s, ",%d", i*7919%100_003)
	}
	s.WriteString(`],"o":{"x":1`)
	for i := range 20_000 {
		fmt.Fprintf(&s, `,"k%d":%d`, i, i)
	}
	s.WriteString(`},"d":` + strings.Repeat("[", 900) + strings.Repeat("]", 900) + "}")
	in, err := jq.Decode([]byte(s.String()))
	if err != nil {
		t.Fatal(err)
	}
	return in
}
