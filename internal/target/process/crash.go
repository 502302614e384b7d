package process

import (
	"context"
	"fmt"

	"slipway.dev/internal/core/fault"
)

// Crash kills the app of an instance as if it had ended by itself: its shim starts it again. It
// does so only while the app has been restarted exactly so many times, so that one crash that is
// asked for twice is one. An instance that is not here is fault.NotFound.
func (t *Target) Crash(_ context.Context, id string, restarts int) error {
	defer t.lockID(id)()
	t.mu.Lock()
	f := t.followers[id]
	t.mu.Unlock()
	if f == nil {
		return fault.New(fault.NotFound, "no instance %.120q runs here", id)
	}
	f.mu.Lock()
	now, app := f.now(), f.shim.App
	f.mu.Unlock()
	if now.Restarts != restarts || app.PID == 0 {
		return nil
	}
	if err := killProcess(app); err != nil {
		return fmt.Errorf("kill the app of %s: %w", id, err)
	}
	return nil
}
