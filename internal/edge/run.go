package edge

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/edge/accesslog"
	"slipway.dev/internal/edge/certs"
)

// Memory is cheaper than collecting it often: up to the limit, garbage may grow to four
// times of what is in use. Worth about a tenth of the throughput.
const (
	garbagePercent = 400
	memoryLimit    = 1 << 30
)

// Run is the edge. It serves until ctx is done, and then until the requests that are
// under way are answered; or until a successor has taken over and its last client left.
// It sets limits of the whole process: it is meant to be all that the process does.
func Run(ctx context.Context, o Options) error {
	debug.SetGCPercent(garbagePercent)
	debug.SetMemoryLimit(memoryLimit)
	in, err := inherit()
	if err != nil {
		return fault.New(fault.Internal, "cannot take over from the edge that runs").Because(err)
	}
	p, err := prepare(o, in)
	if err != nil {
		return errors.Join(err, in.tell(err))
	}
	return p.run(ctx, in)
}

// prepare opens all that the edge needs and loads what it knew.
func prepare(o Options, in *inheritance) (*program, error) {
	o, err := o.complete()
	if err != nil {
		return nil, err
	}
	if err := o.prepareDirs(); err != nil {
		return nil, err
	}
	lock, err := takeLock(o.StateDir, in)
	if err != nil {
		return nil, err
	}
	p := newProgram(o)
	p.lock = lock
	if o.AccessLog != "" {
		if p.access, err = accesslog.Open(o.AccessLog, o.Log); err != nil {
			return nil, fault.New(fault.Invalid, "cannot open the access log %s", o.AccessLog).Because(err)
		}
	}
	p.restore()
	if p.listeners, err = listen(o, in); err != nil {
		return nil, err
	}
	p.addresses = p.listeners.addresses()
	if p.certs, err = certs.Open(o.TLS, o.StateDir, p.listeners.ports(), o.Log); err != nil {
		return nil, errors.Join(err, p.listeners.close())
	}
	in.closeRest()
	return p, nil
}

// restore loads the last table and figures. An edge that cannot starts without: it is
// more use with an empty table than not at all, and the control plane will send one.
func (p *program) restore() {
	t, err := p.state.loadTable()
	if err == nil {
		if err = p.apply(t, false); err != nil {
			err = p.state.putAside("table.json", err)
		}
	}
	sources, countersErr := p.state.loadCounters()
	for _, s := range sources {
		p.counters.Learn(s)
	}
	if err := errors.Join(err, countersErr); err != nil {
		p.problem = err.Error()
		p.log.Error("the edge starts without what it knew", "error", err)
	}
}

// run serves until the end.
func (p *program) run(ctx context.Context, in *inheritance) error {
	p.tellHosts(ctx) // before the first handshake
	servers, failed := p.serve()
	if in != nil {
		if err := p.succeed(in); err != nil {
			return err
		}
	}
	if err := signLock(p.lock); err != nil {
		p.log.Warn("the lock cannot be signed", "error", err)
	}
	admin := &http.Server{Handler: p.admin(), ReadHeaderTimeout: 10 * time.Second, ErrorLog: debugLog(p.log)}
	go func() {
		if err := admin.Serve(own{p.listeners.admin, p.log}); err != nil && !p.leaving.Load() {
			failed <- fmt.Errorf("admin socket: %w", err)
		}
	}()
	p.log.Info("edge serves", "http", p.addresses["http"], "https", p.addresses["https"], "internal", p.addresses["internal"], "generation", p.table.Load().wire.Generation)
	saving, stopSaving := context.WithCancel(ctx)
	defer stopSaving()
	go p.saveEachSecond(saving)
	go p.forgetEachMinute(saving)
	servers = append(slices.Clone(servers), admin)
	select {
	case <-p.gone:
		return p.linger(ctx, servers)
	case <-ctx.Done():
		return p.end(servers)
	case err := <-failed:
		return errors.Join(err, p.end(servers))
	}
}

// tellHosts tells the source of certificates what is routed.
func (p *program) tellHosts(ctx context.Context) {
	if p.certs == nil {
		return
	}
	p.changing.Lock() // so that an older table is never told last
	defer p.changing.Unlock()
	p.certs.Hosts(ctx, p.table.Load().routes.Hosts())
}

