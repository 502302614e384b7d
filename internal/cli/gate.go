package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

func newGate(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "gate", Short: "See what a door asks, and what is missing",
		Long: `A gate stands at the door of an environment. It has conditions; each passes, fails, is
unknown, waived or does not apply. It opens only if none fails and none is unknown.`,
		Example: `  slipway gate explain tickets prod
  slipway gate list
  slipway gate window prod`,
	}, gateExplain(s), gateList(s), gateWindow(s))
}

func gateExplain(s *session) *cobra.Command {
	var q model.GateQuery
	var at string
	cmd := &cobra.Command{
		Use: "explain SERVICE ENV", Short: "Say how a door stands to a release, and why",
		Long: `Explain evaluates the gate of an environment now: for the release that waits at it, or
the one that would come next, or that of --release. It lets nobody in.

With --at and --with it tells what would be: at another time, or if somebody had
approved.`,
		Example: `  slipway gate explain tickets prod
  slipway gate explain tickets prod --release 3f2a91c --at 2026-12-24T10:00
  slipway gate explain tickets prod --with approval=ada --with approval=bob -o json`,
		Args: exactly("SERVICE", "ENV"), ValidArgsFunction: s.complete(services, environments),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			q.Service, q.Environment = args[0], args[1]
			var err error
			if q.At, err = moment(at); err != nil {
				return err
			}
			g, err := c.Gate(ctx, q)
			if err != nil {
				return err
			}
			return s.print(g, func(w io.Writer) { s.gate(w, g) })
		}),
	}
	cmd.Flags().StringVar(&q.Release, "release", "", "release that would enter; default: the one that waits, or would come next")
	cmd.Flags().StringVar(&at, "at", "", "as it would stand at this time (2026-12-24T10:00, or with an offset)")
	cmd.Flags().StringArrayVar(&q.With, "with", nil, "what if: approval=NAME; may be given several times")
	cmd.Flags().BoolVar(&q.Expedite, "expedite", false, "as a hotfix")
	s.completeFlag(cmd, "release", 2, releases)
	return cmd
}

func gateList(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List what waits at a door",
		Long:    "List shows every release that waits at the door of an environment, and what it waits for.",
		Example: `  slipway gate list`,
		Args:    exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Gates(ctx)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "Nothing waits.")
					return
				}
				t := s.table("DEPLOYMENT", "RELEASE", "GATE", "WAITS FOR")
				for _, g := range list {
					t.colored(2, g.Deployment, g.Release, g.Verdict, missing(g))
				}
				t.write(w)
			})
		}),
	}
}

// gate draws the table of a gate.
func (s *session) gate(w io.Writer, g model.Gate) {
	paint := s.paint(s.out)
	what := g.Service + " " + g.Release
	if g.Deployment != "" {
		what += " (" + g.Deployment + ")"
	}
	fmt.Fprintf(w, "%s at the door of %s: %s\n", clean(what), clean(g.Environment), paint(statusColor(g.Verdict), clean(g.Verdict)))
	if g.Glass != "" {
		fmt.Fprintf(w, "%s\n", paint("red", "the glass is broken: it may enter all the same ("+clean(g.Glass)+")"))
	}
	s.conditions(w, g)
	for _, c := range g.Conditions {
		if c.Verdict != "fail" && c.Verdict != "unknown" {
			continue
		}
		for _, n := range c.Needs {
			fmt.Fprintf(w, "  %s needs %s\n", clean(c.Name), clean(n))
		}
	}
	if !g.Next.IsZero() {
		fmt.Fprintf(w, "It may change by itself at %s.\n", clock(g.Next))
	}
}

// gateThen draws the table of a gate as it stood once. What it needed then is of no use now.
func (s *session) gateThen(w io.Writer, g model.Gate, when string) {
	paint := s.paint(s.out)
	fmt.Fprintf(w, "The door of %s %s: %s\n", clean(g.Environment), when, paint(statusColor(g.Verdict), clean(g.Verdict)))
	if g.Glass != "" {
		fmt.Fprintf(w, "%s\n", paint("red", "it went in by a broken glass ("+clean(g.Glass)+")"))
	}
	s.conditions(w, g)
}

// conditions draws what a gate asks, and how that stands.
func (s *session) conditions(w io.Writer, g model.Gate) {
	if g.Expedite {
		fmt.Fprintln(w, "a hotfix: soak and windows are relaxed, nothing else")
	}
	if len(g.Conditions) == 0 {
		fmt.Fprintln(w, "Nothing is asked here.")
		return
	}
	t := s.table("CONDITION", "VERDICT", "REASON")
	for _, c := range g.Conditions {
		t.colored(1, c.Name, c.Verdict, c.Reason)
	}
	t.write(w)
}

// missing says in one line what keeps a gate shut.
func missing(g model.Gate) string {
	var list []string
	for _, c := range g.Conditions {
		if c.Verdict == "fail" || c.Verdict == "unknown" {
			list = append(list, c.Name+": "+c.Reason)
		}
	}
	return strings.ReplaceAll(strings.Join(list, "; "), ".; ", "; ")
}

// clock is a time near enough that nobody asks for the year.
func clock(t time.Time) string { return t.Local().Format("Mon 2 Jan 15:04:05 MST") }

// moment reads a time with its offset, or a local one; "" is none.
func moment(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fault.New(fault.Invalid, "%q is not a time", text).WithHint("write it like 2026-12-24T10:00, or with an offset like 2026-12-24T10:00:00+01:00")
}
