package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"time"

	"slipway.dev/e2e/house"
)

// strategies are taken in turn.
var strategies = []string{
	"{blueGreen: {}}",
	"{canary: {steps: [{weight: 10, pause: 50ms}, {weight: 50, pause: 50ms}]}}",
}

// shop is a run under way.
type shop struct {
	plan
	*house.House
	programs house.Programs
	repo     *house.Repo
	random   *rand.Rand
	report   report
	progress io.Writer
}

func run(ctx context.Context, p plan, dir string, progress io.Writer) (r report, err error) {
	fmt.Fprintln(progress, "compiling")
	programs, err := house.Build(ctx, dir, false)
	if err != nil {
		return r, err
	}
	h, err := house.New(house.Options{Programs: programs})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	if err := h.Up(ctx, ""); err != nil {
		return r, err
	}
	s := &shop{plan: p, House: h, programs: programs, random: rand.New(rand.NewPCG(1, 2)), progress: progress}
	if s.repo, err = h.Found(ctx, filepath.Join(dir, "repo"), house.Version{Name: "v0"}); err != nil {
		return r, err
	}
	err = s.underLoad(ctx)
	return s.report, err
}

// underLoad measures steady traffic, then traffic while releases are switched, then steady
// traffic again: what else the machine does is in both.
func (s *shop) underLoad(ctx context.Context) error {
	traffic := s.Traffic(ctx, s.rate, s.clients, nil)
	defer traffic.Stop()
	before, err := s.quiet(ctx, traffic)
	if err != nil {
		return err
	}
	began := time.Now()
	for i := range s.switches {
		if err := s.change(ctx, i); err != nil {
			return fmt.Errorf("switch %d: %w", i+1, err)
		}
		if (i+1)%10 == 0 || i+1 == s.switches {
			r := traffic.Result()
			fmt.Fprintf(s.progress, "%3d switches in %s: %d requests, %d failed %v\n", i+1, time.Since(began).Round(time.Second), r.Requests, r.Failed, r.Failures)
		}
	}
	_, during := traffic.Mark()
	after, err := s.quiet(ctx, traffic)
	if err != nil {
		return err
	}
	r := traffic.Stop()
	s.report.Requests, s.report.Failed = r.Requests, r.Failed
	s.report.P99Ratio = 2 * during.Seconds() / (before + after).Seconds()
	fmt.Fprintf(s.progress, "p99 %s before, %s while switching, %s after; p50 %s, max %s\n", before, during, after, r.P50, r.Max)
	if r.Failed > 0 {
		return nil // that is the figure
	}
	return errors.Join(traffic.Check(), s.whole(ctx))
}

// quiet gives the p99 of a while without switches.
func (s *shop) quiet(ctx context.Context, traffic *house.Traffic) (time.Duration, error) {
	if err := pause(ctx, s.steady/5+100*time.Millisecond); err != nil { // what was before dies down
		return 0, err
	}
	traffic.Mark()
	err := pause(ctx, s.steady+100*time.Millisecond)
	_, p99 := traffic.Mark()
	return p99, err
}

// change switches to one more release. Somewhere in the middle of it the control plane is
// killed, or the edge replaced, if it is time.
func (s *shop) change(ctx context.Context, i int) error {
	ctx, cancel := house.Soon(ctx)
	defer cancel()
	v := house.Version{Name: fmt.Sprint("v", i+1), Strategy: strategies[i%len(strategies)]}
	commit, err := s.Ship(ctx, s.repo, v)
	if err != nil {
		return err
	}
	kill, replace := due(i, s.switches, s.kills), due(i, s.switches, s.replacements)
	if kill || replace {
		if err := pause(ctx, time.Duration(s.random.Int64N(int64(600*time.Millisecond)))); err != nil {
			return err
		}
	}
	if replace {
		if _, err := s.Edge.Replace(ctx, s.programs.Slipway); err != nil {
			return err
		}
		s.report.EdgeReplacements++
	}
	if kill {
		s.Kill()
		if err := s.Up(ctx, ""); err != nil {
			return err
		}
		s.report.Kills++
	}
	d, err := s.Settled(ctx, commit)
	if err != nil {
		return err
	}
	if d.Outcome != "completed" {
		return fmt.Errorf("%s ended as %s: %s", d.ID, d.Outcome, d.Reason)
	}
	s.report.Switches++
	return nil
}

// due spreads n times evenly over all.
func due(i, all, n int) bool { return (i+1)*n/all > i*n/all }

// whole wants the journal to verify after all that.
func (s *shop) whole(ctx context.Context) error {
	a, err := s.VerifyAudit(ctx)
	if err == nil && !a.Verified {
		err = fmt.Errorf("the journal does not verify: %s", a.Problem)
	}
	return err
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
