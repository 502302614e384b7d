package gate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/calendar"
)

// look is a policy, a subject, facts and a time that a test changes something of.
type look struct {
	policy  Policy
	subject Subject
	facts   Facts
	now     time.Time
}

func (l look) decide() Decision {
	return Compile(l.policy).Evaluate(l.subject, l.facts, directory(), l.now)
}

func TestEverything(t *testing.T) {
	t.Parallel()
	l := look{strict(), subject(), satisfied(), monday}
	l.subject.NotBefore, l.subject.Train = monday.Add(-time.Minute), "t1"
	l.facts.Train = &Train{ID: "t1", Go: true}
	l.policy.Budget, l.facts.Budgets = BlockExhausted, []Budget{fine("sign-in")}
	l.facts.Extra = map[string]any{"evidence": []any{}}
	d := l.decide()
	var names []string
	for _, c := range d.Conditions {
		names = append(names, c.Name)
		if c.Verdict != Pass || !strings.HasSuffix(c.Reason, ".") || len(c.Needs) > 0 {
			t.Errorf("%+v", c)
		}
	}
	if got := strings.Join(names, " "); got != "previous approvals soak window freeze concurrency dependency budget train policy/reversible at" {
		t.Error(got)
	}
	if d.Verdict != Pass || !d.Open() || d.Glass != "" || d.Policy != PolicyDigest(l.policy) || !strings.HasPrefix(d.Policy, "sha256:") {
		t.Errorf("%+v", d)
	}
	if want := monday.Add(2 * time.Hour); !d.Next.Equal(want) {
		t.Errorf("next %v, want the end of the window", d.Next)
	}
	if got := fmt.Sprint(d.Inputs); got != "[{slipway:task/tickets.prod.7#bob sha256:bob} {slipway:task/tickets.prod.7#cy sha256:cy} {slipway:slo/prod/sign-in }]" {
		t.Error(got)
	}
}

func TestNothingAsked(t *testing.T) {
	t.Parallel()
	d := look{Policy{Environment: "dev"}, subject(), Facts{}, monday}.decide()
	if d.Verdict != Pass || len(d.Conditions) != 0 || !d.Next.IsZero() {
		t.Errorf("%+v", d)
	}
}

