package sandbox

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	Init()
	os.Exit(m.Run())
}

// sh runs a shell script confined and gives what it wrote to both outputs.
func sh(t *testing.T, script string, change func(*Spec)) (string, Result) {
	t.Helper()
	var out bytes.Buffer
	spec := Spec{
		Command: []string{"sh", "-c", script}, Dir: t.TempDir(), Env: []string{"PATH=/usr/bin:/bin"},
		Timeout: time.Minute, Stdout: &out, Stderr: &out,
	}
	if change != nil {
		change(&spec)
	}
	res, err := Run(t.Context(), spec)
	if err != nil {
		t.Fatalf("Run: %v\n%s", err, out.String())
	}
	return out.String(), res
}

func needNamespaces(t *testing.T) {
	t.Helper()
	if h := Available(); !h.Namespaces {
		t.Skip("this host gives no namespaces: " + h.Why)
	}
}

func TestRunGivesOutputAndStatus(t *testing.T) {
	t.Parallel()
	out, res := sh(t, `echo out; echo err >&2; env | grep -c SECRET_OF_PARENT; exit 7`, nil)
	if out != "out\nerr\n0\n" || res.ExitCode != 7 || res.Err().Error() != "exit status 7" {
		t.Errorf("got %q, %+v", out, res)
	}
	_, res = sh(t, `kill -KILL $$`, nil)
	if res.Signal != "killed" || res.OutOfMemory {
		t.Errorf("killed shell: %+v", res)
	}
}