// succeed takes over from the edge that runs: this one accepts already, the other stops,
// and gives what it counted.
func (p *program) succeed(in *inheritance) error {
	if err := in.tell(nil); err != nil {
		return fmt.Errorf("the edge that runs does not listen: %w", err)
	}
	h, err := in.handover()
	if err != nil {
		p.problem = "figures of the last second may be missing: " + err.Error()
		p.log.Error("took over from an edge that did not let go", "error", err)
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range h.Sources {
		p.counters.Learn(s)
	}
	for _, l := range h.Lingering {
		p.peers[l.Source.ID] = peer{l, time.Now()}
	}
	return nil
}

// serve starts a server for each listener.
func (p *program) serve() ([]*http.Server, chan error) {
	failed := make(chan error, len(p.listeners.public)+1)
	var servers []*http.Server
	for place, l := range p.listeners.public {
		s := p.server(place.Kind)
		servers = append(servers, s)
		go func() {
			bounded := &listener{Listener: l, program: p, plain: place.Kind != "https"}
			var err error
			if place.Kind == "https" {
				err = s.ServeTLS(bounded, "", "")
			} else {
				err = s.Serve(bounded)
			}
			if !p.leaving.Load() {
				failed <- fmt.Errorf("%s: %w", place.Address, err)
			}
		}()
	}
	return servers, failed
}

func (p *program) server(kind string) *http.Server {
	limits := p.table.Load().limits
	s := &http.Server{
		Handler:           http.HandlerFunc(p.public),
		ReadHeaderTimeout: limits.ReadTimeout,
		IdleTimeout:       clientIdle,
		MaxHeaderBytes:    limits.Header,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: 250, WriteByteTimeout: limits.WriteTimeout, SendPingTimeout: clientIdle},
		ErrorLog:          debugLog(p.log),
	}
	switch {
	case kind == "internal":
		s.Handler = http.HandlerFunc(p.internal)
	case p.certs != nil && kind == "https":
		s.TLSConfig = p.certs.TLS()
	case p.certs != nil:
		s.Handler = p.certs.Challenge(s.Handler)
	}
	return s
}

// end lets requests that are under way finish, saves and lets go of the lock.
func (p *program) end(servers []*http.Server) error {
	p.leaving.Store(true)
	closed := p.listeners.close()
	p.shutdown(servers, p.options.Grace)
	return errors.Join(closed, p.closeAccess(), p.save(), p.lock.Close())
}

func (p *program) shutdown(servers []*http.Server, grace time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	var g errgroup.Group
	for _, s := range servers {
		g.Go(func() error {
			err := s.Shutdown(ctx)
			if errors.Is(err, net.ErrClosed) {
				err = nil // its listener was closed before
			}
			return errors.Join(err, s.Close())
		})
	}
	if err := g.Wait(); err != nil && !errors.Is(err, net.ErrClosed) {
		p.log.Warn("some requests were broken off", "error", err)
	}
}

func (p *program) closeAccess() error {
	if p.access == nil {
		return nil
	}
	return p.access.Close()
}

// lastGrace is how long requests may take that are under way when a replaced edge has
// lingered long enough.
const lastGrace = 5 * time.Second

// linger serves the clients that a replaced edge still has, until the last one left or
// had time enough to do so.
func (p *program) linger(ctx context.Context, servers []*http.Server) error {
	following, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() { p.follow(following); close(done) }()
	patience, cancel := context.WithTimeout(ctx, p.options.Linger)
	defer cancel()
	for p.clients.Load() > 0 && patience.Err() == nil {
		pause(patience, 20*time.Millisecond)
	}
	p.shutdown(servers, min(lastGrace, p.options.Grace))
	stop()
	<-done
	p.farewell()
	return p.closeAccess()
}

// saveEachSecond saves the figures for the case of a crash; less often if there are so many
// that it would take more than a tenth of the time.
func (p *program) saveEachSecond(ctx context.Context) {
	for took := time.Duration(0); ctx.Err() == nil; {
		pause(ctx, max(time.Second, 9*took))
		began := time.Now()
		if err := p.save(); err != nil {
			p.log.Warn("figures cannot be saved", "error", err)
		}
		took = time.Since(began)
	}
}

func (p *program) save() error {
	p.saving.Lock()
	defer p.saving.Unlock()
	if p.isReplaced() {
		return nil
	}
	return p.state.saveCounters(p.counters.Sources())
}

// forgetEachMinute drops figures of what left the table long ago.
func (p *program) forgetEachMinute(ctx context.Context) {
	for ctx.Err() == nil {
		p.changing.Lock()
		p.counters.Forget(p.table.Load().keys, time.Now())
		p.changing.Unlock()
		p.mu.Lock()
		p.fold() // each restart left a source
		p.mu.Unlock()
		pause(ctx, time.Minute)
	}
}
