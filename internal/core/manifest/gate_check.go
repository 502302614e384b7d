package manifest

import (
	"slices"
	"strings"
)

func (e Environment) check(at spot) {
	if e.After == "" && e.Gate.Soak != "" {
		at.in("gate").in("soak").say("soak asks how long the environment before has run a release, but none is before this one; say which with after, or leave soak out")
	}
}

func (g Gate) check(at spot) { checkRules(at.in("rules"), g.Rules) }

func (p Policy) check(at spot) { checkRules(at.in("rules"), p.Rules) }

// checkRules finds names that are there twice: each is a line of the gate's table.
func checkRules(at spot, rules []Rule) {
	for i, r := range rules {
		if r.Name != "" && slices.ContainsFunc(rules[:i], func(o Rule) bool { return o.Name == r.Name }) {
			at.item(i).in("name").say("there are two rules `%s`; each needs a name of its own", r.Name)
		}
	}
}

func (w Window) check(at spot) {
	switch {
	case w.From == "24:00":
		at.in("from").say("a window cannot open at the end of the day; write \"00:00\"")
	case w.From != "" && w.From == w.To:
		at.in("to").say("the window closes when it opens; for the whole day write from: \"00:00\", to: \"24:00\"")
	}
}

func (a Approvals) check(at spot) { checkLasts(at, "expire", a.Expire) }

// checkLasts wants a time that does not end when it begins.
func checkLasts(at spot, name string, d Duration) {
	if d != "" && d.Value() <= 0 {
		at.in(name).say("it would be over as soon as it begins")
	}
}

func (b BreakGlass) check(at spot) {
	checkLasts(at, "window", b.Window)
	checkLasts(at, "review", b.Review)
	checkTexts(at.in("criteria"), b.Criteria)
	for i, e := range b.Exempt {
		if !slices.Contains(b.Criteria, e) {
			at.in("exempt").item(i).say("%q is none of the criteria; %s", short(string(e)), didYouMean(string(e), words(b.Criteria)))
		}
	}
}

// checkTexts finds what is empty or there twice.
func checkTexts(at spot, list []Text) {
	for i, t := range list {
		switch {
		case strings.TrimSpace(string(t)) == "":
			at.item(i).say("text is expected here, and not empty text")
		case slices.Contains(list[:i], t):
			at.item(i).say("%q is there twice", short(string(t)))
		}
	}
}

func words[T ~string](list []T) []string {
	out := make([]string, len(list))
	for i, t := range list {
		out[i] = string(t)
	}
	return out
}

func (f Freeze) check(at spot) {
	checkSaid(at, "reason", f.Reason)
	from, until, err := f.Span()
	if f.From != "" && f.Until != "" && err == nil && !until.After(from) {
		at.in("until").say("the freeze ends before it begins")
	}
}

func (s System) check(at spot) { checkSaid(at, "description", s.Description) }

// checkSaid wants words in a text that is there for people.
func checkSaid(at spot, name string, t Text) {
	if at.has(name) && strings.TrimSpace(string(t)) == "" {
		at.in(name).say("text is expected here, and not empty text")
	}
}

func (e Escalation) check(at spot) {
	for i := 1; i < len(e.Steps); i++ {
		if e.Steps[i].After.Value() < e.Steps[i-1].After.Value() {
			at.in("steps").item(i).say("the steps are in the order of time, and the one before comes after %s", e.Steps[i-1].After)
		}
	}
}
