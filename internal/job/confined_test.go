package job

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/sandbox"
)

func TestLanguages(t *testing.T) {
	t.Parallel()
	for name, j := range map[string]Job{
		"shell": {What: Shell, Code: "echo \"$(cat) $1 $GREETING\"\necho bad >&2\nexit 3"},
		"bash":  {What: Script, Language: "bash", Code: `a=("$(cat)" "$1"); echo "${a[0]} ${a[1]} $GREETING"; echo bad >&2; exit 3`},
		"python": {What: Script, Language: "python", Code: "import os, sys\n" +
			"print(sys.stdin.read(), sys.argv[1], os.environ['GREETING'])\nprint('bad', file=sys.stderr)\nsys.exit(3)"},
		"js": {What: Script, Language: "js", Code: "import { readFileSync } from 'node:fs';\n" +
			"console.log(readFileSync(process.stdin.fd, 'utf8'), process.argv[2], process.env.GREETING);\nconsole.error('bad');\nprocess.exit(3)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if program := map[string]string{"python": "python3", "js": "node"}[name]; program != "" {
				if _, err := exec.LookPath(program); err != nil {
					t.Skip("no " + program + " on this machine")
				}
			}
			j.Name, j.Stdin, j.Arguments, j.Env = name, "from stdin", []string{"with two words"}, map[string]string{"GREETING": "hello"}
			h := newHand(t)
			got := run(t, h, j)
			if got.Code != 3 || got.How != "exit status 3" || got.Stdout != "from stdin with two words hello\n" || got.Stderr != "bad\n" {
				t.Errorf("%+v", got)
			}
			if left, _ := os.ReadDir(h.Dir); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestWhatJobsAreNotGiven(t *testing.T) {
	if host := sandbox.Available(); !host.Root || !host.Namespaces {
		t.Skip("jobs are only confined as far as the host does: ", host.Missing())
	}
	t.Setenv("SECRET_OF_CONTROL_PLANE", "1")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "reached") }))
	defer server.Close()
	host, port, _ := net.SplitHostPort(strings.TrimPrefix(server.URL, "http://"))
	data := t.TempDir()
	if err := os.WriteFile(filepath.Join(data, "age.key"), []byte("key"), 0o644); err != nil {
		t.Fatal(err)
	}
	h := newHand(t)
	h.Hide = []string{data}
	reach := fmt.Sprintf("exec 3<>/dev/tcp/%s/%s && echo reached", host, port)
	for name, j := range map[string]Job{
		"network":     {Language: "bash", Code: reach},
		"environment": {Code: `test -n "$SECRET_OF_CONTROL_PLANE" && echo reached`},
		"data":        {Code: "cat " + data + "/age.key && echo reached"},
		"shadow":      {Code: "cat /etc/shadow && echo reached"},
		"root":        {Code: `test "$(id -u)" = 0 && echo reached`},
		"writing":     {Code: "echo x > /usr/bin/evil && echo reached"},
		"processes":   {Code: fmt.Sprintf("kill -0 %d && echo reached", os.Getpid())},
	} {
		j.Name, j.What = name, Script
		if j.Language == "" {
			j.Language = "sh"
		}
		if got := run(t, h, j); strings.Contains(got.Stdout, "reached") || got.Code == 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := run(t, h, Job{What: Script, Language: "bash", Code: reach, Network: true}); !strings.Contains(got.Stdout, "reached") {
		t.Errorf("a job that was given the network: %+v", got)
	}
}

// TestNothingIsInArguments looks at all processes of the machine while a job runs.
func TestNothingIsInArguments(t *testing.T) {
	t.Parallel()
	const secret = "s3cr3t-of-the-job"
	var out lines
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	h := newHand(t)
	go func() {
		_, err := h.Run(ctx, Job{Name: "hush", What: Shell, Stdin: secret, Env: map[string]string{"TOKEN": secret}, Stdout: &out,
			Code: "echo ready # " + secret + "\nsleep 60"})
		done <- err
	}()
	eventually(t, "the job to begin", func() bool { return strings.Contains(out.String(), "ready") })
	seen := 0
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range all {
		b, _ := os.ReadFile(path)
		seen++
		if bytes.Contains(b, []byte(secret)) {
			t.Errorf("%s: %q", path, b)
		}
	}
	if seen < 2 {
		t.Errorf("looked at %d processes", seen)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled job: %v", err)
	}
}

