package demo_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"slipway.dev/internal/demo"
)

func start(t *testing.T, args ...string) (cmd *exec.Cmd, stdout *bytes.Buffer, dir string) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, stdout = temp(t), &bytes.Buffer{}
	cmd = exec.Command(program, append([]string{"demo"}, args...)...)
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	cmd.Stdout = stdout
	return cmd, stdout, dir
}

func TestOnce(t *testing.T) {
	t.Parallel()
	cmd, stdout, dir := start(t, "--once", "-o", "json")
	var progress bytes.Buffer
	cmd.Stderr = &progress
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, &progress, stdout)
	}
	t.Logf("\n%s", &progress)
	decoder := json.NewDecoder(stdout)
	decoder.DisallowUnknownFields()
	var r demo.Result
	if err := decoder.Decode(&r); err != nil {
		t.Fatal(err)
	}
	if decoder.More() {
		t.Error("there is more than one object")
	}
	if err := r.Check(); err != nil {
		t.Error(err)
	}
	for _, d := range r.Deployments {
		if d.Service == "" || d.Environment != "dev" || d.Release == "" || len(d.Commit) != 40 || d.Strategy == "" || d.Seconds <= 0 {
			t.Errorf("%+v", d)
		}
	}
	if len(r.Deployments) != 9 || r.CommitToLive.Seconds <= r.CommitToLive.OverheadSeconds || r.CommitToLive.OverheadSeconds <= 0 ||
		r.Rollback.Milliseconds <= 0 || r.Audit.Entries < 50 || r.Traffic.AppErrors == 0 {
		t.Errorf("%+v", r)
	}
	nothingLeft(t, dir)
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	cmd, stdout, dir := start(t, "--once", "-o", "json")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	told := ""
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		told += lines.Text() + "\n"
		if strings.Contains(lines.Text(), "Users arrive") {
			if len(processes(t, dir)) == 0 {
				t.Error("nothing runs: the test looks at the wrong processes")
			}
			_ = cmd.Process.Signal(os.Interrupt)
		}
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 130 {
		t.Errorf("%v\n%s", err, told)
	}
	if stdout.Len() > 0 {
		t.Errorf("printed %s", stdout)
	}
	nothingLeft(t, dir)
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, say string
		args      []string
	}{
		{"no terminal", "slipway demo --once", nil},
		{"json with keys", "--once -o json", []string{"-o", "json"}},
		{"unknown chapter", "there is: first", []string{"--once", "--chapter", "second"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			cmd, _, dir := start(t, test.args...)
			out := &bytes.Buffer{}
			cmd.Stderr = out
			if err := cmd.Run(); err == nil || !strings.Contains(out.String(), test.say) {
				t.Errorf("%v: %s", err, out)
			}
			nothingLeft(t, dir)
		})
	}
}

// TestNoControlPlane starts a demo whose control plane cannot start.
func TestNoControlPlane(t *testing.T) {
	t.Parallel()
	cmd, _, dir := start(t, "--once", "--build-cache", "/proc/nowhere")
	out := &bytes.Buffer{}
	cmd.Stderr = out
	if err := cmd.Run(); err == nil || !strings.Contains(out.String(), "/proc/nowhere") {
		t.Errorf("%v: %s", err, out)
	}
	nothingLeft(t, dir)
}