// Each case changes one thing; the condition that it changes stands as told, the gate is shut
// or open with it, and Next is when that may change.
func TestConditions(t *testing.T) {
	t.Parallel()
	saturday := monday.AddDate(0, 0, 5)
	for name, c := range map[string]struct {
		change  func(*look)
		named   string
		verdict Verdict
		reason  string
		needs   string // of all together
		next    time.Time
	}{
		"revoked": {func(l *look) { l.facts.Revoked = "leaks memory." }, "revoked", Fail, "r42 was revoked: leaks memory.", "another release", monday.Add(2 * time.Hour)},

		"nothing before":       {func(l *look) { l.facts.Previous = nil }, "previous", Fail, "Nothing of tickets runs in staging yet.", "slipway promote tickets staging --release r42", time.Time{}},
		"another release":      {func(l *look) { l.facts.Previous.Release = "r41" }, "previous", Fail, "staging runs r41, not r42.", "slipway promote tickets staging --release r42", time.Time{}},
		"another build":        {func(l *look) { l.facts.Previous.Artifact = "sha256:bb" }, "previous", Fail, "staging runs another build of r42.", "slipway promote", time.Time{}},
		"not healthy before":   {func(l *look) { l.facts.Previous.Healthy, l.facts.Previous.Text = false, "1 of 2 crashed" }, "previous", Fail, "r42 is not healthy in staging: 1 of 2 crashed.", "slipway status tickets", time.Time{}},
		"first of the chain":   {func(l *look) { l.policy.After, l.policy.Soak, l.facts.Previous = "", 0, nil }, "previous", "", "", "", time.Time{}},
		"soaks":                {func(l *look) { l.facts.Previous.Since = ago(10 * time.Minute) }, "soak", Fail, "r42 has run in staging for 10m of 30m.", "wait until Mon 23 Nov 2026 14:20 CET", monday.Add(20 * time.Minute)},
		"soaked to the moment": {func(l *look) { l.facts.Previous.Since = ago(30 * time.Minute) }, "soak", Pass, "r42 has run in staging for at least 30m.", "", time.Time{}},
		"soaks not yet":        {func(l *look) { l.facts.Previous = nil }, "soak", Fail, "r42 does not soak yet, because it does not run in staging.", "slipway promote", time.Time{}},
		"soaks nowhere":        {func(l *look) { l.policy.After = "" }, "soak", Unknown, "prod comes after no environment in which a release could soak.", "platform team", time.Time{}},
		"hotfix and soak":      {func(l *look) { l.subject.Expedite, l.facts.Previous.Since = true, monday }, "soak", NotApplicable, "Relaxed, because this is a hotfix.", "", time.Time{}},

		"window shut":        {func(l *look) { l.now = saturday }, "window", Fail, "The window opens Mon 30 Nov 2026 09:00 CET.", "wait until then", time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)},
		"hotfix and window":  {func(l *look) { l.subject.Expedite, l.now = true, saturday }, "window", NotApplicable, "Relaxed, because this is a hotfix.", "", time.Time{}},
		"unknown zone":       {func(l *look) { l.policy.Windows[0].Zone = "Europe/Atlantis" }, "window", Unknown, `The windows of prod cannot be read: window 1: no time zone "Europe/Atlantis" is known.`, "platform team", time.Time{}},
		"always open":        {func(l *look) { l.policy.Windows = []calendar.Window{{To: 24 * 60}} }, "window", Pass, "The window is open.", "", time.Time{}},
		"frozen":             {func(l *look) { l.policy.Freezes[0].From = monday; l.policy.Freezes[0].Until = monday.Add(time.Hour) }, "freeze", Fail, "prod is frozen by christmas until Mon 23 Nov 2026 15:00 CET: Christmas sale.", "wait until", monday.Add(time.Hour)},
		"a hotfix is frozen": {func(l *look) { l.policy.Freezes[0].From, l.subject.Expedite = monday, true }, "freeze", Fail, "prod is frozen by christmas until Wed 6 Jan 2027 14:00 CET: Christmas sale.", "wait until", time.Time{}},
		"freeze before long": {func(l *look) { l.policy.Freezes[0].From = monday.Add(time.Hour) }, "freeze", Pass, "No freeze holds before Mon 23 Nov 2026 15:00 CET.", "", monday.Add(time.Hour)},
		"freezes are over":   {func(l *look) { l.policy.Freezes[0].From, l.policy.Freezes[0].Until = ago(2), ago(1) }, "freeze", Pass, "No freeze holds.", "", time.Time{}},
		"no place":           {func(l *look) { l.facts.UnderWay = []string{"search", "web", "mail"} }, "concurrency", Fail, "Only 2 may be under way in prod at once, and there are search, web and mail.", "wait until one", time.Time{}},
		"the only place":     {func(l *look) { l.policy.Concurrency = 1 }, "concurrency", Fail, "Only 1 may be under way in prod at once, and there is search.", "wait until one", time.Time{}},
		"dependency missing": {func(l *look) { l.facts.Dependencies[0].Running = false }, "dependency", Fail, "tickets needs others: payments does not run in prod.", "slipway promote payments prod", time.Time{}},
		"dependency unwell": {func(l *look) {
			l.facts.Dependencies[0].Healthy = false
			l.facts.Dependencies[0].Text = "no replica answers."
		}, "dependency", Fail, "payments is not healthy: no replica answers.", "slipway status payments", time.Time{}},
		"train waits":         {func(l *look) { l.subject.Train, l.facts.Train = "t1", &Train{ID: "t1", Text: "payments goes first"} }, "train", Fail, "Train t1 has not come to tickets: payments goes first.", "slipway train show t1", time.Time{}},
		"train unknown":       {func(l *look) { l.subject.Train = "t1" }, "train", Unknown, "Nothing is known of train t1.", "slipway train show t1", time.Time{}},
		"another train":       {func(l *look) { l.subject.Train, l.facts.Train = "t1", &Train{ID: "t2", Go: true} }, "train", Unknown, "Nothing is known of train t1.", "", time.Time{}},
		"rule does not hold":  {func(l *look) { l.subject.Migration = "irreversible" }, "policy/reversible", Fail, "It cannot be taken back.", "release.migration != 'irreversible'", time.Time{}},
		"rule without words":  {func(l *look) { l.policy.Rules[0] = Rule{Name: "no", Expr: "false"} }, "policy/no", Fail, "The rule does not hold.", "false", time.Time{}},
		"rule on what is not": {func(l *look) { l.policy.Rules[0].Expr = "flows.size() == 0" }, "policy/reversible", Unknown, "The rule has no answer: nothing is known yet of flows.", "platform team", time.Time{}},
		"rule is broken":      {func(l *look) { l.policy.Rules[0].Expr = "release." }, "policy/reversible", Unknown, "The rule cannot be read: line 1", "platform team", time.Time{}},
		"rule on the time":    {func(l *look) { l.policy.Rules[0].Expr = "now.getHours() > 20"; l.now = monday.Add(90 * time.Second) }, "policy/reversible", Fail, "It cannot be taken back.", "", monday.Add(2 * time.Minute)},
		"for later":           {func(l *look) { l.policy.Later = []string{"readiness", "parity"} }, "parity", Unknown, "This version of Slipway cannot look into parity yet.", "gate of prod", time.Time{}},
		"not before":          {func(l *look) { l.subject.NotBefore = monday.Add(time.Minute) }, "at", Fail, "It was asked for at Mon 23 Nov 2026 14:01 CET.", "wait until then", monday.Add(time.Minute)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := look{strict(), subject(), satisfied(), monday}
			c.change(&l)
			d := l.decide()
			got := condition(t, d, c.named)
			if got.Verdict != c.verdict || !strings.Contains(got.Reason, c.reason) || !strings.Contains(strings.Join(got.Needs, "\n"), c.needs) {
				t.Errorf("%+v, want %s: %s needs %s", got, c.verdict, c.reason, c.needs)
			}
			if shut := c.verdict == Fail || c.verdict == Unknown; d.Open() == shut || shut != (len(got.Needs) > 0) {
				t.Errorf("open %v with %+v", d.Open(), got)
			}
			if !c.next.IsZero() && !d.Next.Equal(c.next) {
				t.Errorf("next %v, want %v", d.Next, c.next)
			}
			for _, other := range d.Conditions {
				if !strings.HasSuffix(other.Reason, ".") {
					t.Errorf("%q is no sentence", other.Reason)
				}
			}
		})
	}
}

