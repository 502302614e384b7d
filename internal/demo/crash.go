package demo

import (
	"context"
	"time"

	"slipway.dev/internal/core/fault"
)

// crash kills the control plane as a lack of memory or of power would, starts it again, and
// says how long it took until it answered.
func (h *house) crash(ctx context.Context) (time.Duration, error) {
	h.killing.Store(true)
	if err := h.cmd.Process.Kill(); err != nil {
		return 0, fault.New(fault.Internal, "the control plane cannot be killed").Because(err)
	}
	<-h.gone
	h.killing.Store(false)
	at := time.Now()
	if err := h.start(); err != nil {
		return 0, err
	}
	err := h.ready(ctx)
	return time.Since(at), err
}
