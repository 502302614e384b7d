package gate

import (
	"math"
	"strings"
	"testing"
	"time"
)

func spent(flow string) Budget {
	return Budget{Flow: flow, Objective: "availability", Criticality: "high", Team: "box-office", State: BudgetExhausted, Left: -0.8, Since: ago(3 * time.Hour), Window: 30 * 24 * time.Hour,
		Text: "availability is 98.2%, wanted 99.9%", Digest: "sha256:" + flow}
}

func burning(flow string) Budget {
	return Budget{Flow: flow, Criticality: "medium", State: BudgetBurning, Left: 0.62, Since: ago(10 * time.Minute), Text: "20 times too fast over 1h and 5m."}
}

func fine(flow string) Budget { return Budget{Flow: flow, State: BudgetOK, Left: 0.034} }

func few(flow string) Budget {
	return Budget{Flow: flow, State: BudgetUnknown, Left: math.NaN(), Few: true, Text: "12 requests in 30d, 100 are needed"}
}

func away(flow string) Budget {
	return Budget{Flow: flow, Criticality: "low", State: BudgetUnknown, Left: math.NaN(), Text: "the metrics server is away"}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	wait := "wait: what failed counts for 30d: slipway flow show purchase"
	for name, c := range map[string]struct {
		block   string
		fix     string
		flows   []Budget
		lost    string // why flows cannot be told
		verdict Verdict
		reason  string
		needs   string
	}{
		"not asked":            {"", "", []Budget{spent("purchase")}, "", "", "", ""},
		"in no flow":           {BlockExhausted, "", nil, "", NotApplicable, "tickets takes part in no flow that has an objective.", ""},
		"a fix in no flow":     {BlockExhausted, "leaks", nil, "", NotApplicable, "takes part in no flow", ""},
		"left":                 {BlockExhausted, "", []Budget{fine("sign-in")}, "", Pass, "sign-in has error budget, 3.4% left.", ""},
		"left, and a fix":      {BlockExhausted, "leaks", []Budget{fine("sign-in")}, "", Pass, "sign-in has error budget, 3.4% left.", ""},
		"exhausted":            {BlockExhausted, "", []Budget{fine("sign-in"), spent("purchase")}, "", Fail, "purchase (high) has used up its error budget for availability since Mon 23 Nov 2026 11:00 CET, 180% of it spent: availability is 98.2%, wanted 99.9%.", wait + "\nif it is the fix, whoever may promote says so: slipway promote tickets prod --release r42 --fix WHY\nwho answers for purchase: box-office"},
		"exhausted, low":       {BlockExhausted, "", []Budget{{Flow: "create", Criticality: "low", State: BudgetExhausted}}, "", Fail, "create (low) has used up its error budget, 0% left.", "slipway flow show create"},
		"burning is left":      {BlockExhausted, "", []Budget{burning("search")}, "", Pass, "search (medium) burns its error budget too fast since Mon 23 Nov 2026 13:50 CET, 62% left: 20 times too fast over 1h and 5m.", ""},
		"burning blocks":       {BlockBurning, "", []Budget{burning("search")}, "", Fail, "search (medium) burns its error budget", "wait until it burns no longer: slipway flow show search\nif it is the fix"},
		"exhausted and burns":  {BlockBurning, "", []Budget{burning("search"), spent("purchase")}, "", Fail, "over 1h and 5m. purchase (high) has", "slipway flow show search"},
		"a word of later":      {"melting", "", []Budget{burning("search")}, "", Fail, "search (medium) burns", "slipway flow show search"},
		"the fix":              {BlockExhausted, "the pool\nwas too small.", []Budget{spent("purchase")}, "", Waived, "Waived, because ada says that it is the fix: the pool was too small. purchase (high) has used up its error budget for availability", ""},
		"the fix of what burn": {BlockBurning, "pool", []Budget{burning("search")}, "", Waived, "it is the fix: pool. search (medium) burns", ""},
		"too little traffic":   {BlockExhausted, "", []Budget{few("search")}, "", Pass, "search has too little traffic to say anything of its error budget: 12 requests in 30d, 100 are needed.", ""},
		"measuring is away":    {BlockExhausted, "", []Budget{fine("sign-in"), away("search")}, "", Unknown, "Nobody knows what is left of the error budget of search (low): the metrics server is away.", "have the measuring mended: slipway flow show search"},
		"away, and the fix":    {BlockExhausted, "pool", []Budget{spent("purchase"), away("search")}, "", Unknown, "Nobody knows what is left", "measuring mended"},
		"away, and exhausted":  {BlockExhausted, "", []Budget{away("search"), spent("purchase")}, "", Fail, "purchase (high) has used up", wait},
		"a state of later":     {BlockExhausted, "", []Budget{{Flow: "search", State: "melted", Few: true}}, "", Unknown, "Nobody knows what is left of the error budget of search.", "measuring mended"},
		"no state":             {BlockExhausted, "", []Budget{{Flow: "search"}}, "", Unknown, "Nobody knows what is left", "measuring mended"},
		"flows cannot be told": {BlockExhausted, "", nil, "the disk is full.", Unknown, "Which flows tickets takes part in cannot be told: the disk is full.", "have that mended"},
		"not told, and a fix":  {BlockExhausted, "pool", nil, "the disk is full.", Unknown, "cannot be told", "have that mended"},
		"not told, yet spent":  {BlockExhausted, "", []Budget{spent("purchase")}, "the disk is full.", Fail, "purchase (high) has used up", wait},
		"two objectives":       {BlockExhausted, "", []Budget{spent("purchase"), {Flow: "purchase", Objective: "latency-p99", State: BudgetUnknown, Digest: "sha256:purchase"}}, "", Fail, "purchase (high) has used up", wait},
		"many":                 {BlockExhausted, "", []Budget{fine("a"), fine("b"), fine("c"), fine("d"), fine("e"), fine("f"), fine("g")}, "", Pass, "e has error budget, 3.4% left. And 2 more.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := look{strict(), subject(), satisfied(), monday}
			l.policy.Budget, l.subject.Fix, l.subject.RequestedBy = c.block, c.fix, "person:ada"
			l.facts.Budgets, l.facts.BudgetsUnknown = c.flows, c.lost
			d := l.decide()
			got := condition(t, d, "budget")
			if got.Verdict != c.verdict || !strings.Contains(got.Reason, c.reason) || !strings.Contains(strings.Join(got.Needs, "\n"), c.needs) {
				t.Errorf("%+v, want %s: %s needs %s", got, c.verdict, c.reason, c.needs)
			}
			shut := c.verdict == Fail || c.verdict == Unknown
			if d.Open() == shut || shut != (len(got.Needs) > 0) || got.Reason != "" && !strings.HasSuffix(got.Reason, ".") {
				t.Errorf("open %v with %+v", d.Open(), got)
			}
			if used := len(d.Inputs) - 2; c.block != "" && used != len(distinct(c.flows)) || c.block == "" && used != 0 {
				t.Errorf("inputs %v", d.Inputs)
			}
		})
	}
}