func TestWholeTreeEnds(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]time.Duration{"cancelled": 0, "too slow": 500 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mark := fmt.Sprintf("7%05d.%d", os.Getpid(), len(name)) // a length of sleep that nobody else has
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var out lines
			done := make(chan Result, 1)
			h := newHand(t)
			go func() {
				res, _ := h.Run(ctx, Job{Name: "tree", What: Shell, Code: "setsid sleep " + mark + " & echo ready; sleep " + mark, Stdout: &out, TimeLimit: limit})
				done <- res
			}()
			eventually(t, "the job to begin", func() bool { return strings.Contains(out.String(), "ready") })
			if limit == 0 {
				cancel()
			}
			if res := <-done; res.TimedOut != (limit > 0) {
				t.Errorf("%+v", res)
			}
			all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
			for _, path := range all {
				if b, _ := os.ReadFile(path); bytes.Contains(b, []byte("sleep\x00"+mark)) && !zombie(path) {
					t.Errorf("still there: %s", path)
				}
			}
		})
	}
}

func zombie(cmdline string) bool {
	b, _ := os.ReadFile(filepath.Join(filepath.Dir(cmdline), "stat"))
	return len(b) == 0 || bytes.Contains(b, []byte(") Z "))
}

func TestOutputIsBounded(t *testing.T) {
	t.Parallel()
	var count counter
	got := run(t, newHand(t), Job{What: Shell, Code: "head -c 50000000 /dev/zero | tr '\\0' x", Stdout: &count})
	if len(got.Stdout) > Kept+100 || !strings.HasSuffix(got.Stdout, "48951424 more bytes are not kept: an output has up to 1048576") {
		t.Errorf("%d bytes, ending with %q", len(got.Stdout), got.Stdout[max(0, len(got.Stdout)-80):])
	}
	if count != 50_000_000 {
		t.Errorf("%d bytes were handed on", count)
	}
}

func TestLongInput(t *testing.T) {
	t.Parallel()
	h := newHand(t)
	in := strings.Repeat("0123456789", 1<<20)
	if got := run(t, h, Job{What: Shell, Code: "wc -c", Stdin: in}); strings.TrimSpace(got.Stdout) != "10485760" {
		t.Errorf("%+v", got)
	}
	if got := run(t, h, Job{What: Shell, Code: "exit 0", Stdin: in}); got.Code != 0 {
		t.Errorf("a job that does not read its input: %+v", got)
	}
	_, err := h.Run(t.Context(), Job{Name: "long", What: Shell, Code: "true", Arguments: []string{in}})
	if !fault.Is(err, fault.TooLarge) {
		t.Errorf("an argument of 10 MiB: %v", err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	if !sandbox.Available().Memory {
		t.Skip("no limits of memory on this host")
	}
	h := newHand(t)
	h.Limits = sandbox.Limits{Memory: 32 << 20, Processes: 20}
	got := run(t, h, Job{What: Shell, Code: "head -c 500000000 /dev/zero | tail"})
	if got.Code == 0 || !strings.Contains(got.How, "out of memory") {
		t.Errorf("%+v", got)
	}
}

func TestWhatCannotBeRun(t *testing.T) {
	t.Parallel()
	h := newHand(t)
	for want, j := range map[string]Job{
		"the languages are js, python, sh and bash": {What: Script, Language: "cobol"},
		"use shell, script or container":            {What: "spell"},
		"name of an environment variable":           {What: Shell, Env: map[string]string{"A=B": ""}},
		"has a NUL character":                       {What: Shell, Env: map[string]string{"A": "\x00"}},
	} {
		j.Name = "x"
		if _, err := h.Run(t.Context(), j); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", j, err)
		}
	}
	if _, err := h.Run(t.Context(), Job{Name: "../x", What: Shell}); err == nil {
		t.Error("took a name that is a path")
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	h := newHand(t)
	left := filepath.Join(h.Dir, "job-1", "sub")
	if err := os.MkdirAll(left, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := h.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("still there: %v", err)
	}
}
