package control

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/engine"
)

// followEvery is how often a build's log is looked at while it grows.
const followEvery = 200 * time.Millisecond

// buildLog gives the log of a build, and with Follow what is added until the build ends.
func (c *Control) buildLog(ctx context.Context, q model.LogsQuery, f func(model.LogLine) error) error {
	s, err := c.findRelease(ctx, q.Service, q.Release)
	if err != nil {
		return err
	}
	file, err := c.openBuildLog(ctx, s, q.Follow)
	if err != nil {
		return err
	}
	defer file.Close()
	in, err := lastLines(file, q.Tail)
	if err != nil {
		return err
	}
	say := func(text string) error { return f(model.LogLine{Origin: "build", Stream: "out", Text: text}) }
	for {
		// Whether it still goes on is asked before reading: what was printed until then is read.
		goesOn, err := c.goesOn(ctx, s, q.Follow)
		if err != nil {
			return err
		}
		if err := sayAll(in, say); err != nil {
			return err
		}
		if !goesOn {
			if last := in.rest(); last != "" {
				return say(last)
			}
			return nil
		}
		if err := pause(ctx, followEvery); err != nil {
			return err
		}
	}
}

// sayAll gives the lines that are there so far.
func sayAll(in *lines, say func(string) error) error {
	for {
		text, err := in.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = say(text)
		}
		if err != nil {
			return err
		}
	}
}

// openBuildLog opens the log of a build; with wait it waits for one that has yet to begin.
func (c *Control) openBuildLog(ctx context.Context, s release.State, wait bool) (*os.File, error) {
	for {
		goesOn, err := c.goesOn(ctx, s, wait)
		if err != nil {
			return nil, err
		}
		file, err := c.Deps.Logs.Build(s.Service, s.ID)
		if !goesOn || !fault.Is(err, fault.NotFound) {
			return file, err
		}
		if err := pause(ctx, followEvery); err != nil {
			return nil, err
		}
	}
}

// goesOn says whether there is more to come for who follows a build.
func (c *Control) goesOn(ctx context.Context, s release.State, follow bool) (bool, error) {
	if !follow {
		return false, nil
	}
	now, _, err := engine.Load[release.State](ctx, c.Engine, release.MachineID(s.Service, s.ID))
	return now.Running, err
}

// lastLines reads from the n-th last line on; 0: from the first; negative: from the end.
func lastLines(file io.ReadSeeker, n int) (*lines, error) {
	if n < 0 {
		_, err := file.Seek(0, io.SeekEnd)
		return newLines(file), err
	}
	if n == 0 {
		return newLines(file), nil
	}
	count := 0
	in := newLines(file)
	if err := sayAll(in, func(string) error { count++; return nil }); err != nil {
		return nil, err
	}
	if in.rest() != "" {
		count++
	}
	_, err := file.Seek(0, io.SeekStart)
	in = newLines(file)
	for ; err == nil && count > n; count-- {
		_, err = in.next()
	}
	return in, err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