func distinct(list []Budget) map[string]bool {
	flows := map[string]bool{}
	for _, b := range list {
		flows[b.Flow] = true
	}
	return flows
}

// A hotfix is no fix: it relaxes soak and window only.
func TestBudgetOfHotfix(t *testing.T) {
	t.Parallel()
	l := look{strict(), subject(), satisfied(), monday}
	l.policy.Budget, l.facts.Budgets, l.subject.Expedite = BlockExhausted, []Budget{spent("purchase")}, true
	if d := l.decide(); d.Open() || condition(t, d, "budget").Verdict != Fail {
		t.Errorf("%+v", d)
	}
	l.subject.Fix, l.facts.Answers = "pool", nil
	if d := l.decide(); d.Open() || condition(t, d, "budget").Verdict != Waived || condition(t, d, "approvals").Verdict != Fail {
		t.Errorf("the fix asks for approvals all the same: %+v", d)
	}
}

func TestPercent(t *testing.T) {
	t.Parallel()
	for share, want := range map[float64]string{0: "0%", 1: "100%", 0.5: "50%", 0.034: "3.4%", 0.0001: "0%", 1.8: "180%", 0.999: "100%", 0.02: "2%", -0.05: "-5%"} {
		if got := percent(share); got != want {
			t.Errorf("%v: %s, want %s", share, got, want)
		}
	}
}
