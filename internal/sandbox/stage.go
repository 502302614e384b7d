package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// stageName is argv[0] of the stage; it is how Init knows it.
const stageName = "slipway-sandbox"

// The stage's inherited files: its orders, and the pipe that it closes on success or
// writes its error to.
const (
	ordersFD = 3
	reportFD = 4
)

// Stage is what the stage is to do. It travels by a pipe and may hold secrets.
type Stage struct {
	Command   []string `json:"command"`
	Dir       string   `json:"dir"`
	Env       []string `json:"env"`
	ReadWrite []string `json:"readWrite"`
	ReadOnly  []string `json:"readOnly"`
	Hide      []string `json:"hide"`
	Secrets   Secrets  `json:"secrets"`
	Groups    []string `json:"groups"`   // cgroup directories to join
	UID       int      `json:"uid"`      // user and group to become; 0: stay
	Mounts    bool     `json:"mounts"`   // it has a mount namespace of its own
	Loopback  bool     `json:"loopback"` // it has a network namespace, whose loopback is to be brought up
	Procfs    bool     `json:"procfs"`   // it is in a PID namespace that /proc does not show yet
	Init      bool     `json:"init"`     // it stays as the init of its PID namespace
	Session   bool     `json:"session"`  // the command leads a session (and process group) of its own
}

// Secrets are files that only the command sees: in memory where there is a mount
// namespace, and otherwise in a directory that only its user can read.
type Secrets struct {
	Dir   string            `json:"dir,omitempty"`
	Files map[string][]byte `json:"files,omitempty"`
}

// initialised guards against programs whose main does not call Init: executed again, they
// would do whatever they do, again and again.
var initialised bool

// Init must be the first call in main (and in TestMain of tests that confine). It returns
// at once unless this process is a stage; then it never returns.
func Init() {
	initialised = true
	if len(os.Args) == 0 || os.Args[0] != stageName {
		return
	}
	runtime.LockOSThread() // confinement is partly per thread, and this one becomes the command
	syscall.CloseOnExec(reportFD)
	report := os.NewFile(reportFD, "report")
	err := runStage(report)
	fmt.Fprint(report, err)
	os.Exit(126)
}

func runStage(report *os.File) error {
	unix.Umask(0o022)
	var s Stage
	orders := os.NewFile(ordersFD, "orders")
	if err := json.NewDecoder(orders).Decode(&s); err != nil {
		return fmt.Errorf("orders of the stage: %w", err) // also when the parent died while sending
	}
	orders.Close()
	if err := confine(s); err != nil {
		return err
	}
	if err := os.Chdir(s.Dir); err != nil {
		return fmt.Errorf("working directory: %w", err)
	}
	path, err := lookup(s.Command[0], s.Env)
	if err != nil {
		return err
	}
	if s.Init {
		return beInit(s, path, report)
	}
	if s.Session {
		if _, err := syscall.Setsid(); err != nil {
			return fmt.Errorf("new session: %w", err)
		}
	}
	err = whenNotBusy(func() error { return syscall.Exec(path, s.Command, s.Env) })
	return fmt.Errorf("%s: %w", s.Command[0], err)
}

// whenNotBusy tries again for a while as long as the program is open for writing: whoever
// unpacked it may have forked meanwhile, and the child has not closed its copy yet.
func whenNotBusy(start func() error) error {
	for range 200 {
		if err := start(); !errors.Is(err, syscall.ETXTBSY) {
			return err
		}
		time.Sleep(10 * time.Millisecond)
	}
	return start()
}

// confine does the steps in the only order that works: each takes away what the ones
// before it needed.
func confine(s Stage) error {
	for _, g := range s.Groups {
		if err := join(g); err != nil {
			return err
		}
	}
	if s.Mounts {
		if err := mounts(s); err != nil {
			return err
		}
	}
	if s.Loopback {
		if err := loopbackUp(); err != nil {
			return err
		}
	}
	if err := writeSecrets(s); err != nil {
		return err
	}
	if s.Mounts && s.Secrets.Dir != "" {
		if err := setReadOnly(s.Secrets.Dir, true, 0); err != nil {
			return err
		}
	}
	if err := dropPrivileges(s.UID); err != nil {
		return err
	}
	// Cleared by the change of user, so set here: the command never outlives its parent.
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0, 0, 0); err != nil {
		return fmt.Errorf("parent death signal: %w", err)
	}
	return landlocked(s)
}

// beInit starts the command as a child and reaps whatever ends up here, until the command
// ends. When it exits itself, the kernel kills all that is left in the namespace.
func beInit(s Stage, path string, report *os.File) error {
	var cmd *exec.Cmd
	err := whenNotBusy(func() error {
		cmd = &exec.Cmd{Path: path, Args: s.Command, Env: s.Env, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
		cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
		return cmd.Start()
	})
	if err != nil {
		return fmt.Errorf("%s: %w", s.Command[0], err)
	}
	report.Close()
	for {
		var ws syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &ws, 0, nil)
		switch {
		case err == syscall.EINTR:
		case err != nil:
			os.Exit(126)
		case pid == cmd.Process.Pid && ws.Signaled():
			os.Exit(128 + int(ws.Signal()))
		case pid == cmd.Process.Pid:
			os.Exit(ws.ExitStatus())
		}
	}
}

// lookup finds the command in the PATH that it is to run with, not in the stage's own.
func lookup(name string, env []string) (string, error) {
	path := ""
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, "PATH="); ok {
			path = v
		}
	}
	if err := os.Setenv("PATH", path); err != nil {
		return "", err
	}
	found, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("cannot run %q: %w", name, err)
	}
	return found, nil
}
