package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func newPlan(s *session) *cobra.Command {
	var release string
	cmd := &cobra.Command{
		Use: "plan SERVICE ENV", Short: "See what a deployment would do, before it does",
		Long: `Plan tells what a deployment into an environment would bring: releases and commits since
the one that runs there, what changes in its configuration, how the gate stands, the
steps, how long they are expected to take, the way back, and who to turn to. The plan of
each deployment above the first environment is kept with it: slipway deployment show.`,
		Example: `  slipway plan tickets prod
  slipway plan tickets prod --release 3f2a91c -o yaml > plan.yaml`,
		Args: exactly("SERVICE", "ENV"), ValidArgsFunction: s.complete(services, environments),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			p, err := c.Plan(ctx, args[0], args[1], release)
			if err != nil {
				return err
			}
			return s.print(p, func(w io.Writer) { s.plan(w, p, func() { s.gate(w, p.Gate) }) })
		}),
	}
	cmd.Flags().StringVar(&release, "release", "", "release to plan for; default: the one that runs in the environment before")
	s.completeFlag(cmd, "release", 2, releases)
	return cmd
}

// planned writes a plan that was kept: its gate is told as it stood then.
func (s *session) planned(w io.Writer, p model.Plan) {
	s.plan(w, p, func() { s.gateThen(w, p.Gate, "when this was planned, at "+clock(p.MadeAt)) })
}

// plan writes a plan for a person to read through. door writes how its gate stands or stood.
func (s *session) plan(w io.Writer, p model.Plan, door func()) {
	paint := s.paint(s.out)
	section := func(heading string, body func()) {
		fmt.Fprintf(w, "\n%s\n", paint("bold", heading))
		body()
	}
	fmt.Fprintf(w, "%s\n", paint("bold", clean(fmt.Sprintf("Plan: %s %s into %s, in place of %s", p.Service, p.Release, p.Environment, orNothing(p.From)))))
	expected := "duration " + p.Basis
	if p.Seconds > 0 {
		expected = "expected to take " + seconds(p.Seconds) + " (" + p.Basis + ")"
	}
	fmt.Fprintf(w, "  strategy %s, migration %s, %s\n", clean(p.Strategy), clean(p.Migration), clean(expected))
	if p.Reason != "" {
		fmt.Fprintf(w, "  asked for: %s\n", clean(p.Reason))
	}
	section("Commits", func() { planCommits(w, p) })
	section("Configuration", func() { planChanges(w, p) })
	section("Gate", door)
	section("Steps", func() { lines(w, p.Steps, func(i int) string { return fmt.Sprintf("%d.", i+1) }) })
	section("Way back", func() { planRollback(w, p.Rollback) })
	section("Contacts", func() { planContacts(w, p.Contacts) })
	section("Checklist", func() { lines(w, p.Checklist, func(int) string { return "[ ]" }) })
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}

func lines(w io.Writer, list []string, mark func(i int) string) {
	for i, l := range list {
		fmt.Fprintf(w, "  %s %s\n", mark(i), clean(l))
	}
}

func planCommits(w io.Writer, p model.Plan) {
	for _, c := range p.Commits {
		fmt.Fprintf(w, "  %s  %s  (%s)\n", short(c.ID), clean(c.Subject), clean(person(c.Author)))
	}
	switch {
	case p.NoCommits != "":
		fmt.Fprintf(w, "  %s\n", clean(p.NoCommits))
	case p.MoreCommits:
		fmt.Fprintln(w, "  … and more")
	case len(p.Commits) == 0:
		fmt.Fprintln(w, "  none: the same commit")
	}
	if len(p.Releases) > 1 {
		fmt.Fprintf(w, "  in %d releases: %s\n", len(p.Releases), clean(strings.Join(p.Releases, ", ")))
	}
}

func planChanges(w io.Writer, p model.Plan) {
	for _, c := range p.Changes {
		fmt.Fprintf(w, "  %s: %s -> %s\n", clean(c.Path), orDash(clean(c.Old)), orDash(clean(c.New)))
	}
	if len(p.Changes) == 0 {
		fmt.Fprintln(w, "  no change")
	}
}

func planRollback(w io.Writer, r model.RollbackPath) {
	if r.To != "" {
		fmt.Fprintf(w, "  to %s; by itself when\n", clean(r.To))
	} else {
		fmt.Fprintln(w, "  it is stopped when")
	}
	lines(w, r.Conditions, func(int) string { return "-" })
	for _, n := range r.Notes {
		fmt.Fprintf(w, "  %s\n", clean(n))
	}
}

func planContacts(w io.Writer, contacts []model.Contact) {
	for _, c := range contacts {
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("  %s: %s %s", clean(c.Role), clean(c.Name), clean(c.Email)), " "))
	}
	if len(contacts) == 0 {
		fmt.Fprintln(w, "  none are declared: a Team's manifest lists members and who is on call")
	}
}
