package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

func newFlow(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "flow", Short: "See the business flows, and how they do",
		Long: `A flow is a sequence of actions that a user or a component takes; it crosses services.
It says what matters: its targets become objectives with error budgets, and a new release
that hurts it is taken back.`,
		Example: `  slipway flow list
  slipway flow show purchase-ticket
  slipway flow findings`,
	}, flowList(s), flowShow(s), flowFindings(s))
}

func flowList(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the flows and their state",
		Long: `List shows every flow, the services that it crosses, and in each environment the worst
state of its objectives: ok, burning (its error budget is used up too fast), exhausted, or
unknown (too little traffic, or nothing that measures it).`,
		Example: `  slipway flow list
  slipway flow list -o json | jq -r '.[] | select(.criticality == "high") | .name'`,
		Args: exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Flows(ctx)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) { s.flows(w, list) })
		}),
	}
}

func (s *session) flows(w io.Writer, list []model.Flow) {
	if len(list) == 0 {
		fmt.Fprintln(w, "No flow is declared. A manifest of kind Flow declares one: see `slipway schema`.")
		return
	}
	t := s.table("FLOW", "CRITICALITY", "TYPE", "TEAM", "SERVICES", "STATE")
	for _, f := range list {
		t.row(f.Name, f.Criticality, f.Type, f.Team, strings.Join(f.Services, ", "), statesText(f.States))
	}
	t.write(w)
}

// statesText is "prod exhausted, dev unknown".
func statesText(states []model.FlowState) string {
	if len(states) == 0 {
		return "no targets"
	}
	var out []string
	for _, st := range states {
		out = append(out, st.Environment+" "+st.State)
	}
	return strings.Join(out, ", ")
}

func flowShow(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "show FLOW", Short: "Tell all about a flow: steps, targets, state, who is woken",
		Long: `Show tells what a flow is and what its steps are, which targets it has under the five
pillars and what was measured of each, how its objectives and error budgets stand, what
availability follows from what it rests on, and who is woken when it does badly.`,
		Example: `  slipway flow show purchase-ticket
  slipway flow show purchase-ticket -o json | jq .objectives`,
		Args: exactly("FLOW"), ValidArgsFunction: s.complete(flowNames),
		RunE: s.calling(func(ctx context.Context, c *client.Client, args []string) error {
			f, err := c.Flow(ctx, args[0])
			if err != nil {
				return err
			}
			return s.print(f, func(w io.Writer) { s.flow(w, f) })
		}),
	}
}

func flowNames(ctx context.Context, c *client.Client, _ []string) ([]string, error) {
	list, err := c.Flows(ctx)
	return unique(list, func(f model.Flow) (string, bool) { return f.Name + "\t" + clean(f.Description), true }), err
}

func (s *session) flow(w io.Writer, f model.FlowDetail) {
	paint := s.paint(s.out)
	fmt.Fprintf(w, "%s  %s flow of %s criticality", paint("bold", clean(f.Name)), clean(f.Type), clean(f.Criticality))
	if f.Team != "" {
		fmt.Fprintf(w, ", of %s", clean(f.Team))
	}
	fmt.Fprintln(w)
	for _, line := range [][2]string{
		{"", f.Description}, {"impact", f.Impact}, {"from", f.Start}, {"to", f.End}, {"needs", strings.Join(f.Preconditions, "; ")},
		{"process", owned(f.Process, f.ProcessOwner)}, {"use cases", strings.Join(f.UseCases, ", ")},
		{"stakeholders", strings.Join(f.Stakeholders, ", ")}, {"depends on", strings.Join(f.DependsOn, ", ")}, {"falls back to", strings.Join(f.Fallback, ", ")},
	} {
		if line[1] != "" {
			fmt.Fprintf(w, "  %-14s %s\n", line[0], clean(line[1]))
		}
	}
	s.flowSteps(w, f)
	s.pillars(w, f.Pillars)
	if len(f.Objectives) > 0 {
		heading(w, paint, "Objectives")
		s.objectives(w, f.Objectives, false)
	}
	s.estimate(w, f.Estimate)
	s.attributes(w, f)
	s.woken(w, f)
}

func owned(process, owner string) string {
	if process == "" || owner == "" {
		return process
	}
	return process + " (" + owner + ")"
}

func heading(w io.Writer, paint func(color, text string) string, text string) {
	fmt.Fprintf(w, "\n%s\n", paint("bold", text))
}

func (s *session) flowSteps(w io.Writer, f model.FlowDetail) {
	heading(w, s.paint(s.out), "Steps")
	t := s.table("STEP", "SERVICE", "WHAT", "WHEN", "LAST HOUR")
	for _, st := range f.Steps {
		what := cmp.Or(st.Request, st.Event)
		service := st.Service
		if service != "" && st.ServedBy == "" {
			service += " (nobody serves it)"
		}
		t.row(st.Name, cmp.Or(service, "-"), what, cmp.Or(st.When, st.Path, "always"), seen(st.LastHour))
	}
	t.write(w)
	for _, a := range f.Alternatives {
		fmt.Fprintf(w, "  %s, when %s", clean(a.Name), clean(a.When))
		if a.End != "" {
			fmt.Fprintf(w, ": %s", clean(a.End))
		}
		fmt.Fprintln(w)
	}
}

