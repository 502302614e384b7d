package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/judge"
)

func newJudge(s *session) *cobra.Command {
	return group(&cobra.Command{
		Use: "judge", Short: "See how a canary is judged, or would have been",
		Long: `A canary without steps is judged: what users do with the new release is compared, flow by
flow, with what they do with the old one at the same time. It is rolled back as soon as the
evidence suffices, promoted as soon as it is proven fine, and otherwise held: there is not
enough data.`,
		Example: `  slipway judge replay tickets.prod.7
  slipway judge replay ticks.jsonl --psi0 1.2`,
	}, judgeReplay(s))
}

func judgeReplay(s *session) *cobra.Command {
	var o judge.Options
	cmd := &cobra.Command{
		Use: "replay FILE|DEPLOYMENT", Short: "Run the judge over recorded ticks",
		Long: `Replay runs the judge over what was recorded of a canary: of a deployment, or from a file
(- is standard input) of JSON lines like
  {"t":1,"flow":"purchase-ticket","canary":{"n":50,"errors":2,"slow":{"0.3":4}},"baseline":{"n":950,"errors":1,"slow":{"0.3":60}}}
where t is seconds since the start, and slow has how many requests took longer than so many
seconds. It prints the verdict, the tick that decided, and the evidence over time. A file
needs no control plane.`,
		Example: `  slipway judge replay tickets.prod.7
  slipway judge replay ticks.jsonl --psi0 1.2 --alpha 0.001
  slipway judge replay ticks.jsonl -o json | jq .verdict`,
		Args: exactly("FILE|DEPLOYMENT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := sensible(cmd, o); err != nil {
				return err
			}
			raw, err := s.ticks(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			lines, err := judge.ParseTicks(raw)
			if err != nil {
				return fault.New(fault.Invalid, "%s: %v", args[0], err)
			}
			if len(lines) == 0 {
				return fault.New(fault.Invalid, "%s has no ticks: there is nothing to judge", args[0])
			}
			r := judge.Replay(o, nil, lines)
			return s.print(r, func(w io.Writer) { s.replayed(w, r) })
		},
	}
	cmd.Flags().Float64Var(&o.Psi0, "psi0", 0, "odds ratio of errors up to which a release is harmless (default 1.5)")
	cmd.Flags().Float64Var(&o.Psi1, "psi1", 0, "odds ratio from which it is harmful (default 2)")
	cmd.Flags().Float64Var(&o.Alpha, "alpha", 0, "share of harmless canaries that may be rolled back (default 0.01)")
	cmd.Flags().Float64Var(&o.Beta, "beta", 0, "share of harmful canaries that may be promoted (default 0.05)")
	return cmd
}

// sensible refuses options that the judge would put its defaults for.
func sensible(cmd *cobra.Command, o judge.Options) error {
	for _, x := range []struct {
		name      string
		value     float64
		low, high float64
	}{{"psi0", o.Psi0, 0.001, 1000}, {"psi1", o.Psi1, 1, 1000}, {"alpha", o.Alpha, 0, 0.5}, {"beta", o.Beta, 0, 0.5}} {
		if cmd.Flags().Changed(x.name) && !(x.value > x.low && x.value <= x.high) {
			return fault.New(fault.Invalid, "--%s is %g: it must be above %g, and at most %g", x.name, x.value, x.low, x.high)
		}
	}
	return nil
}

// ticks reads recorded ticks from a file, or else of a deployment.
func (s *session) ticks(ctx context.Context, name string) ([]byte, error) {
	if _, err := os.Stat(name); err == nil || name == "-" {
		return s.readFile(name)
	}
	if strings.Count(name, ".") != 2 || strings.ContainsAny(name, "/\\") {
		return nil, fault.New(fault.NotFound, "there is no file %s, and it is not a deployment like tickets.prod.7 either", name)
	}
	c, err := s.connect()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	var b bytes.Buffer
	err = c.Ticks(ctx, name, &b)
	return b.Bytes(), err
}

// judgement tells what the judge said last of a deployment.
func (s *session) judgement(w io.Writer, d model.DeploymentDetail) {
	j := d.Judge
	if j == nil {
		return
	}
	paint := s.paint(s.out)
	fmt.Fprintf(w, "\nJudge: %s at tick %d; %d users met an error of the new release (slipway judge replay %s)\n",
		paint(statusColor(j.Verdict), clean(j.Verdict)), j.Tick, j.UsersHit, clean(d.ID))
	t := s.table("FLOW", "CRITICALITY", "CANARY", "BASELINE", "VERDICT", "")
	for _, f := range j.Flows {
		name := f.Flow
		if f.Synthetic {
			name += " (made by slipway)"
		}
		t.colored(4, name, f.Criticality, fmt.Sprintf("%d of %d failed", f.Canary.Errors, f.Canary.Requests),
			fmt.Sprintf("%d of %d failed", f.Baseline.Errors, f.Baseline.Requests), f.Verdict, f.Reason)
	}
	t.write(w)
	for _, text := range j.Warnings {
		fmt.Fprintf(w, "%s %s\n", paint("yellow", "warning"), clean(text))
	}
}

func (s *session) replayed(w io.Writer, r judge.Result) {
	paint := s.paint(s.out)
	fmt.Fprintf(w, "%s after %s: %s\n", paint(statusColor(string(r.Verdict)), string(r.Verdict)), seconds(r.Tick), clean(r.Reason))
	for _, n := range r.Warnings {
		fmt.Fprintf(w, "%s %s: %s\n", paint("yellow", "warning"), clean(n.Flow), clean(n.Text))
	}
	over, order := map[string][]judge.Entry{}, []string{}
	for _, e := range r.Evidence {
		if over[e.Flow] == nil {
			order = append(order, e.Flow)
		}
		over[e.Flow] = append(over[e.Flow], e)
	}
	fmt.Fprintln(w)
	t := s.table("FLOW", "CRITICALITY", "CANARY", "BASELINE", "WORSE", "OVER TIME", "FINE", "OVER TIME", "")
	for _, name := range order {
		list := over[name]
		last := list[len(list)-1]
		t.row(name, string(last.Criticality), tally(last.Canary), tally(last.Baseline),
			to(last.LnAgainst, last.LnRollback), spark(list, func(e judge.Entry) float64 { return part(e.LnAgainst, e.LnRollback) }),
			to(last.LnFor, last.LnPromote), spark(list, func(e judge.Entry) float64 { return part(e.LnFor, e.LnPromote) }), last.Reason)
	}
	t.write(w)
	fmt.Fprintln(w, "\nWORSE and FINE are how far the evidence has come (natural logarithms) of what decides.")
}

func tally(x judge.Side) string { return fmt.Sprintf("%d of %d failed", x.Errors, x.N) }

// to is "2.1 of 4.6".
func to(ln, enough float64) string {
	if enough <= 0 {
		return fmt.Sprintf("%.1f", ln)
	}
	return fmt.Sprintf("%.1f of %.1f", ln, enough)
}

// part is how far evidence has come, from 0 to 1.
func part(ln, enough float64) float64 {
	if enough <= 0 {
		enough = -math.Log(0.01)
	}
	return min(max(ln/enough, 0), 1)
}

// spark draws values from 0 to 1 over time in at most 16 columns.
func spark(list []judge.Entry, of func(judge.Entry) float64) string {
	const columns = 16
	bars := []rune("▁▂▃▄▅▆▇█")
	n := min(columns, len(list))
	var b strings.Builder
	for i := range n {
		e := list[(i+1)*len(list)/n-1]
		b.WriteRune(bars[int(of(e)*float64(len(bars)-1))])
	}
	return b.String()
}
