package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// Where a deployment ends, or a person is asked.
var ends = []string{"completed", "failed", "rolledBack", "rollbackFailed", "superseded", "aborted", "held"}

const (
	lookEvery = 200 * time.Millisecond // between two looks at a deployment
	patience  = 60 * time.Second       // with a control plane that is away, or a deployment that is not seen yet
)

// follow shows a deployment's way until it ends, and gives how it ended. The control plane
// may be away for a while: the deployment goes on when it is back.
func (s *session) follow(ctx context.Context, c *client.Client, service, env string, r model.Receipt) (model.Deployment, error) {
	p := s.progress()
	lost := time.Time{}
	for {
		d, err := look(ctx, c, service, env, r)
		switch {
		case ctx.Err() != nil:
			p.close()
			return d, s.detach(ctx, service, env)
		case err == nil:
			lost = time.Time{}
			p.show(d)
			if slices.Contains(ends, d.Outcome) {
				p.close()
				return d, nil
			}
		case client.CodeOf(err) != string(fault.Unavailable) && !fault.Is(err, fault.NotFound):
			p.close()
			return d, err
		case lost.IsZero():
			lost = s.now()
		case s.now().Sub(lost) > patience:
			p.close()
			return d, err
		default:
			p.note("waiting for the control plane")
		}
		select {
		case <-ctx.Done():
		case <-time.After(lookEvery):
		}
	}
}

// look finds the deployment of a receipt. A receipt without one is of the lane's newest.
func look(ctx context.Context, c *client.Client, service, env string, r model.Receipt) (model.Deployment, error) {
	ctx = client.Await(ctx, r.Position)
	lane, err := c.Lane(ctx, service, env)
	if err != nil {
		return model.Deployment{}, err
	}
	if a := lane.Active; a != nil && (r.Deployment == "" || r.Deployment == a.ID) {
		return *a, nil
	}
	history, err := c.Deployments(ctx, model.DeploymentsQuery{Service: service, Environment: env, Limit: 50})
	if err != nil {
		return model.Deployment{}, err
	}
	for _, d := range history {
		if r.Deployment == "" || r.Deployment == d.ID {
			return d, nil
		}
	}
	return model.Deployment{}, fault.New(fault.NotFound, "deployment %s of %s is not seen in %s", r.Deployment, service, env)
}

// detach says that a deployment does not need its watcher.
func (s *session) detach(ctx context.Context, service, env string) error {
	fmt.Fprintf(s.err, "The deployment goes on without you.\n  see it:  slipway status %s\n  stop it: slipway abort %s %s\n", service, service, env)
	return ctx.Err()
}

// report prints how a deployment ended, and makes an error of an end that was not wanted.
func (s *session) report(d model.Deployment, wanted ...string) error {
	if err := s.print(d, func(w io.Writer) { s.ending(w, d, wanted) }); err != nil {
		return err
	}
	if slices.Contains(wanted, d.Outcome) {
		return nil
	}
	logs := fmt.Sprintf("slipway logs %s %s", d.Service, d.Environment)
	if id := instanceIn(d); id != "" {
		logs += " --instance " + id
	}
	hint := fmt.Sprintf("look at `%s` and `slipway status %s`", logs, d.Service)
	if d.Outcome == "held" {
		hint = fmt.Sprintf("decide with `slipway settle %s %s retry|rollback|accept`", d.Service, d.Environment)
	}
	what := fmt.Sprintf("%s in %s: release %s is %s", d.Service, d.Environment, d.Release, d.Outcome)
	if d.Reason != "" {
		what += ": " + d.Reason
	}
	return badly(hint, "%s", what)
}

func (s *session) ending(w io.Writer, d model.Deployment, wanted []string) {
	if !slices.Contains(wanted, d.Outcome) {
		return // the error says it
	}
	now := "serves release " + d.Release
	if d.Outcome == "rolledBack" {
		now = "serves what it did before release " + d.Release
	}
	fmt.Fprintf(w, "%s %s %s in %s (%s)\n", s.paint(w)("green", d.Outcome+":"), clean(d.Service), clean(now), clean(d.Environment), took(d))
}

// took is how long a deployment took; of a way back what counts is when its traffic was gone.
func took(d model.Deployment) string {
	if d.RollbackMillis > 0 {
		return fmt.Sprintf("traffic moved in %.0f ms", d.RollbackMillis)
	}
	return seconds(d.Seconds)
}