// seen is "prod 1200, 3 failed".
func seen(in []model.Seen) string {
	var out []string
	for _, x := range in {
		text := fmt.Sprintf("%s %.0f", x.Environment, x.Requests)
		if x.Errors > 0 {
			text += fmt.Sprintf(", %.0f failed", x.Errors)
		}
		out = append(out, text)
	}
	return cmp.Or(strings.Join(out, "; "), "-")
}

func (s *session) pillars(w io.Writer, list []model.Pillar) {
	if len(list) == 0 {
		return
	}
	heading(w, s.paint(s.out), "Targets")
	t := s.table("ENV", "PILLAR", "TARGET", "WANTED", "MEASURED", "STATE", "")
	for _, p := range list {
		t.colored(5, p.Environment, p.Pillar, p.Target, p.Wanted, cmp.Or(p.Measured, "-"), p.State, p.Text)
	}
	t.write(w)
}

func (s *session) estimate(w io.Writer, e *model.Estimate) {
	if e == nil {
		return
	}
	heading(w, s.paint(s.out), "What it rests on")
	for _, p := range e.Parts {
		role := ""
		if p.Role == "fallback" {
			role = ", serves instead"
		}
		known := percent(p.Availability)
		if p.From == "unknown" {
			known = "?"
		}
		fmt.Fprintf(w, "  %-9s %s (%s%s)\n", known, clean(p.What), clean(p.From), role)
	}
	most := ""
	if !e.Complete {
		most = "at most, because not all is known; "
	}
	fmt.Fprintf(w, "  %-9s all together, %sif failures are independent: an estimate", percent(e.Availability), most)
	if e.Measured != nil {
		fmt.Fprintf(w, "; measured in %s: %s", clean(e.In), percent(*e.Measured))
	}
	fmt.Fprintln(w)
}

// percent shows a share with as many digits as it takes to tell it from 100%.
func percent(share float64) string {
	text := fmt.Sprintf("%.4f", 100*share)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".") + "%"
}

func (s *session) attributes(w io.Writer, f model.FlowDetail) {
	if len(f.Attributes) == 0 {
		return
	}
	heading(w, s.paint(s.out), "How well it is made")
	t := s.table("ATTRIBUTE", "STATE", "LOOKED AT")
	for _, a := range f.Attributes {
		t.colored(1, a.Name, a.State, a.Looked)
	}
	t.write(w)
	for _, x := range f.FindingList {
		s.finding(w, x)
	}
}

func (s *session) woken(w io.Writer, f model.FlowDetail) {
	heading(w, s.paint(s.out), "Who is woken")
	if len(f.Woken) == 0 {
		fmt.Fprintln(w, "  nobody: its escalation path names no one")
		return
	}
	for _, st := range f.Woken {
		when := "at once"
		if st.AfterMinutes > 0 {
			when = fmt.Sprintf("after %.4g min", st.AfterMinutes)
		}
		fmt.Fprintf(w, "  %-14s %s", when, clean(strings.Join(st.Tell, ", ")))
		if len(st.People) > 0 {
			fmt.Fprintf(w, ": %s", clean(strings.Join(st.People, ", ")))
		}
		fmt.Fprintln(w)
	}
}

func flowFindings(s *session) *cobra.Command {
	return &cobra.Command{
		Use: "findings", Short: "List what is not as it should be in what is declared",
		Long: `Findings holds everything that is declared against everything else: targets that cannot
be met by what a flow rests on, steps that no service serves, services in no flow, escalation
paths that name nobody, and what else makes a flow badly designed.`,
		Example: `  slipway flow findings
  slipway flow findings -o json | jq -r '.[] | select(.severity == "warning") | .text'`,
		Args: exactly(),
		RunE: s.calling(func(ctx context.Context, c *client.Client, _ []string) error {
			list, err := c.Findings(ctx)
			if err != nil {
				return err
			}
			return s.print(list, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "Nothing was found.")
				}
				for _, f := range list {
					s.finding(w, f)
				}
			})
		}),
	}
}

// finding prints one as compilers do, where its place is known.
func (s *session) finding(w io.Writer, f model.Finding) {
	paint := s.paint(s.out)
	at := ""
	if f.File != "" {
		at = paint("bold", fmt.Sprintf("%s:%d:", clean(f.File), f.Line)) + " "
	}
	fmt.Fprintf(w, "%s%s %s %s: %s", at, paint(statusColor(f.Severity), clean(f.Severity)), clean(f.Kind), clean(f.Name), clean(f.Text))
	if f.Hint != "" {
		fmt.Fprintf(w, "; %s", clean(f.Hint))
	}
	fmt.Fprintf(w, " [%s]\n", clean(f.Code))
}
