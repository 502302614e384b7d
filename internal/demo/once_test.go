package demo_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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

// once plays a chapter and gives the object that it printed.
func once(t *testing.T, args ...string) demo.Result {
	t.Helper()
	cmd, stdout, dir := start(t, append([]string{"--once", "-o", "json"}, args...)...)
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
	nothingLeft(t, dir)
	return r
}

func TestOnce(t *testing.T) {
	t.Parallel()
	r := once(t)
	for _, d := range r.Deployments {
		if d.Service == "" || d.Environment != "dev" || d.Release == "" || len(d.Commit) != 40 || d.Strategy == "" || d.Seconds <= 0 {
			t.Errorf("%+v", d)
		}
	}
	if len(r.Deployments) != 9 || r.CommitToLive.Seconds <= r.CommitToLive.OverheadSeconds || r.CommitToLive.OverheadSeconds <= 0 ||
		r.Rollback.Milliseconds <= 0 || r.Audit.Entries < 50 || r.Traffic.AppErrors == 0 || r.Promotions != nil {
		t.Errorf("%+v", r)
	}
}

// TestOncePromote plays the chapter of the doors. Who approved is what the control plane says.
func TestOncePromote(t *testing.T) {
	t.Parallel()
	r := once(t, "--chapter", "promote")
	var ways []string
	for _, d := range r.Deployments {
		ways = append(ways, d.Environment+" "+d.Outcome)
	}
	want := []string{"dev completed", "staging completed", "prod completed", "dev completed", "staging completed", "prod rolledBack", "prod completed"}
	if diff := cmp.Diff(want, ways); diff != "" {
		t.Error(diff)
	}
	if first, last := r.Deployments[2], r.Deployments[6]; first.Release != last.Release {
		t.Errorf("prod went back to %+v, and had %+v", last, first)
	}
	var promotions []string
	for _, p := range r.Promotions {
		text := fmt.Sprintf("%s by %s", p.Environment, p.AskedBy)
		for _, a := range p.Approvals {
			text += " +" + a.Person
		}
		for _, d := range p.Refused {
			text += fmt.Sprintf(" -%s(%v: %s)", d.Person, d.Token, d.Reason)
		}
		promotions = append(promotions, text)
	}
	want = []string{
		"staging by ada +bob", "prod by ada +bob +cleo",
		"staging by ada +bob -ada(false: ada may not answer the task concerts.staging.2: wrote part of the change)",
		"prod by ada +bob +cleo -ada(true: ada may not answer the task concerts.prod.2: wrote part of the change)" +
			" -dan(false: 2 of 2 have approved the task concerts.prod.2 already)",
	}
	if diff := cmp.Diff(want, promotions); diff != "" {
		t.Error(diff)
	}
	if r.Rollback.Milliseconds <= 0 || r.Traffic.AppErrors > 0 {
		t.Errorf("%+v", r)
	}
}

// TestOnceCanary plays the chapter of the judge. Which flow decided is what the control plane
// says; who was hit, what users met.
func TestOnceCanary(t *testing.T) {
	t.Parallel()
	r := once(t, "--chapter", "canary")
	outcomes := map[string]string{}
	for _, d := range r.Deployments[5:] { // after the first of each service
		outcomes[d.Service] += d.Outcome
	}
	if diff := cmp.Diff(map[string]string{"tickets": "rolledBack", "concerts": "completed"}, outcomes); diff != "" {
		t.Error(diff)
	}
	c := r.Canary
	if c == nil || c.Verdict != "rollback" || c.Flow != "purchase-ticket" || c.Service != "tickets" || c.Seconds <= 0 || c.Errors == 0 || c.Requests <= c.Errors ||
		c.UsersHit < int(c.Errors) || c.Baseline.Errors > 0 || c.Baseline.Requests == 0 || !strings.Contains(c.Reason, c.Flow) {
		t.Errorf("%+v", c)
	}
	if r.Warned == nil || r.Warned.Flow != "create-upcoming-concerts" || r.Warned.Text == "" {
		t.Errorf("%+v", r.Warned)
	}
	if r.Promoted == nil || r.Promoted.Service != "concerts" || r.Promoted.Seconds <= 0 {
		t.Errorf("%+v", r.Promoted)
	}
	if len(r.Traffic.Flows) != 6 {
		t.Errorf("%+v", r.Traffic.Flows)
	}
	for name, f := range r.Traffic.Flows {
		if bad := name == "purchase-ticket"; f.Requests == 0 || bad != (f.Failed > 0) || bad && f.UsersHit != r.Canary.UsersHit {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

// TestOnceWorkflow plays the chapter of a runbook whose control plane is killed under it. What
// was asked of the bank is what the bank counted.
func TestOnceWorkflow(t *testing.T) {
	t.Parallel()
	r := once(t, "--chapter", "workflow")
	b := r.Runbook
	if b == nil {
		t.Fatal("nothing ran")
	}
	if b.Run != "dev.pay-the-bands.1" || b.Version != "1.0.0" || b.Status != "completed" || b.Kills != 2 || b.RestartSeconds <= 0 || b.Steps < 8 || b.Seconds < 3 ||
		b.Bank.Asked != 3 || b.Bank.Reserved != 1 || b.Bank.Transfers != 1 || b.Output.Agreed != "cleo" || b.Output.Cents != 403200 || b.Output.Transfer != "T-1" {
		t.Errorf("%+v", b)
	}
	at := slices.IndexFunc(r.Deployments, func(d demo.Deployment) bool { return d.Service == "pay-the-bands" })
	if at < 0 || r.Deployments[at].Strategy != "activate" || r.Deployments[at].Outcome != "completed" {
		t.Errorf("%+v", r.Deployments)
	}
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
		{"unknown chapter", "there is: first, promote, canary, workflow", []string{"--once", "--chapter", "second"}},
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
