package gate

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/task"
)

func TestApprovals(t *testing.T) {
	t.Parallel()
	week := 7 * 24 * time.Hour
	old := answers("bob", true, week)
	nearly := answers("bob", true, week-time.Minute)
	other, config := approves("bob"), approves("bob")
	other.Artifact, config.Config = "sha256:bb", "sha256:dd"
	wrote := func(addresses ...string) (list []Contributor) {
		for _, a := range addresses {
			list = append(list, Contributor{Email: a})
		}
		return list
	}
	for name, c := range map[string]struct {
		answers []Answer
		authors []Contributor
		verdict Verdict
		reason  string
		needs   string
	}{
		"nobody yet":                {nil, nil, Fail, "None of 2 has approved.", "2 more, each with: slipway approve tickets prod\nwho may (approver or quality): ada, bob, cy, dan, hal"},
		"one of two":                {[]Answer{approves("bob")}, nil, Fail, "1 of 2 have approved: bob.", "1 more, each with: slipway approve tickets prod\nwho may (approver or quality): ada, cy, dan, hal"},
		"two of two":                {[]Answer{approves("bob"), approves("cy")}, nil, Pass, "Approved by bob and cy.", ""},
		"by a team":                 {[]Answer{approves("bob"), approves("hal")}, nil, Pass, "Approved by bob and hal.", ""},
		"twice the same":            {[]Answer{approves("bob"), approves("bob")}, nil, Fail, "1 of 2 have approved: bob.", ""},
		"two accounts of one":       {[]Answer{approves("ada2"), approves("ada")}, nil, Fail, "1 of 2 have approved: ada2. Not counted: ada (shares an address with ada2).", "bob, cy, dan, hal"},
		"by the author":             {[]Answer{approves("bob"), approves("cy")}, wrote("cy@example.org"), Fail, "1 of 2 have approved: bob. Not counted: cy (wrote part of the change).", "ada, dan, hal"},
		"by an author's second":     {[]Answer{approves("bob"), approves("ada2")}, wrote("ADA@example.org"), Fail, "Not counted: ada2 (wrote part of the change).", "cy, dan, hal"},
		"authors who do not matter": {[]Answer{approves("bob"), approves("cy")}, wrote("hal@example.org", "bot@forge"), Pass, "Approved by bob and cy.", ""},
		"who said whose it is":      {[]Answer{approves("bob"), approves("cy")}, wrote("tool@forge"), Fail, "1 of 2 have approved: cy. Not counted: bob (said whose the address tool@forge is).", "ada, dan, hal"},
		"an author nobody knows":    {[]Answer{approves("bob"), approves("cy")}, wrote("x@y.org", "x@y.org"), Unknown, "Nobody knows who is behind x@y.org, who wrote part of the change.", "slipway user map x@y.org PERSON, by an administrator"},
		"an author who attacks":     {nil, wrote("$(reboot)'@y.org"), Unknown, "", "slipway user map '$(reboot)?@y.org' PERSON"},
		"many nobody knows":         {nil, wrote("a@y", "b@y", "c@y", "d@y", "e@y", "f@y", "g@y"), Unknown, "behind a@y, b@y, c@y, d@y, e@y and 2 more, who", "e@y PERSON"},
		"for another artifact":      {[]Answer{other, approves("cy")}, nil, Fail, "1 of 2 have approved: cy. Not counted: bob (said it of another artifact).", ""},
		"for another config":        {[]Answer{config, approves("cy")}, nil, Fail, "Not counted: bob (said it before the configuration changed).", ""},
		"expired":                   {[]Answer{old, approves("cy")}, nil, Fail, "Not counted: bob (it expired after 7d).", "ada, bob, dan, hal"},
		"expires in a minute":       {[]Answer{nearly, approves("cy")}, nil, Pass, "Approved by bob and cy.", ""},
		"given again":               {[]Answer{old, approves("cy"), approves("bob")}, nil, Pass, "Approved by cy and bob.", ""},
		"disabled":                  {[]Answer{approves("eve"), approves("cy")}, nil, Fail, "Not counted: eve (has no account any more, or it is disabled).", ""},
		"gone":                      {[]Answer{approves("zoe"), approves("cy")}, nil, Fail, "Not counted: zoe (has no account any more, or it is disabled).", ""},
		"in another environment":    {[]Answer{approves("fay"), approves("cy")}, nil, Fail, "Not counted: fay (may not approve it any more).", ""},
		"for another team":          {[]Answer{approves("gus"), approves("cy")}, nil, Fail, "Not counted: gus (may not approve it any more).", ""},
		"rejected":                  {[]Answer{approves("bob"), approves("cy"), rejects("dan")}, nil, Fail, "Rejected by dan.", "dan withdrawing it"},
		"rejected by an author":     {[]Answer{approves("bob"), approves("cy"), rejects("hal")}, wrote("hal@example.org"), Fail, "Rejected by hal.", "hal withdrawing it"},
		"rejected long ago":         {[]Answer{approves("bob"), approves("cy"), answers("dan", false, 2*week)}, nil, Fail, "Rejected by dan.", ""},
		"rejected, then approved":   {[]Answer{rejects("bob"), approves("cy"), approves("bob")}, nil, Pass, "Approved by cy and bob.", ""},
		"approved, then rejected":   {[]Answer{approves("bob"), approves("cy"), rejects("bob")}, nil, Fail, "Rejected by bob.", ""},
		"rejected by the disabled":  {[]Answer{approves("bob"), approves("cy"), rejects("eve")}, nil, Pass, "Approved by bob and cy. Not counted: eve (has no account any more, or it is disabled).", ""},
		"rejected, and a stranger":  {[]Answer{rejects("bob")}, wrote("x@y.org"), Fail, "Rejected by bob.", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := look{strict(), subject(), satisfied(), monday}
			l.facts.Answers, l.facts.Contributors = c.answers, c.authors
			d := l.decide()
			got := condition(t, d, "approvals")
			if got.Verdict != c.verdict || !strings.Contains(got.Reason, c.reason) || !strings.Contains(strings.Join(got.Needs, "\n"), c.needs) {
				t.Errorf("%+v", got)
			}
			if d.Open() != (c.verdict == Pass) {
				t.Errorf("open: %v", d.Open())
			}
		})
	}
}

