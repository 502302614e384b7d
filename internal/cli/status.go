package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

func newStatus(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "status [SERVICE]", Short: "See what runs where, and what is on its way",
		Long: `Status shows each service in each environment: which release serves, since when, and
what is on its way. With SERVICE it shows that service's instances as well, where it
answers, and the releases that one can go back to. Above the services stand alerts
that wake people, and who broke the glass, until that is reviewed; below them are changes of
environments, teams, freezes, policies and systems that must be approved first.`,
		Example: `  slipway status
  slipway status tickets
  slipway status -o json | jq '.[] | select(.status != "idle")'`,
		Args: exactly("[SERVICE]"), ValidArgsFunction: s.complete(services),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			lanes, err := c.Lanes(ctx)
			if err != nil {
				return err
			}
			gone, err := turnedAway(ctx, c, lanes)
			if err != nil {
				return err
			}
			if len(args) == 0 {
				proposed, err := proposals(ctx, c)
				if err != nil {
					return err
				}
				glasses, err := c.Glasses(ctx)
				if err != nil {
					return err
				}
				alerts, err := c.Alerts(ctx)
				if err != nil {
					return err
				}
				return s.print(lanes, func(w io.Writer) {
					s.firing(w, alerts)
					s.broken(w, glasses)
					s.board(w, lanes, gone)
					s.waiting(w, proposed)
				})
			}
			lanes = ofService(lanes, args[0])
			if len(lanes) == 0 {
				return fault.New(fault.NotFound, "there is no service %s", args[0]).WithHint("`slipway status` lists what there is")
			}
			return s.print(lanes, func(w io.Writer) { s.details(w, lanes, gone) })
		}),
	}
}

func ofService(lanes []model.Lane, service string) []model.Lane {
	var out []model.Lane
	for _, l := range lanes {
		if l.Service == service {
			out = append(out, l)
		}
	}
	return out
}

// board writes a line for each lane.
func (s *session) board(w io.Writer, lanes []model.Lane, gone map[string]model.Deployment) {
	if len(lanes) == 0 {
		fmt.Fprintln(w, "Nothing is declared yet. `slipway init` writes a first manifest, `slipway source add` brings a repository in.")
		return
	}
	t := s.table("SERVICE", "ENV", "STATUS", "RELEASE", "COMMIT", "LIVE", "READY", "SUBJECT")
	for _, l := range lanes {
		cells := []string{l.Service, l.Environment, laneStatus(l, gone), "-", "-", "-", ready(l), ""}
		switch {
		case taken(l):
			cells[3], cells[4], cells[5], cells[7] = marked(l.Active.Release, l.Active.Revoked), short(l.Active.Commit), s.ago(l.Active.LiveAt), l.Active.Subject
		case l.Current != nil:
			cells[3], cells[4], cells[5], cells[7] = marked(l.Current.Release, l.Current.Revoked), short(l.Current.Commit), s.ago(l.Current.CompletedAt), l.Current.Subject
		}
		t.colored(2, cells...)
		t.color[len(t.color)-1][2] = statusColor(l.Status)
	}
	t.write(w)
}

// taken says that what is on its way has all requests already.
func taken(l model.Lane) bool { return l.Active != nil && l.Active.Weight == 100 }

// laneStatus is a lane's status with what is on its way, or did not get there.
func laneStatus(l model.Lane, gone map[string]model.Deployment) string {
	switch p := l.Pending; {
	case l.Active != nil:
	case p != nil && p.Status == "failed":
		return l.Status + ", build of " + p.ID + " failed"
	case p != nil && p.Problems[l.Environment] != "":
		return l.Status + ", " + p.ID + " does not go in"
	case p != nil:
		return l.Status + ", " + p.Status + " " + p.ID
	default:
		if d, ok := gone[laneKey(l.Service, l.Environment)]; ok {
			return l.Status + ", " + d.Release + " " + d.Outcome
		}
		return l.Status
	}
	text := l.Active.Outcome + " " + l.Active.Release
	if l.Active.Outcome == "shifting" || l.Active.Outcome == "observing" {
		text += fmt.Sprintf(" %d%%", l.Active.Weight)
	}
	return text
}

// ready counts the healthy ones of the instances that take requests, or of those that start.
func ready(l model.Lane) string {
	routed, healthy := 0, 0
	for _, i := range l.Instances {
		if i.Routed {
			routed++
			if i.State == "healthy" {
				healthy++
			}
		}
	}
	if routed == 0 {
		routed = len(l.Instances)
	}
	return fmt.Sprintf("%d/%d", healthy, routed)
}

// details writes all that is known of a service's lanes.
func (s *session) details(w io.Writer, lanes []model.Lane, gone map[string]model.Deployment) {
	paint := s.paint(w)
	for n, l := range lanes {
		if n > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s  %s\n", paint("bold", clean(l.Service+" in "+l.Environment)), paint(statusColor(l.Status), clean(laneStatus(l, gone))))
		if l.Text != "" {
			fmt.Fprintln(w, "  "+clean(l.Text))
		}
		if l.Active != nil && l.Active.Reason != "" && l.Active.Reason != l.Text {
			fmt.Fprintln(w, "  "+clean(l.Active.Reason))
		}
		for _, line := range whyNot(l, gone) {
			fmt.Fprintln(w, "  "+clean(line))
		}
		if len(l.URLs) > 0 {
			fmt.Fprintln(w, "  at "+clean(strings.Join(l.URLs, ", ")))
		}
		s.releasesOf(w, l)
		s.instancesOf(w, l)
	}
}

func (s *session) releasesOf(w io.Writer, l model.Lane) {
	if l.Current == nil && !taken(l) {
		return
	}
	t := s.table("", "RELEASE", "COMMIT", "LIVE", "SUBJECT")
	what := "  serves"
	if taken(l) {
		t.row(what, marked(l.Active.Release, l.Active.Revoked), short(l.Active.Commit), s.ago(l.Active.LiveAt), l.Active.Subject)
		what = "  before"
	}
	if l.Current != nil {
		t.row(what, marked(l.Current.Release, l.Current.Revoked), short(l.Current.Commit), s.ago(l.Current.CompletedAt), l.Current.Subject)
	}
	for _, k := range l.Kept {
		what = "  kept"
		if k.Warm {
			what = "  warm"
		}
		t.row(what, marked(k.Release, k.Revoked), short(k.Commit), s.ago(k.CompletedAt), k.Subject)
	}
	t.write(w)
}

func (s *session) instancesOf(w io.Writer, l model.Lane) {
	if len(l.Instances) == 0 {
		return
	}
	t := s.table("  INSTANCE", "STATE", "ADDRESS", "ROUTED", "RESTARTS", "DETAIL")
	for _, i := range l.Instances {
		routed := "no"
		if i.Routed {
			routed = "yes"
		}
		t.colored(1, "  "+i.ID, i.State, orDash(i.Address), routed, fmt.Sprint(i.Restarts), i.Detail)
	}
	t.write(w)
}
