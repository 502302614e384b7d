package shim

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/wire/shimwire"
)

// Name is argv[0] of a shim; it is how Init knows it. The instance's ID follows, for
// people who look at the list of processes.
const Name = "slipway-shim"

// LockFD is the inherited file of the instance's lock: the shim has the instance as long
// as it lives.
const LockFD = 3

// Order is what a shim is to do. It travels by standard input and holds secrets.
type Order struct {
	ID        string            `json:"id"`
	Epoch     int64             `json:"epoch"`
	Dir       string            `json:"dir"`  // of the instance: socket, state
	Logs      string            `json:"logs"` // directory
	Rotation  Rotation          `json:"rotation"`
	Ports     Ports             `json:"ports"`
	Group     string            `json:"group"` // name of its cgroups
	Limits    sandbox.Limits    `json:"limits"`
	Grace     time.Duration     `json:"grace"`   // when the shim itself gets a SIGTERM
	OwnPIDs   bool              `json:"ownPIDs"` // it is the init of a PID namespace
	Isolation sandbox.Isolation `json:"isolation"`
	Stage     sandbox.Stage     `json:"stage"` // PORT and cgroups are added
}

var initialised bool

// Initialised says whether main called Init, and so can be executed as a shim.
func Initialised() bool { return initialised }

// Init must be called first thing in main, beside sandbox.Init. It returns at once unless
// this process is a shim; then it never returns.
func Init() {
	initialised = true
	if len(os.Args) == 0 || os.Args[0] != Name {
		return
	}
	runtime.LockOSThread() // a host without namespaces kills the app when this thread ends
	syscall.CloseOnExec(LockFD)
	name, _ := unix.BytePtrFromString(Name)
	_ = unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(name)), 0, 0, 0) // for ps and top
	debug.SetGCPercent(50)
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "slipway shim:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serve() error {
	unix.Umask(0o077) // what is made here is for our own user; a stage has a umask of its own
	var o Order
	if err := json.NewDecoder(os.Stdin).Decode(&o); err != nil {
		return fmt.Errorf("read the order: %w", err) // also when the control plane died while sending
	}
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("become the reaper: %w", err)
	}
	if err := os.Chdir(o.Dir); err != nil { // the path of a socket must be short
		return err
	}
	log, err := openLog(filepath.Join(o.Logs, LogFile), o.Rotation, time.Now())
	if err != nil {
		return err
	}
	self, err := Identify("self")
	if err != nil {
		return err
	}
	left := sandbox.NewGroup(o.Group, sandbox.Limits{}) // of a shim that was killed
	left.Kill()
	left.Remove()

	b := newBoard(o.Dir, shimwire.Status{
		Version: shimwire.Version, MinVersion: shimwire.MinVersion, ID: o.ID, Epoch: o.Epoch,
		Shim: self, State: shimwire.Waiting, Since: time.Now().UTC(),
	})
	b.update(func(*shimwire.Status) {})
	s := &supervisor{order: o, board: b, log: log, stop: make(chan struct{})}
	l, err := listen(shimwire.SocketFile)
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: handler(b, s.end), ReadHeaderTimeout: 10 * time.Second}
	go srv.Serve(l) //nolint:errcheck // it ends with Shutdown below

	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	signal.Ignore(syscall.SIGHUP, syscall.SIGPIPE)
	go func() {
		for range signals { // the machine goes down
			s.end(o.Grace)
		}
	}()
	s.run()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	return srv.Shutdown(ctx) // whoever waits for the stop gets the answer
}
