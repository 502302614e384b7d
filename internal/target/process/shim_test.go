package process

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/shim"
	"slipway.dev/internal/target"
	"slipway.dev/internal/target/targettest"
)

func healthy(s target.Status) bool { return s.State == target.Healthy }

// begin ensures an instance and sees to it that nothing is left of it.
func begin(t *testing.T, o Options, in target.Instance) *Target {
	t.Helper()
	tg := open(t, o)
	if err := tg.Ensure(t.Context(), in, targettest.Build(t)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopAll(t, o) })
	return tg
}

func stopAll(t *testing.T, o Options) {
	tg, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	defer tg.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // the test's own has ended
	defer cancel()
	list, err := tg.Adopt(ctx)
	for _, s := range list {
		err = errors.Join(err, tg.Stop(ctx, s.ID))
	}
	if err != nil {
		t.Error(err)
	}
}

func shimOf(t *testing.T, tg *Target, id string) int {
	t.Helper()
	s, err := newClient(tg.instanceDir(id)).hello(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s.Shim.PID
}

func TestShimKilled(t *testing.T) {
	t.Parallel()
	o := Options{Dir: t.TempDir()}
	in := targettest.Instance("tickets.dev.1.0", map[string]string{"CHILDREN": "$HOME"})
	in.Secrets = map[string]string{"KEY": "payment-key@1"}
	tg := begin(t, o, in)
	before := until(t, tg, in.ID, healthy)
	if err := syscall.Kill(shimOf(t, tg, in.ID), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	after := until(t, tg, in.ID, func(s target.Status) bool { return healthy(s) && s.PID != before.PID })
	if after.Restarts != 1 {
		t.Errorf("restarts %d", after.Restarts)
	}
	// The app and its children, and none of those before.
	for deadline := time.Now().Add(time.Minute); len(running(t, tg.o.Dir)) != 3; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("running: %v", running(t, tg.o.Dir))
		}
	}
}

func TestShimKilledWhileNobodyLooks(t *testing.T) {
	t.Parallel()
	o := Options{Dir: t.TempDir()}
	in := targettest.Instance("tickets.dev.1.0", nil)
	tg := begin(t, o, in)
	before := until(t, tg, in.ID, healthy)
	pid := shimOf(t, tg, in.ID)
	tg.Close()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	tg = open(t, o)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		lock, err := takeLock(tg.instanceDir(in.ID))
		if err == nil {
			lock.Close()
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the shim is not gone")
		}
	}
	list, err := tg.Adopt(t.Context())
	if err != nil || len(list) != 1 || list[0].State != target.Crashed || list[0].Detail == "" {
		t.Fatalf("adopted %+v, %v", list, err)
	}
	if err := tg.Ensure(t.Context(), in, targettest.Build(t)); err != nil {
		t.Fatal(err)
	}
	if s := until(t, tg, in.ID, healthy); s.PID == before.PID {
		t.Errorf("status %+v", s)
	}
}

