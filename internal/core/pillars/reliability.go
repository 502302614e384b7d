package pillars

import (
	"fmt"
	"slices"
	"strings"

	"slipway.dev/internal/core/slo"
)

// reliability has the objectives.
func (t *table) reliability() {
	hours := ""
	if r := t.flow.Spec.Targets.Reliability; len(r.Windows) > 0 {
		hours = ", in its own hours"
	} else if r.Hours != "" && r.Hours != "always" {
		hours = ", in " + r.Hours + " hours"
	}
	for _, o := range slo.Objectives(t.flow) {
		name, wanted := o.Name, share(o.Target)
		if o.Bound > 0 {
			name, wanted = strings.Replace(o.Name, "latency-", "latency ", 1), share(o.Target)+" within "+span(o.Bound)
		}
		t.add(Reliability, name, wanted+" over "+span(o.Window)+hours, t.objective(o))
	}
}

func (t *table) objective(o slo.Objective) Row {
	i := slices.IndexFunc(t.seen.Objectives, func(s Objective) bool { return s.Name == o.Name })
	if i < 0 {
		return Row{State: NotMeasured, Text: "nobody looks at it " + t.in()}
	}
	s := t.seen.Objectives[i]
	if s.State == slo.Unknown && s.Reason == slo.NotEnough {
		return Row{State: Unknown, Text: fmt.Sprintf("%.0f requests are too few to say: at least %d are needed", s.Total, o.Minimum)}
	}
	if s.State == slo.Unknown {
		return Row{State: Unknown, Text: "no figures come, or too few of them"}
	}
	r := Row{Measured: share(s.Measured), State: OK, Text: share(s.Budget) + " of the error budget is left"}
	switch {
	case s.State == slo.Exhausted:
		r.State, r.Text = Missed, "the error budget is used up"
	case s.State == slo.Burning:
		r.Text += ", and it burns too fast"
	}
	return r
}