func TestWritesOnlyWhereAllowed(t *testing.T) {
	t.Parallel()
	rw, ro := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(ro, "f"), []byte("content\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _ := sh(t, `echo a > `+rw+`/f && cat `+rw+`/f `+ro+`/f
for f in `+ro+`/f `+ro+`/g /etc/slipway-test /usr/slipway-test ./here /proc/sys/kernel/hostname; do
  (echo x > $f) 2>/dev/null && echo wrote $f
done
chmod 777 /etc/passwd 2>/dev/null && echo changed
rm `+ro+`/f 2>/dev/null && echo removed
true`, func(s *Spec) { s.ReadWrite = []string{rw}; s.ReadOnly = []string{ro} })
	if out != "a\ncontent\n" {
		t.Errorf("got %q", out)
	}
}

func TestHiddenIsGone(t *testing.T) {
	t.Parallel()
	needNamespaces(t)
	data := t.TempDir()
	keep := filepath.Join(data, "a", "keep")
	if err := os.MkdirAll(keep, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{"secret", "a/secret", "a/keep/open"} {
		if err := os.WriteFile(filepath.Join(data, f), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, _ := sh(t, `cd `+data+` && find . | sort`, func(s *Spec) { s.Dir = keep; s.Hide = []string{data, "/no/such/dir"} })
	if want := ".\n./a\n./a/keep\n./a/keep/open\n"; out != want {
		t.Errorf("sees %q, want %q", out, want)
	}
}

// TestReachesNoSockets connects to one as Docker's or an SSH agent's are, outside of what
// Landlock bounds.
func TestReachesNoSockets(t *testing.T) {
	t.Parallel()
	needNamespaces(t)
	if _, err := exec.LookPath("perl"); err != nil {
		t.Skip("needs perl")
	}
	dir, err := os.MkdirTemp("/var/tmp", "socket")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	script := `perl -MIO::Socket::UNIX -e 'print IO::Socket::UNIX->new(Peer => $ARGV[0]) ? "reached" : "$!"' ` + l.Addr().String()
	if out, _ := sh(t, script, func(s *Spec) { s.Network = true }); out != "No such file or directory" {
		t.Errorf("connecting says %q", out)
	}
	if out, _ := sh(t, script, func(s *Spec) { s.ReadOnly = []string{dir} }); out != "reached" {
		t.Errorf("connecting to what is listed says %q", out)
	}
}

// TestGuestReachesItsFiles in directories that it could not pass outside.
func TestGuestReachesItsFiles(t *testing.T) {
	t.Parallel()
	guest := Available().Guest()
	if guest == 0 {
		t.Skip("this host does not let us change users")
	}
	base, err := os.MkdirTemp("/opt", "sandbox")
	if err != nil {
		t.Skip(err)
	}
	defer os.RemoveAll(base)
	dir := filepath.Join(base, "closed", "its")
	if err := errors.Join(os.MkdirAll(dir, 0o700), os.Chown(dir, guest, guest)); err != nil {
		t.Fatal(err)
	}
	out, _ := sh(t, `echo x > f && cat f; id -u; cat /etc/shadow 2>&1 | grep -c denied`, func(s *Spec) {
		s.Dir, s.ReadWrite, s.UID = dir, []string{dir}, guest
	})
	if want := fmt.Sprintf("x\n%d\n1\n", guest); out != want {
		t.Errorf("it says %q, want %q", out, want)
	}
}

func TestSeesOnlyItself(t *testing.T) {
	t.Parallel()
	needNamespaces(t)
	out, _ := sh(t, `echo /proc/[0-9]*; cat /proc/net/dev | grep -c :`, nil)
	if len(strings.Fields(out)) != 3 || !strings.HasSuffix(out, "\n1\n") { // the stage and sh; lo
		t.Errorf("processes and interfaces: %q", out)
	}
}

func TestNetworkOnlyWhenAllowed(t *testing.T) {
	t.Parallel()
	needNamespaces(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	dial := `command -v bash >/dev/null && bash -c 'exec 3<>/dev/tcp/127.0.0.1/` + port + `' 2>/dev/null && echo connected; true`
	for _, network := range []bool{true, false} {
		out, _ := sh(t, dial, func(s *Spec) { s.Network = network })
		if (out == "connected\n") != network {
			t.Errorf("network %t: %q", network, out)
		}
	}
}

func TestNoCapabilities(t *testing.T) {
	t.Parallel()
	out, _ := sh(t, `grep -E 'CapEff|CapPrm|CapBnd|NoNewPrivs' /proc/self/status | tr -d '\n\t '`, nil)
	if want := "CapPrm:0000000000000000CapEff:0000000000000000CapBnd:0000000000000000NoNewPrivs:1"; out != want {
		t.Errorf("got %s", out)
	}
}

func TestEndsTheWholeTree(t *testing.T) {
	t.Parallel()
	// A child in a session of its own, which ignores SIGTERM, says by the lock that it lives.
	script := `setsid sh -c 'trap "" TERM; exec 9>lock; flock 9; echo ready > ready; while :; do sleep 1; done' & `
	for name, c := range map[string]struct {
		script string
		cancel bool
		limit  time.Duration
	}{
		"exit":    {script: script + `while ! test -s ready; do sleep 0.05; done`},
		"timeout": {script: script + `sleep 1000`, limit: 2 * time.Second},
		"cancel":  {script: script + `sleep 1000`, cancel: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if c.cancel {
				go func() { waitFor(t, filepath.Join(dir, "ready")); cancel() }()
			}
			res, err := Run(ctx, Spec{
				Command: []string{"sh", "-c", c.script}, Dir: dir, Env: []string{"PATH=/usr/bin:/bin"},
				ReadWrite: []string{dir}, Timeout: c.limit,
			})
			if c.cancel != errors.Is(err, context.Canceled) || res.TimedOut != (c.limit > 0) {
				t.Fatalf("got %+v, %v", res, err)
			}
			f, err := os.Open(filepath.Join(dir, "lock"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
				t.Errorf("the child is still there: %v", err)
			}
		})
	}
}

func waitFor(t *testing.T, path string) {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if fi, err := os.Stat(path); err == nil && fi.Size() > 0 {
			return
		}
	}
	t.Errorf("%s did not appear", path)
}

func TestLimits(t *testing.T) {
	t.Parallel()
	h := Available()
	if !h.Memory || !h.Processes {
		t.Skip("this host gives no cgroups")
	}
	_, res := sh(t, `head -c 200000000 /dev/zero | tail`, func(s *Spec) { s.Limits.Memory = 64 << 20 })
	if !res.OutOfMemory || res.Err() == nil || !strings.Contains(res.Err().Error(), "out of memory") {
		t.Errorf("memory: %+v", res)
	}
	out, res := sh(t, `for i in $(seq 60); do sleep 5 & done; echo all`, func(s *Spec) { s.Limits.Processes = 30 })
	if strings.Contains(out, "all") || res.Err() == nil {
		t.Errorf("processes: %q %+v", out, res)
	}
	g := NewGroup("test-"+strings.ToLower(rand.Text()), Limits{})
	defer g.Remove()
	if b, err := os.ReadFile(filepath.Join(g.dirs["pids"], "pids.max")); err != nil || strings.TrimSpace(string(b)) != strconv.Itoa(DefaultProcesses) {
		t.Errorf("without a limit of its own it may have %s processes, %v", b, err)
	}
}

func TestCPULimit(t *testing.T) {
	t.Parallel()
	parent := hierarchies()["cpu"]
	if parent == "" {
		t.Skip("this host gives no cgroups for the CPU")
	}
	out, _ := sh(t, `timeout 1 sh -c 'while :; do :; done'
cat "`+parent+`/$(grep -o 'run-[0-9]*-[0-9]*$' /proc/self/cgroup | head -1)/cpu.stat"`, func(s *Spec) { s.Limits.CPU = 0.1 })
	_, throttled, ok := strings.Cut(out, "nr_throttled ")
	if !ok || strings.HasPrefix(throttled, "0\n") {
		t.Errorf("cpu.stat: %s", out)
	}
}

func TestTellsWhyItCannotRun(t *testing.T) {
	t.Parallel()
	for want, spec := range map[string]Spec{
		`cannot run "no-such-program"`: {Command: []string{"no-such-program"}, Dir: "/"},
		"no command given":             {Dir: "/"},
		"/no/such/dir":                 {Command: []string{"true"}, Dir: "/no/such/dir"},
	} {
		spec.Env = []string{"PATH=/usr/bin:/bin"}
		if _, err := Run(t.Context(), spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestUnprivileged runs the other tests again as a user without any right.
func TestUnprivileged(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("the other tests already run without privileges")
	}
	t.Parallel()
	dir, err := os.MkdirTemp("", "unprivileged")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	bin := filepath.Join(dir, "test")
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(bin, self, 0o755), os.Chmod(bin, 0o755), os.Chmod(dir, 0o777)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), bin, "-test.v", "-test.run=Output|Writes|Hidden|Sees|Network|Capab|Ends|Tells")
	cmd.Dir, cmd.Env = dir, []string{"TMPDIR=" + dir, "PATH=/usr/bin:/bin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	t.Logf("%s", out)
}

func TestWaitsForABusyProgram(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	self, err := os.ReadFile("/bin/true")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "program"), os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(self); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(200*time.Millisecond, func() { f.Close() })
	res, err := Run(t.Context(), Spec{Command: []string{"./program"}, Dir: dir, Env: []string{"PATH=/bin"}})
	if err != nil || res.Err() != nil {
		t.Errorf("%+v, %v", res, err)
	}
}