// TestShimToldToEnd is how it goes when the machine is shut down: each process gets a SIGTERM.
func TestShimToldToEnd(t *testing.T) {
	t.Parallel()
	in := targettest.Instance("tickets.dev.1.0", nil)
	tg := begin(t, Options{Dir: t.TempDir()}, in)
	before := until(t, tg, in.ID, healthy)
	if err := syscall.Kill(shimOf(t, tg, in.ID), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	until(t, tg, in.ID, func(s target.Status) bool { return s.State == target.Stopped })
	if err := tg.Ensure(t.Context(), in, targettest.Build(t)); err != nil {
		t.Fatal(err)
	}
	if s := until(t, tg, in.ID, healthy); s.PID == before.PID {
		t.Errorf("was %+v, is %+v", before, s)
	}
}

func TestHungShimIsKilled(t *testing.T) {
	t.Parallel()
	o := Options{Dir: t.TempDir()}
	in := targettest.Instance("tickets.dev.1.0", nil)
	in.StopGrace = time.Millisecond
	tg := begin(t, o, in)
	until(t, tg, in.ID, healthy)
	if err := syscall.Kill(shimOf(t, tg, in.ID), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	tg.shimPatience = 100 * time.Millisecond
	if err := tg.Stop(t.Context(), in.ID); err != nil {
		t.Fatal(err)
	}
	if got := running(t, tg.o.Dir); len(got) != 0 {
		t.Errorf("left over: %v", got)
	}
}

func TestTwoTargetsEnsureTheSame(t *testing.T) {
	t.Parallel()
	o := Options{Dir: t.TempDir()}
	in := targettest.Instance("tickets.dev.1.0", nil)
	root := targettest.Build(t)
	var wg sync.WaitGroup
	targets := []*Target{open(t, o), open(t, o), open(t, o)}
	for _, tg := range targets {
		wg.Go(func() {
			if err := tg.Ensure(t.Context(), in, root); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	pids := map[int]bool{}
	for _, tg := range targets {
		pids[until(t, tg, in.ID, healthy).PID] = true
	}
	if len(pids) != 1 || len(running(t, targets[0].o.Dir)) != 1 {
		t.Errorf("PIDs %v, running %v", pids, running(t, targets[0].o.Dir))
	}
	if err := targets[0].Stop(t.Context(), in.ID); err != nil {
		t.Fatal(err)
	}
}

func TestOlderLeaderIsRefused(t *testing.T) {
	t.Parallel()
	var epoch atomic.Int64
	epoch.Store(7)
	o := Options{Dir: t.TempDir(), Epoch: epoch.Load}
	in := targettest.Instance("tickets.dev.1.0", nil)
	tg := begin(t, o, in)
	before := until(t, tg, in.ID, healthy)
	epoch.Store(6)
	if err := tg.Stop(t.Context(), in.ID); !fault.Is(err, fault.Refused) {
		t.Errorf("stop by an older leader: %v", err)
	}
	if s := until(t, tg, in.ID, healthy); s.PID != before.PID {
		t.Errorf("was %+v, is %+v", before, s)
	}
	epoch.Store(8)
}

// TestSameNameOtherArtifact: a control plane that was restored from a backup may give a name
// to something else than what runs under it.
func TestSameNameOtherArtifact(t *testing.T) {
	t.Parallel()
	o := Options{Dir: t.TempDir()}
	in := targettest.Instance("tickets.dev.1.0", nil)
	tg := begin(t, o, in)
	before := until(t, tg, in.ID, healthy)
	in.Artifact = "sha256:another"
	if err := tg.Ensure(t.Context(), in, targettest.Build(t)); !fault.Is(err, fault.Conflict) {
		t.Errorf("ensured with another artifact: %v", err)
	}
	if s := until(t, tg, in.ID, healthy); s.PID != before.PID {
		t.Errorf("was %+v, is %+v", before, s)
	}
}

// TestPortTaken has a range of two ports of which others take one before the app is
// started, and the other while it starts.
func TestPortTaken(t *testing.T) {
	t.Parallel()
	first, second := twoPorts(t)
	o := Options{Dir: t.TempDir(), Ports: shim.Ports{First: first.port(), Last: first.port() + 1}}
	first.listen(t)
	in := targettest.Instance("tickets.dev.1.0", map[string]string{"DELAY": "300ms"})
	tg := begin(t, o, in)
	s := until(t, tg, in.ID, func(s target.Status) bool { return s.PID != 0 })
	if s.Address != second.addr {
		t.Fatalf("address %s, want %s", s.Address, second.addr)
	}
	second.listen(t)
	first.close()
	s = until(t, tg, in.ID, healthy)
	if s.Address != first.addr || s.Restarts == 0 {
		t.Errorf("status %+v, want it at %s", s, first.addr)
	}
}

// TestImpostor has somebody else answer at the port of an app that never listens.
func TestImpostor(t *testing.T) {
	t.Parallel()
	if !sandbox.Available().Namespaces {
		t.Skip("needs namespaces")
	}
	in := targettest.Instance("tickets.dev.1.0", map[string]string{"DELAY": "1h"})
	in.Health = target.Health{TCP: true}
	in.StopGrace = time.Millisecond
	tg := begin(t, Options{Dir: t.TempDir()}, in)
	s := until(t, tg, in.ID, func(s target.Status) bool { return s.PID != 0 })
	(&place{addr: s.Address}).listen(t)
	s = until(t, tg, in.ID, func(s target.Status) bool { return strings.Contains(s.Detail, "another program") })
	if s.State != target.Starting {
		t.Errorf("status %+v", s)
	}
}

func TestNoPortLeft(t *testing.T) {
	t.Parallel()
	first, second := twoPorts(t)
	first.listen(t)
	second.listen(t)
	o := Options{Dir: t.TempDir(), Ports: shim.Ports{First: first.port(), Last: first.port() + 1}}
	in := targettest.Instance("tickets.dev.1.0", nil)
	tg := begin(t, o, in)
	s := until(t, tg, in.ID, func(s target.Status) bool { return s.State == target.Failed })
	if s.Detail == "" {
		t.Errorf("status %+v", s)
	}
}

// place is a port that a test takes and leaves.
type place struct {
	addr string
	l    net.Listener
}

func (p *place) port() int {
	_, s, _ := net.SplitHostPort(p.addr)
	n, _ := strconv.Atoi(s)
	return n
}

func (p *place) listen(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", p.addr)
	if err != nil {
		t.Fatal(err)
	}
	p.l = l
	t.Cleanup(func() { l.Close() })
}

func (p *place) close() { p.l.Close() }

// twoPorts finds two ports in a row that are free.
func twoPorts(t *testing.T) (first, second *place) {
	t.Helper()
	for range 1000 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		first = &place{addr: l.Addr().String()}
		second = &place{addr: "127.0.0.1:" + strconv.Itoa(first.port()+1)}
		next, err := net.Listen("tcp", second.addr)
		l.Close()
		if err == nil {
			next.Close()
			return first, second
		}
	}
	t.Fatal("no two free ports in a row")
	return nil, nil
}
