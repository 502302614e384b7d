package shim

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"syscall"
	"time"

	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/wire/shimwire"
)

// supervisor keeps one app running until it is told to stop.
type supervisor struct {
	order Order
	board *board
	log   *logFile

	mu    sync.Mutex
	pid   int // of the running app in our namespace; 0: none
	group *sandbox.Group
	stop  chan struct{} // closed when it is to end
	grace *time.Timer
}

// run starts the app again and again, and returns when it was told to stop and nothing of
// the app is left.
func (s *supervisor) run() {
	var port *claim
	for !s.stopping() {
		var err error
		if port == nil || !port.free() { // somebody else may have taken it meanwhile
			if port != nil {
				port.close()
			}
			if port, err = claimPort(s.order.Dir, s.order.Ports); err != nil {
				s.fail(err)
				break
			}
		}
		started := time.Now()
		exit, err := s.once(port.port)
		if err != nil {
			s.fail(err)
			break
		}
		if s.stopping() {
			break
		}
		s.pause(exit, time.Since(started))
	}
	s.board.update(func(st *shimwire.Status) { st.State, st.App = shimwire.Stopped, shimwire.Process{} })
}

// once starts the app, and gives how it ended when nothing of it is left.
func (s *supervisor) once(port int) (exit string, err error) {
	group := sandbox.NewGroup(s.order.Group, s.order.Limits)
	defer group.Remove()
	s.mu.Lock()
	s.group = group
	s.mu.Unlock()
	cmd := &exec.Cmd{}
	wait, err := s.pipes(cmd)
	if err != nil {
		return "", err
	}
	stage := s.order.Stage
	stage.Env = append(stage.Env[:len(stage.Env):len(stage.Env)], "PORT="+strconv.Itoa(port))
	stage.Groups, stage.Session = group.Dirs(), true
	err = sandbox.Start(cmd, stage, s.order.Isolation)
	for _, f := range []any{cmd.Stdout, cmd.Stderr} {
		f.(*os.File).Close()
	}
	if err != nil {
		wait()
		return "", err
	}
	s.started(cmd.Process.Pid, port)
	ws := s.reap(cmd.Process.Pid)
	s.mu.Lock()
	s.pid = 0
	s.mu.Unlock()
	oom := group.OutOfMemory()
	s.killAll()
	wait()
	return sandbox.Describe(ws, oom), nil
}

// pipes connects the app's outputs to the log. The function waits until all is written.
func (s *supervisor) pipes(cmd *exec.Cmd) (wait func(), err error) {
	var wg sync.WaitGroup
	for stream, to := range map[string]func(*os.File){
		"out": func(f *os.File) { cmd.Stdout = f },
		"err": func(f *os.File) { cmd.Stderr = f },
	} {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, err
		}
		to(w)
		wg.Go(func() {
			defer r.Close()
			pump(stream, r, s.log)
		})
	}
	return wg.Wait, nil
}

func (s *supervisor) started(pid, port int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pid = pid
	app := identifyChild(pid)
	s.say("started with PID %d, port %d", app.PID, port)
	s.board.update(func(st *shimwire.Status) {
		if st.State != shimwire.Stopping {
			st.State = shimwire.Running
		}
		st.App, st.Port, st.Since = app, port, time.Now().UTC()
	})
	if s.stopping() { // told while it started
		_ = syscall.Kill(-pid, syscall.SIGTERM)
	}
}

// pause waits for the back-off of an app that ended by itself, unless it is told to stop.
func (s *supervisor) pause(exit string, ran time.Duration) {
	var delay time.Duration
	s.board.update(func(st *shimwire.Status) {
		st.State, st.App, st.Exit = shimwire.Waiting, shimwire.Process{}, exit
		st.Exits, delay = backoff(st.Exits, ran)
		st.Restarts++
	})
	s.say("ended by itself: %s; started again in %s", exit, delay)
	select {
	case <-time.After(delay):
	case <-s.stop:
	}
}

// fail says why the app cannot be started, and waits to be told to stop.
func (s *supervisor) fail(err error) {
	s.say("cannot be started: %v", err)
	s.board.update(func(st *shimwire.Status) {
		st.State, st.App, st.Detail = shimwire.Failed, shimwire.Process{}, err.Error()
	})
	<-s.stop
}

// end tells the app to end: SIGTERM now, SIGKILL to all of it after the grace. Told again,
// the shorter grace holds.
func (s *supervisor) end(grace time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	again := s.stopping()
	if !again {
		close(s.stop)
		s.board.update(func(st *shimwire.Status) { st.State = shimwire.Stopping })
		s.say("stopping, with %s of grace", grace)
		if s.pid != 0 && grace > 0 {
			_ = syscall.Kill(-s.pid, syscall.SIGTERM)
		}
	}
	if again && !s.grace.Stop() {
		return
	}
	s.grace = time.AfterFunc(grace, s.overdue)
}

// overdue kills what has not ended within the grace. The loop sees the exit.
func (s *supervisor) overdue() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pid != 0 {
		s.say("did not end in time: killed")
		s.killGroup()
	}
}

func (s *supervisor) stopping() bool {
	select {
	case <-s.stop:
		return true
	default:
		return false
	}
}

// say writes a line of our own into the app's log.
func (s *supervisor) say(format string, args ...any) {
	s.log.line("sys", fmt.Appendf(nil, format, args...), time.Now())
}