func TestAuthorsCannotBeTold(t *testing.T) {
	t.Parallel()
	l := look{strict(), subject(), satisfied(), monday}
	l.facts.ContributorsUnknown = "the mirror is gone."
	if c := condition(t, l.decide(), "approvals"); c.Verdict != Unknown || c.Reason != "Who wrote the change cannot be told: the mirror is gone." {
		t.Errorf("%+v", c)
	}
}

// An approval that counts is looked at again when it expires.
func TestApprovalExpires(t *testing.T) {
	t.Parallel()
	l := look{Policy{Environment: "prod", Approvals: Approvals{Count: 1, From: []string{"approver"}, Expire: 2 * time.Hour}}, subject(), satisfied(), monday}
	d := l.decide()
	if want := monday.Add(time.Hour); !d.Open() || !d.Next.Equal(want) {
		t.Fatalf("open %v, next %v; want %v", d.Open(), d.Next, want)
	}
	l.now = d.Next
	if d = l.decide(); d.Open() || !d.Next.IsZero() {
		t.Errorf("open %v, next %v", d.Open(), d.Next)
	}
	l.policy.Approvals.Expire, l.now = 0, monday.AddDate(9, 0, 0)
	if !l.decide().Open() {
		t.Error("without a time it does not expire")
	}
}

func TestTooFewWhoMay(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"quality": "they are too few: have an administrator put somebody into quality",
		"nobodys": "nobody is left who may: have an administrator put somebody into nobodys",
	} {
		l := look{strict(), subject(), Facts{Contributors: []Contributor{{Email: "cy@example.org"}}}, monday}
		l.policy.Approvals.From = []string{from}
		if needs := condition(t, l.decide(), "approvals").Needs; !strings.Contains(strings.Join(needs, "\n"), want) {
			t.Error(needs)
		}
	}
}

func TestManyWhoMay(t *testing.T) {
	t.Parallel()
	var everybody access.Everybody
	var crew access.Team
	for i := range 20 {
		name := fmt.Sprintf("p%02d", i)
		everybody.People = append(everybody.People, access.Person{Name: name})
		crew.Name, crew.Members = "crew", append(crew.Members, access.Member{Person: name})
	}
	everybody.Teams = []access.Team{crew}
	everybody.Bindings = []access.Binding{{Subject: "team:crew", Role: access.Approver}}
	d := Compile(strict()).Evaluate(subject(), Facts{}, access.NewDirectory(everybody), monday)
	if needs := condition(t, d, "approvals").Needs; len(needs) != 2 || needs[1] != "who may (approver or quality): p00, p01, p02, p03, p04 and 15 more" {
		t.Error(needs)
	}
}

// Of 500 accounts that approve at the same instant, two of each human, each human counts once.
func TestCrowd(t *testing.T) {
	t.Parallel()
	var everybody access.Everybody
	var f Facts
	for i := range 500 {
		name := fmt.Sprintf("p%03d", i)
		everybody.People = append(everybody.People, access.Person{Name: name, Addresses: []string{fmt.Sprintf("%d@x", i/2)}})
		everybody.Bindings = append(everybody.Bindings, access.Binding{Subject: "person:" + name, Role: access.Approver})
		f.Answers = append(f.Answers, approves(name), approves(name))
	}
	for count, want := range map[int]Verdict{250: Pass, 251: Fail} {
		p := Policy{Environment: "prod", Approvals: Approvals{Count: count, From: []string{"approver"}}}
		d := Compile(p).Evaluate(subject(), f, access.NewDirectory(everybody), monday)
		if d.Verdict != want || len(d.Inputs) != 250 {
			t.Errorf("%d wanted: %s with %d", count, d.Verdict, len(d.Inputs))
		}
	}
}

func TestAsk(t *testing.T) {
	t.Parallel()
	f := Facts{Contributors: []Contributor{{Email: "ada@git"}, {Email: "stranger@y"}}}
	a := Compile(strict()).Ask(subject(), f, directory())
	if a.Kind != task.Approval || a.Title != "Approve tickets r42 for prod" || a.Quorum != 2 || !a.Standing || a.FourEyes || a.Subject != "deploy/tickets/prod" ||
		a.Service != "tickets" || a.Team != "box-office" || a.Environment != "prod" ||
		fmt.Sprint(a.From, a.Excluded, a.Digests) != "[approver quality] map[ada:wrote part of the change ada2:wrote part of the change] map[artifact:sha256:aa config:sha256:cc]" {
		t.Errorf("%+v", a)
	}
	if Compile(Policy{}).Ask(subject(), f, directory()) != nil {
		t.Error("no approvals, no task")
	}
}
