package edge

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/wire/edgewire"
)

// readyTimeout bounds how long a successor may take until it accepts connections.
const readyTimeout = 20 * time.Second

// postReplace starts the successor and hands everything over to it. Until the successor
// says that it accepts connections, nothing has changed.
func (p *program) postReplace(r *http.Request) (any, error) {
	var ask edgewire.Replace
	if err := decode(r, &ask); err != nil {
		return nil, err
	}
	if info, err := os.Stat(ask.Binary); err != nil || !filepath.IsAbs(ask.Binary) || !info.Mode().IsRegular() || info.Mode()&0o111 == 0 {
		return nil, fault.New(fault.Invalid, "%.200q is not a program that can be started", ask.Binary).Because(err).WithHint("give the absolute path of an executable file")
	}
	p.changing.Lock()
	defer p.changing.Unlock()
	if p.isReplaced() {
		return nil, errReplaced
	}
	s, err := p.start(ask)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "%s could not take over; this edge goes on", ask.Binary).Because(err)
	}
	if err := p.handOver(s); err != nil {
		p.log.Error("the successor did not get the last figures", "error", err)
	}
	return edgewire.Replaced{PID: s.pid}, nil
}

// successor is a started process that accepts connections, and the pipe for the rest.
type successor struct {
	pid      int
	handover *os.File
}

func (p *program) start(ask edgewire.Replace) (*successor, error) {
	readyR, readyW, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer readyR.Close()
	handoverR, handoverW, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, readyW.Close())
	}
	list, files, err := p.heirlooms(readyW, handoverR)
	if err == nil {
		err = p.spawn(ask, list, files, readyR, handoverW)
	}
	for _, f := range files[min(1, len(files)):] { // all but the lock, which stays ours for now
		f.Close()
	}
	if err != nil {
		return nil, errors.Join(err, handoverW.Close())
	}
	return &successor{p.child.Process.Pid, handoverW}, nil
}

// heirlooms lists what a successor gets. The first is the lock.
func (p *program) heirlooms(ready, handover *os.File) ([]passed, []*os.File, error) {
	list := []passed{{Kind: "lock"}, {Kind: "ready"}, {Kind: "handover"}}
	files := []*os.File{p.lock, ready, handover}
	f, err := duplicate(p.listeners.admin)
	if err != nil {
		return list, files, err
	}
	list, files = append(list, passed{Kind: "admin"}), append(files, f)
	for place, l := range p.listeners.public {
		f, err := duplicate(l)
		if err != nil {
			return list, files, err
		}
		list, files = append(list, place), append(files, f)
	}
	return list, files, nil
}

// duplicate gives a listener's descriptor as a file that can be passed on. The listener's
// own File would make the socket blocking when it is passed, for both processes: the old
// one could then hang in accept.
func duplicate(l syscall.Conn) (*os.File, error) {
	raw, err := l.SyscallConn()
	if err != nil {
		return nil, err
	}
	var fd int
	var dupErr error
	err = raw.Control(func(own uintptr) { fd, dupErr = unix.FcntlInt(own, unix.F_DUPFD_CLOEXEC, firstFD) })
	if err = errors.Join(err, dupErr); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), "listener"), nil
}

// spawn starts the program and waits until it is ready.
func (p *program) spawn(ask edgewire.Replace, list []passed, files []*os.File, ready, handover *os.File) error {
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	args := ask.Args
	if len(args) == 0 {
		args = os.Args[1:]
	}
	cmd := exec.Command(ask.Binary, args...)
	cmd.Env = append(os.Environ(), inheritEnv+"="+string(text))
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.ExtraFiles = files
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	go func() { _ = cmd.Wait(); close(exited) }() // how it ended is in its own log
	// Our copy of its end must go, so that its death ends the pipe.
	if err := errors.Join(files[1].Close(), files[2].Close()); err != nil {
		p.log.Warn("pipes to the successor", "error", err)
	}
	if err := awaitReady(ready); err != nil {
		_ = cmd.Process.Kill() // it may be gone already
		<-exited
		return err
	}
	p.child = cmd
	return nil
}

func awaitReady(f *os.File) error {
	if err := f.SetReadDeadline(time.Now().Add(readyTimeout)); err != nil {
		return err
	}
	var ready edgewire.Ready
	err := json.NewDecoder(f).Decode(&ready)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("it was not ready within %s", readyTimeout)
	case err != nil:
		return fmt.Errorf("it ended without saying why: %w; see the edge's log", err)
	case ready.Error != "":
		return errors.New(ready.Error)
	}
	return nil
}

// handOver lets go of everything: from here on the successor answers, and this edge only
// finishes what it has. The figures go last, when nobody can ask this one any more.
func (p *program) handOver(s *successor) error {
	p.leaving.Store(true)
	closed := p.listeners.close()
	own := p.report(false, false)
	p.saving.Lock() // from here on the successor saves
	defer p.saving.Unlock()
	p.mu.Lock()
	p.replaced = true
	h := edgewire.Handover{Sources: p.counters.Sources(), Lingering: []edgewire.Lingerer{own}}
	for _, peer := range p.peers {
		if !peer.silent() {
			h.Lingering = append(h.Lingering, peer.Lingerer)
		}
	}
	p.mu.Unlock()
	err := json.NewEncoder(s.handover).Encode(h)
	close(p.gone)
	return errors.Join(err, s.handover.Close(), p.lock.Close(), closed)
}
