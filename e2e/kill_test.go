package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/e2e/house"
)

// TestKilledAtEveryCommit ends the control plane around each commit of a deployment in
// turn, once before it is durable and once after. Each time another one takes over, and all
// must be as if nothing had happened.
func TestKilledAtEveryCommit(t *testing.T) {
	for name, s := range map[string]scenario{
		"blueGreen":   {version: house.Version{}, outcome: "completed", warm: true},
		"canary":      {version: house.Version{Strategy: "{canary: {steps: [{weight: 20, pause: 30ms}, {weight: 60, pause: 30ms}]}}"}, outcome: "completed", warm: true},
		"rolling":     {version: house.Version{Strategy: "{rolling: {batch: 1}}"}, outcome: "completed"},
		"smoke fails": {version: house.Version{Mode: "broken"}, outcome: "rolledBack", warm: true},
		"rollback":    {version: house.Version{}, back: true, warm: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.run(t)
		})
	}
}

// scenario is what is done again and again, each time with a kill elsewhere.
type scenario struct {
	version house.Version
	outcome string
	warm    bool // the release before stays warm
	back    bool // the version is delivered in peace and then rolled back

	h       *house.House
	r       *house.Repo
	traffic *house.Traffic
	number  int
	// What serves, and what is warm beside it; "" if nothing is.
	current, kept model.Deployment
}

func (s scenario) run(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	first := s.version
	first.Name, first.Mode = "v0", ""
	s.h, s.r = found(t, ctx, first)
	list, err := s.h.Deployments(ctx, model.DeploymentsQuery{})
	must(t, err)
	s.current = list[0]
	s.traffic = s.h.Traffic(ctx, 200, 8, nil)
	// An ordinary run kills at some of the commits, and at others on either side.
	stride, kills := 4, 0
	if heavy() {
		stride = 1
	}
	for i, side := range []string{"before", "after"} {
		for n := 1 + i*stride/2; ; n += stride {
			fired := s.once(t, ctx, fmt.Sprintf("%s:%d", side, n))
			if t.Failed() {
				t.Fatalf("killed %s commit %d", side, n)
			}
			if !fired {
				break
			}
			kills++
		}
	}
	if kills < 2 {
		t.Errorf("only %d kills: the faults do not work", kills)
	}
	s.traffic.Stop()
	must(t, s.traffic.Check())
	audited(t, ctx, s.h)
	t.Logf("%d kills, %d requests", kills, s.traffic.Result().Requests)
}

// once does it with one kill, and says whether it came to that.
func (s *scenario) once(t *testing.T, ctx context.Context, fault string) (fired bool) {
	ctx, cancel := house.Soon(ctx)
	defer cancel()
	s.number++
	v := s.version
	v.Name = fmt.Sprint("v", s.number)
	if s.back {
		s.h.Kill() // its fault may still be to come
		must(t, s.h.Up(ctx, ""))
		commit, err := s.h.Deliver(ctx, s.r, v)
		must(t, err)
		next, err := s.h.Settled(ctx, commit)
		must(t, err)
		s.kept, s.current = s.current, next
	}
	s.h.Kill()
	must(t, s.h.Up(ctx, fault))
	revived := s.h.Revive(ctx)
	if s.back {
		s.rollBack(t, ctx)
	} else {
		s.deploy(t, ctx, v)
	}
	fired, err := revived()
	must(t, err)
	s.settled(t, ctx)
	return fired
}

func (s *scenario) deploy(t *testing.T, ctx context.Context, v house.Version) {
	commit, err := s.h.Ship(ctx, s.r, v)
	if commit == "" { // the API may be gone; the source is looked at all the same
		t.Fatal(err)
	}
	d, err := s.h.Settled(ctx, commit)
	must(t, err)
	if d.Outcome != s.outcome {
		t.Errorf("%s ended as %s: %s", d.ID, d.Outcome, d.Reason)
	}
	if s.outcome == "completed" {
		s.kept, s.current = s.current, d
	}
}

// rollBack goes back to what is warm, and asks again if the answer was lost.
func (s *scenario) rollBack(t *testing.T, ctx context.Context) {
	ask := model.RollbackRequest{Service: house.Service, Environment: house.Environment, To: s.kept.Release}
	must(t, house.Wait(ctx, "the rollback is taken", func() (bool, error) {
		_, err := s.h.Rollback(ctx, ask)
		return err == nil || client.CodeOf(err) == "refused", nil // refused: it was taken before
	}))
	must(t, house.Wait(ctx, "it is rolled back", func() (bool, error) {
		l, err := s.h.Lane(ctx, house.Service, house.Environment)
		return err == nil && l.Status == "idle" && l.Current.Deployment == s.kept.ID, nil
	}))
	s.current, s.kept = s.kept, model.Deployment{}
}

// settled wants just the right instances to run, each started once, the right version to
// answer, and no request to have failed.
func (s *scenario) settled(t *testing.T, ctx context.Context) {
	want := []string{s.current.ID}
	if s.warm && s.kept.ID != "" {
		want = append(want, s.kept.ID)
	}
	if err := s.h.Quiet(ctx, want...); err != nil {
		t.Error(err)
	}
	starts, err := s.h.Starts()
	must(t, err)
	for id, n := range starts {
		if n > 1 {
			t.Errorf("%s was started %d times", id, n)
		}
	}
	if starts[s.current.ID+".0"] != 1 || starts[s.current.ID+".1"] != 1 {
		t.Errorf("what serves, %s, was never started: %v", s.current.ID, starts)
	}
	serving := s.current.Subject
	if err := house.Wait(ctx, serving+" answers", func() (bool, error) { return s.traffic.Version() == serving, nil }); err != nil {
		t.Errorf("%v, but %s does", err, s.traffic.Version())
	}
	if err := s.traffic.Check(); err != nil {
		t.Error(err)
	}
}
