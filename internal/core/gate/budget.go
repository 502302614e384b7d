package gate

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What may block a release, as Policy.Budget says.
const (
	BlockExhausted = "exhausted" // a budget that is used up
	BlockBurning   = "burning"   // also one that is used up too fast
)

// States of a Budget. Any other word counts as BudgetUnknown.
const (
	BudgetOK        = "ok"
	BudgetBurning   = "burning"
	BudgetExhausted = "exhausted"
	BudgetUnknown   = "unknown"
)

// Budget is how the error budget of one of a flow's objectives stands in an environment.
type Budget struct {
	Flow        string
	Objective   string // "availability", "latency-p99"
	Criticality string
	Team        string // that answers for the flow
	State       string
	Left        float64 // share that is left, below 0 if more was spent than there is; NaN: nobody knows
	Since       time.Time
	Window      time.Duration // over which failures count
	Text        string        // how it was found, for a person
	Few         bool          // unknown only because there were not enough requests
	Digest      string        // of what was seen, for the decision's inputs
}

// budgets are the flows by what they mean for the door.
type budgets struct {
	spent []Budget // what blocks
	lost  []Budget // nobody can say
	other []Budget
}

// budget asks that the flows that the service takes part in have error budget left.
func (e *evaluation) budget() {
	if e.Budget == "" {
		return
	}
	for _, b := range e.facts.Budgets {
		in := Input{URI: "slipway:slo/" + e.Environment + "/" + b.Flow, Digest: b.Digest}
		if !slices.Contains(e.d.Inputs, in) {
			e.d.Inputs = append(e.d.Inputs, in)
		}
	}
	switch by := e.sorted(); {
	case len(by.spent) > 0 && e.Fix == "":
		e.say("budget", Fail, strings.Join(e.tell(by.spent), " "), e.mend(by.spent)...)
	case e.facts.BudgetsUnknown != "":
		e.say("budget", Unknown, fmt.Sprintf("Which flows %s takes part in cannot be told: %s.", e.Service, bare(e.facts.BudgetsUnknown)), "have that mended; until then nobody can say what is left")
	case len(by.lost) > 0:
		e.say("budget", Unknown, strings.Join(e.tell(by.lost), " "), "have the measuring mended: slipway flow show "+by.lost[0].Flow)
	case len(by.spent) > 0:
		e.say("budget", Waived, fmt.Sprintf("Waived, because %s says that it is the fix: %s. %s", e.asker(), bare(strings.Join(strings.Fields(e.Fix), " ")), strings.Join(e.tell(by.spent), " ")))
	case len(by.other) == 0:
		e.say("budget", NotApplicable, fmt.Sprintf("%s takes part in no flow that has an objective.", e.Service))
	default:
		e.say("budget", Pass, strings.Join(e.tell(by.other), " "))
	}
}

// sorted parts the flows. That a flow has too little traffic keeps nobody out: it would for ever.
func (e *evaluation) sorted() (by budgets) {
	for _, b := range e.facts.Budgets {
		switch {
		case b.State == BudgetExhausted, b.State == BudgetBurning && e.Budget != BlockExhausted:
			by.spent = append(by.spent, b)
		case b.State == BudgetOK, b.State == BudgetBurning, b.State == BudgetUnknown && b.Few:
			by.other = append(by.other, b)
		default:
			by.lost = append(by.lost, b)
		}
	}
	return by
}

// tell has a sentence for each of the first few.
func (e *evaluation) tell(list []Budget) (told []string) {
	for i, b := range list {
		if i == named {
			return append(told, fmt.Sprintf("And %d more.", len(list)-named))
		}
		told = append(told, e.sentence(b))
	}
	return told
}

func (e *evaluation) sentence(b Budget) string {
	name := b.Flow
	if b.Criticality != "" {
		name += " (" + b.Criticality + ")"
	}
	budget := "error budget"
	if b.Objective != "" {
		budget += " for " + b.Objective
	}
	switch {
	case b.State == BudgetExhausted:
		return fmt.Sprintf("%s has used up its %s%s%s%s.", name, budget, e.since(b), left(b), because(b.Text))
	case b.State == BudgetBurning:
		return fmt.Sprintf("%s burns its %s too fast%s%s%s.", name, budget, e.since(b), left(b), because(b.Text))
	case b.State == BudgetOK:
		return fmt.Sprintf("%s has %s%s.", name, budget, left(b))
	case b.State == BudgetUnknown && b.Few:
		return fmt.Sprintf("%s has too little traffic to say anything of its %s%s.", name, budget, because(b.Text))
	}
	return fmt.Sprintf("Nobody knows what is left of the %s of %s%s.", budget, name, because(b.Text))
}

func (e *evaluation) since(b Budget) string {
	if b.Since.IsZero() {
		return ""
	}
	return " since " + e.clock(b.Since)
}

// left says how much of a budget there is.
func left(b Budget) string {
	switch {
	case math.IsNaN(b.Left) || math.IsInf(b.Left, 0):
		return ""
	case b.Left < 0:
		return fmt.Sprintf(", %s of it spent", percent(1-b.Left))
	}
	return fmt.Sprintf(", %s left", percent(b.Left))
}

// percent writes a share: with a decimal where it is small.
func percent(share float64) string {
	digits := 0
	if math.Abs(share) < 0.1 {
		digits = 1
	}
	text := strconv.FormatFloat(share*100, 'f', digits, 64)
	return strings.TrimSuffix(text, ".0") + "%"
}

// mend says what would let the release in, and who can see to it.
func (e *evaluation) mend(spent []Budget) []string {
	b := spent[0]
	wait := "wait until it burns no longer: slipway flow show " + b.Flow
	if b.State == BudgetExhausted && b.Window > 0 {
		wait = fmt.Sprintf("wait: what failed counts for %s: slipway flow show %s", span(b.Window), b.Flow)
	}
	needs := []string{wait, fmt.Sprintf("if it is the fix, whoever may promote says so: slipway promote %s %s --release %s --fix WHY", e.Service, e.Environment, e.Release)}
	if b.Team != "" {
		needs = append(needs, fmt.Sprintf("who answers for %s: %s", b.Flow, b.Team))
	}
	return needs
}

// asker names who asked for the release to go in.
func (e *evaluation) asker() string {
	if e.RequestedBy == "" {
		return "who asked"
	}
	return strings.TrimPrefix(e.RequestedBy, "person:")
}
