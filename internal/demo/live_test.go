package demo_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// pty is a terminal with nobody before it.
type pty struct {
	person, program *os.File

	mu    sync.Mutex
	shown strings.Builder
}

func newPTY(t *testing.T) *pty {
	t.Helper()
	person, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("there are no terminals here: %v", err)
	}
	number, err := unix.IoctlGetInt(int(person.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(int(person.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	program, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	// Wide enough that no text is broken where the test looks for it.
	if err := unix.IoctlSetWinsize(int(person.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 50, Col: 400}); err != nil {
		t.Fatal(err)
	}
	p := &pty{person: person, program: program}
	t.Cleanup(func() { person.Close(); program.Close() })
	go p.read()
	return p
}

func (p *pty) read() {
	b := make([]byte, 4096)
	for {
		n, err := p.person.Read(b)
		p.mu.Lock()
		p.shown.Write(b[:n])
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (p *pty) screen() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.shown.String()
}

// waitFor waits until the program has shown a text.
func (p *pty) waitFor(t *testing.T, text string) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !strings.Contains(p.screen(), text); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never shown: %q, but:\n%s", text, tail(p.screen()))
		}
	}
}

func tail(text string) string { return text[max(0, len(text)-4000):] }

func (p *pty) settings(t *testing.T) unix.Termios {
	t.Helper()
	s, err := unix.IoctlGetTermios(int(p.program.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return *s
}

func startLive(t *testing.T, args ...string) (*pty, *exec.Cmd, string) {
	t.Helper()
	p := newPTY(t)
	cmd, _, dir := start(t, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.program, p.program, p.program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("at last: %s", tail(p.screen()))
			nothingLeft(t, dir)
		}
	})
	return p, cmd, dir
}

func TestKeys(t *testing.T) {
	t.Parallel()
	p, cmd, dir := startLive(t)
	p.waitFor(t, "The page is at http://127.0.0.1:")
	p.waitFor(t, "Now it is yours")
	p.person.WriteString("g")
	p.waitFor(t, "the first user saw it")
	p.person.WriteString("r")
	p.waitFor(t, "after the request, no user got the other one any more")
	p.person.WriteString("bg")
	p.waitFor(t, "One thing after the other")
	p.person.WriteString("q")
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, p.screen())
	}
	p.waitFor(t, "users hit")
	p.waitFor(t, "entries, verified")
	nothingLeft(t, dir)
}

// TestPromoteKeys goes to the door of prod as a person would, key by key.
func TestPromoteKeys(t *testing.T) {
	t.Parallel()
	p, cmd, dir := startLive(t, "--chapter", "promote")
	p.waitFor(t, "Now it is yours")
	for _, press := range []struct{ key, shown string }{
		{"d", "dan finds nothing that waits"},
		{"g", "the first user saw it"},
		{"p", "None of 1 has approved."},
		{"a", "ada approves with a token of hers, and is refused"},
		{"p", "is asked already"},
		{"c", "staging  cleo approves: 1 of 1."},
		{"", "the decision about concerts.staging.2 is signed"},
		{"p", "None of 2 has approved."},
		{"d", "prod  dan approves: 1 of 2."},
		{"b", "prod  bob approves: 2 of 2."},
		{"c", "cleo approves, and is refused: 2 of 2 have approved"},
		{"e", "prod is frozen by on-sale"},
	} {
		p.person.WriteString(press.key)
		p.waitFor(t, press.shown)
	}
	p.person.WriteString("q")
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, p.screen())
	}
	p.waitFor(t, "3 of 4 went in")
	nothingLeft(t, dir)
}

// TestTerminalIsGivenBack ends a demo by a signal while it opens.
func TestTerminalIsGivenBack(t *testing.T) {
	t.Parallel()
	p := newPTY(t)
	before := p.settings(t)
	cmd, _, dir := start(t)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = p.program, p.program, p.program
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.waitFor(t, "watch its branch main")
	if p.settings(t) == before {
		t.Error("the terminal was not taken: the test shows nothing")
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if cmd.ProcessState.ExitCode() != 130 || p.settings(t) != before {
		t.Errorf("exit code %d, terminal %+v, before %+v", cmd.ProcessState.ExitCode(), p.settings(t), before)
	}
	nothingLeft(t, dir)
}
