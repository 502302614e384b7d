package pillars

import (
	"fmt"
	"math"
	"strings"

	"slipway.dev/internal/core/manifest"
)

// cost has what the flow may cost.
func (t *table) cost() {
	c := t.flow.Spec.Targets.Cost
	each, month := math.NaN(), math.NaN()
	if t.seen.Cost != nil {
		each, month = t.seen.Cost.PerThousand, t.seen.Cost.PerMonth
	}
	if c.PerThousand != "" {
		t.add(Cost, "per thousand", string(c.PerThousand), t.money(c.PerThousand, each))
	}
	if c.PerMonth != "" {
		t.add(Cost, "per month", string(c.PerMonth), t.money(c.PerMonth, month))
	}
}

func (t *table) money(wanted manifest.Money, is float64) Row {
	most, currency := wanted.Amount()
	switch {
	case t.seen.Currency == "":
		return Row{State: NotMeasured, Text: "there are no prices " + t.in() + ": give the Environment some"}
	case t.seen.Currency != currency:
		return Row{State: NotMeasured, Text: fmt.Sprintf("prices %s are in %s, and the target in %s", t.in(), t.seen.Currency, currency)}
	case t.seen.Cost == nil:
		return Row{State: Unknown, Text: "no figures come"}
	case math.IsNaN(is) || math.IsInf(is, 0):
		why := strings.Join(t.seen.Cost.Missing, "; ")
		if why == "" {
			why = "it cannot be said from what is known"
		}
		return Row{State: Unknown, Text: why}
	}
	r := Row{Measured: fmt.Sprintf("%s %s", amount(is), currency), State: OK, Text: "as " + span(t.seen.Span) + " went"}
	if is > most {
		r.State = Missed
	}
	return r
}
