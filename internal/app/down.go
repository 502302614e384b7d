package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"syscall"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/edgeclient"
	"slipway.dev/internal/target/process"
)

// Down stops what outlives the control plane of a data directory: all instances, then the
// edge. State stays: the next Up starts everything again as it was. The control plane itself
// must have been stopped before.
func Down(ctx context.Context, data string, out io.Writer, log *slog.Logger) error {
	d := Dirs{data}
	if _, err := os.Stat(d.Root); err != nil {
		return fault.New(fault.NotFound, "there is no data directory %s", data).WithHint("name it with --data")
	}
	if c, err := net.Dial("unix", d.Socket()); err == nil {
		c.Close()
		return fault.New(fault.Refused, "a control plane runs on %s; it would start again what is stopped", data).
			WithHint("stop it first (Ctrl-C, or SIGTERM)")
	}
	return errors.Join(stopInstances(ctx, d, out, log), stopEdge(ctx, d, out))
}

func stopInstances(ctx context.Context, d Dirs, out io.Writer, log *slog.Logger) error {
	t, err := process.New(process.Options{Dir: d.Instances(), Log: log, Epoch: func() int64 { return 1 << 62 }})
	if err != nil {
		return err
	}
	defer t.Close()
	all, err := t.Adopt(ctx)
	stops := make(chan error, len(all))
	for _, s := range all {
		go func() { stops <- t.Stop(ctx, s.ID) }()
	}
	stopped := 0
	for range all {
		if failed := <-stops; failed != nil {
			err = errors.Join(err, failed)
			continue
		}
		stopped++
	}
	fmt.Fprintf(out, "instances stopped: %d\n", stopped)
	return err
}

// edgeStop is how long the edge may take to finish the requests under way.
const edgeStop = 35 * time.Second

func stopEdge(ctx context.Context, d Dirs, out io.Writer) error {
	client := edgeclient.New(d.EdgeSocket())
	hello, err := client.Hello(ctx)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED):
		fmt.Fprintln(out, "no edge runs")
		return nil
	case err != nil: // one that does not say who it is may still serve
		return err
	}
	if err := syscall.Kill(hello.PID, syscall.SIGTERM); err != nil {
		return fmt.Errorf("stop the edge (process %d): %w", hello.PID, err)
	}
	ctx, cancel := context.WithTimeout(ctx, edgeStop)
	defer cancel()
	for every(ctx, 20*time.Millisecond) {
		if syscall.Kill(hello.PID, 0) != nil {
			fmt.Fprintln(out, "the edge stopped")
			return nil
		}
	}
	return fault.New(fault.Unavailable, "the edge (process %d) still finishes requests", hello.PID).WithHint("wait, or kill it")
}
