package demo

import (
	"context"
	"errors"
	"io"
	"os/signal"
	"syscall"
	"time"

	"slipway.dev/internal/core/fault"
)

// Options of a demo.
type Options struct {
	Program string // this program, to be started as the control plane
	Cache   string // directory that builds share, and that outlives the demo; see Prepare
	Chapter string // name of the chapter; "": the first
}

// limit ends a demo without a person that hangs.
const limit = 5 * time.Minute

// Once plays a chapter by itself and tells of it on progress. The Result is complete if
// there is no error; whether it is good, its Check says. However Once ends, no process and
// no file of the demo is left.
func Once(ctx context.Context, o Options, progress io.Writer) (result Result, err error) {
	c, err := find(o.Chapter)
	if err != nil {
		return Result{}, err
	}
	ctx, stop := hangup(ctx)
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fault.New(fault.Internal, "the demo did not end in %s", limit))
	defer cancel()
	s := newStage(plain{w: progress, start: time.Now()}, c)
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.open(ctx, o); err != nil {
		return Result{}, s.because(err)
	}
	ctx = s.house.alive(ctx)
	if err := c.open(ctx, s); err != nil {
		return Result{}, s.because(cause(ctx, err))
	}
	if err := c.play(ctx, s); err != nil {
		return Result{}, s.because(cause(ctx, err))
	}
	result, err = s.result(ctx)
	return result, cause(ctx, err)
}

// hangup makes a closed terminal end the demo as Ctrl-C does: with everything it started.
func hangup(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, syscall.SIGHUP)
}

// cause is why a context ended, if that is why there is an error.
func cause(ctx context.Context, err error) error {
	if why := context.Cause(ctx); err != nil && why != nil && !errors.Is(why, context.Canceled) {
		return why
	}
	return err
}
