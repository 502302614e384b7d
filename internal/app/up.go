package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"time"

	"slipway.dev/internal/api"
	"slipway.dev/internal/control"
	"slipway.dev/internal/core/fault"
)

// Up runs a control plane until ctx ends or it loses its lease. While another one leads, it
// waits as a standby.
func Up(ctx context.Context, o Options) error {
	// Steps leave short-lived garbage behind and little else: collecting it less often costs
	// a few MB and saves a tenth of the engine's time.
	debug.SetGCPercent(400)
	h, err := build(ctx, o)
	if err != nil {
		return err
	}
	defer h.close()
	if err := h.lead(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	return h.serve(ctx)
}

// lead waits for the lease, and brings up all that the leader needs.
func (h *house) lead(ctx context.Context) error {
	h.waiting = time.AfterFunc(500*time.Millisecond, func() {
		fmt.Fprintln(h.Out, "Another control plane leads on this store; waiting as a standby.")
	})
	defer h.waiting.Stop()
	return h.engine.Start(ctx)
}

// begin is what a leader does before its engine moves any hand: see to it that it can serve
// and open secrets, find what runs here, and see to it that there is an edge.
func (h *house) begin(ctx context.Context) error {
	h.waiting.Stop()
	if err := h.listen(); err != nil {
		return err
	}
	if err := h.vault.EnsureKey(ctx, self); err != nil {
		return err
	}
	if err := h.beginFigures(); err != nil {
		return err
	}
	if _, err := h.target.Adopt(ctx); err != nil {
		h.Log.Error("some instances cannot be looked at", "err", err)
	}
	if err := h.startEdge(ctx); err != nil {
		return err
	}
	h.upgradeEdge(ctx)
	h.beside(func() { h.keeper.Observe(h.ctx) })
	h.beside(func() { h.watcher.Run(h.ctx, watchEvery) })
	h.runGates()
	h.runFlows()
	h.beside(func() { h.runs.Follow(h.ctx) })
	h.beside(func() { h.runs.Feed(h.ctx) })
	h.beside(func() { h.traffic.Run(h.ctx, countEvery) })
	h.beside(h.guardEdge)
	h.beside(h.collect)
	h.beside(func() { h.people.Run(h.ctx) })
	return nil
}

// watchEvery is how often the edge's counters are looked at while a lane asks for them.
const watchEvery = 500 * time.Millisecond

// beside runs f next to the engine until the house is closed.
func (h *house) beside(f func()) { h.wg.Go(f) }

// every waits, and says whether to go on.
func every(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// serve answers on the API's socket and address until ctx ends or the lease is lost.
func (h *house) serve(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	authenticate, err := h.callers()
	if err != nil {
		return err
	}
	handler := api.Handler(api.Options{
		Control: h.control, As: control.WithCaller, Authenticate: authenticate,
		Page: h.pages(), Hosts: h.hosts(), Secure: h.secure(), Log: h.Log,
	})
	go func() {
		select {
		case <-h.engine.Lost():
			cancel(fault.New(fault.Unavailable, "another control plane has taken the lead; this one ends").
				WithHint("start it again to have it as a standby"))
		case <-ctx.Done():
		}
	}()
	if err := h.greet(); err != nil {
		return err
	}
	err = api.Serve(ctx, handler, h.Log, h.listeners...)
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// listen opens the API's socket and address. Requests wait until serve answers them.
func (h *house) listen() error {
	socket, err := api.Listen(h.Socket)
	if err != nil {
		return err
	}
	h.listeners = append(h.listeners, socket)
	loopback, err := net.Listen("tcp", h.Listen)
	if err != nil {
		return fault.New(fault.Invalid, "the API cannot listen on %s", h.Listen).Because(err).
			WithHint("see who does with: ss -ltnp; or choose another with --listen")
	}
	h.Listen = loopback.Addr().String()
	if loopback, err = h.PageTLS.over(loopback, h.dirs.at("page"), h.Log); err != nil {
		return err
	}
	h.listeners = append(h.listeners, loopback)
	return h.openSignIn()
}

func (h *house) greet() error {
	fmt.Fprintf(h.Out, "Slipway is up.\n  page      %s\n", h.shown())
	hello, _ := h.edgeHello(h.ctx)
	for _, a := range hello.HTTP {
		fmt.Fprintf(h.Out, "  services  http://%s\n", a)
	}
	for _, a := range hello.HTTPS {
		fmt.Fprintf(h.Out, "  services  https://%s\n", a)
	}
	if err := h.offerSetup(h.ctx); err != nil {
		return err
	}
	fmt.Fprintf(h.Out, "  data      %s\nCtrl-C stops it; what it deployed runs on.\n", h.dirs.Root)
	return nil
}

// close stops in the reverse order of the start. What was deployed runs on.
func (h *house) close() {
	grace, cancel := context.WithTimeout(context.Background(), 15*time.Second)
	defer cancel()
	for _, l := range h.listeners {
		l.Close() // again, if it served
	}
	h.sources.Close()
	h.endTraffic()
	h.stop() // first, so that nobody brings events to an engine that takes none any more
	if err := h.engine.Stop(grace); err != nil {
		h.Log.Error("stopping", "err", err)
	}
	h.keeper.Wait()
	h.wg.Wait()
	if err := h.endFigures(); err != nil {
		h.Log.Error("the last figures are not kept", "err", err)
	}
	h.target.Close()
	if err := h.store.Close(); err != nil {
		h.Log.Error("closing the store", "err", err)
	}
}