// A hotfix relaxes soak and window, is marked, and asks for the approvals all the same.
func TestExpedite(t *testing.T) {
	t.Parallel()
	l := look{strict(), subject(), satisfied(), monday.AddDate(0, 0, 5)}
	l.subject.Expedite, l.facts.Previous.Since = true, l.now
	if d := l.decide(); !d.Open() || !d.Expedited {
		t.Errorf("%+v", d)
	}
	l.facts.Answers = l.facts.Answers[:1]
	if d := l.decide(); d.Open() || condition(t, d, "approvals").Verdict != Fail {
		t.Errorf("%+v", d)
	}
}

// A broken glass opens the gate and changes no verdict; where the policy knows no
// break-glass, or does not any more, it does nothing.
func TestGlass(t *testing.T) {
	t.Parallel()
	l := look{strict(), subject(), Facts{Glass: "g1"}, monday}
	if d := l.decide(); d.Verdict != Fail || d.Glass != "g1" || !d.Open() {
		t.Errorf("%+v", d)
	}
	l.facts.GlassUntil = monday.Add(time.Minute)
	if d := l.decide(); !d.OpenAt(monday) || d.OpenAt(l.facts.GlassUntil) {
		t.Errorf("it closes by itself: %+v", d)
	}
	l.now = l.facts.GlassUntil
	if d := l.decide(); d.Glass != "" || d.Open() {
		t.Errorf("it closed: %+v", d)
	}
	l.policy.Glass, l.now = nil, monday
	if d := l.decide(); d.Glass != "" || d.Open() {
		t.Errorf("%+v", d)
	}
}

// An open decision holds until something in it might change by itself.
func TestOpenAt(t *testing.T) {
	t.Parallel()
	l := look{strict(), subject(), satisfied(), monday}
	d := l.decide()
	if end := monday.Add(2 * time.Hour); !d.OpenAt(monday) || !d.OpenAt(end.Add(-1)) || d.OpenAt(end) {
		t.Errorf("%+v", d)
	}
	l.policy.Rules[0].Expr = "now.getDayOfWeek() == 1"
	if d = l.decide(); !d.OpenAt(monday.Add(59*time.Second)) || d.OpenAt(monday.Add(time.Minute)) {
		t.Errorf("a rule on the time: %+v", d)
	}
	if (Decision{Verdict: Fail}).OpenAt(monday) || !(Decision{Verdict: Pass}).OpenAt(monday) {
		t.Error("without anything that changes, it is as it is")
	}
}

func TestPolicyDigest(t *testing.T) {
	t.Parallel()
	const want = "sha256:6d3f453e28ee367c"
	got := PolicyDigest(strict())
	if !strings.HasPrefix(got, want) {
		t.Errorf("the digest of the same policy was %s…, is %s: signed decisions name it", want, got)
	}
	seen := []string{got}
	for i, change := range []func(*Policy){
		func(p *Policy) { p.Approvals.Count = 1 }, func(p *Policy) { p.Soak++ }, func(p *Policy) { p.Windows[0].To++ }, func(p *Policy) { p.Freezes = nil },
		func(p *Policy) { p.Rules[0].Expr = "true" }, func(p *Policy) { p.Later = []string{"parity"} }, func(p *Policy) { p.Budget = BlockExhausted }, func(p *Policy) { p.Budget = BlockBurning }, func(p *Policy) { p.Glass = nil }, func(p *Policy) { p.After = "dev" },
	} {
		p := strict()
		change(&p)
		if d := PolicyDigest(p); slices.Contains(seen, d) {
			t.Errorf("change %d does not show in the digest", i)
		} else {
			seen = append(seen, d)
		}
	}
}
