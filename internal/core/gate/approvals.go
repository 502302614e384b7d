package gate

import (
	"fmt"
	"slices"
	"strings"

	"slipway.dev/internal/core/access"
)

// author is why a contributor's approval never counts.
const author = "wrote part of the change"

// approvals asks for consent of several people who did not write the change.
func (e *evaluation) approvals() {
	if e.Approvals.Count <= 0 {
		return
	}
	authors, strangers := behind(e.facts.Contributors, e.people)
	c := e.consent(authors)
	e.d.Inputs = append(e.d.Inputs, c.inputs...)
	switch missing := e.Approvals.Count - len(c.counted); {
	case len(c.rejected) > 0:
		e.say("approvals", Fail, fmt.Sprintf("Rejected by %s.", and(c.rejected)), and(c.rejected)+" withdrawing it, or another release")
	case e.facts.ContributorsUnknown != "":
		e.say("approvals", Unknown, fmt.Sprintf("Who wrote the change cannot be told: %s.", bare(e.facts.ContributorsUnknown)), "have that mended; until then nobody can approve it")
	case len(strangers) > 0:
		var needs []string
		for _, address := range strangers[:min(named, len(strangers))] {
			needs = append(needs, fmt.Sprintf("slipway user map %s PERSON, by an administrator", quoted(address)))
		}
		e.say("approvals", Unknown, fmt.Sprintf("Nobody knows who is behind %s, who wrote part of the change.", some(strangers)), needs...)
	case missing <= 0:
		e.say("approvals", Pass, fmt.Sprintf("Approved by %s.%s", and(c.counted), c.besides()))
	case len(c.counted) == 0:
		e.say("approvals", Fail, fmt.Sprintf("None of %d has approved.%s", e.Approvals.Count, c.besides()), e.who(missing, c, authors)...)
	default:
		e.say("approvals", Fail, fmt.Sprintf("%d of %d have approved: %s.%s", len(c.counted), e.Approvals.Count, and(c.counted), c.besides()), e.who(missing, c, authors)...)
	}
}

// behind gives the accounts of everybody who contributed, with the reason why they do not
// count, and the addresses that nobody knows.
func behind(contributors []Contributor, people People) (authors map[string]string, strangers []string) {
	authors = make(map[string]string, len(contributors))
	for _, c := range contributors {
		if !people.Known(c.Email) {
			if !slices.Contains(strangers, c.Email) {
				strangers = append(strangers, c.Email)
			}
			continue
		}
		for _, person := range people.Behind(c.Email) {
			authors[person] = author
		}
	}
	for _, c := range contributors { // they must not open the door by saying that it is not theirs
		by := people.Mapper(c.Email)
		for _, person := range append(people.Same(by), by) {
			if by != "" && authors[person] == "" {
				authors[person] = "said whose the address " + c.Email + " is"
			}
		}
	}
	return authors, strangers
}

// consent is what the answers add up to.
type consent struct {
	counted, rejected []string
	void              []string // "bob (wrote part of the change)"
	inputs            []Input
}

// consent goes through the last answer of each person. A rejection stands until it is
// withdrawn, also an author's; an approval must hold in every way.
func (e *evaluation) consent(authors map[string]string) consent {
	var c consent
	for i, a := range e.facts.Answers {
		if slices.ContainsFunc(e.facts.Answers[i+1:], func(later Answer) bool { return later.Person == a.Person }) {
			continue
		}
		why := e.void(a)
		switch {
		case why == "" && !a.Approve:
			c.rejected = append(c.rejected, a.Person)
			c.inputs = append(c.inputs, a.input())
			continue
		case why == "" && a.Approve:
			why = e.uncounted(a, c.counted, authors)
		}
		if why != "" {
			c.void = append(c.void, fmt.Sprintf("%s (%s)", a.Person, why))
			continue
		}
		c.counted = append(c.counted, a.Person)
		c.inputs = append(c.inputs, a.input())
		if e.Approvals.Expire > 0 {
			e.again(a.At.Add(e.Approvals.Expire))
		}
	}
	return c
}

// void says why an answer is none: it is about something else, or from nobody who may.
func (e *evaluation) void(a Answer) string {
	switch {
	case a.Artifact != e.Artifact:
		return "said it of another artifact"
	case a.Config != e.Config:
		return "said it before the configuration changed"
	case !e.people.Active(a.Person):
		return "has no account any more, or it is disabled"
	case !e.may(a.Person):
		return "may not approve it any more"
	}
	return ""
}

// uncounted says why an approval by somebody who may does not count.
func (e *evaluation) uncounted(a Answer, counted []string, authors map[string]string) string {
	if why, is := authors[a.Person]; is {
		return why
	}
	if e.Approvals.Expire > 0 && !e.now.Before(a.At.Add(e.Approvals.Expire)) {
		return "it expired after " + span(e.Approvals.Expire)
	}
	for _, other := range e.people.Same(a.Person) {
		if slices.Contains(counted, other) {
			return "shares an address with " + other
		}
	}
	return ""
}

func (e *evaluation) scope() access.Scope {
	return access.Scope{Team: e.Team, Environment: e.Environment}
}

// may says whether a person is in one of the groups that may approve.
func (e *evaluation) may(person string) bool {
	return slices.ContainsFunc(e.Approvals.From, func(group string) bool { return e.people.In(person, group, e.scope()) })
}

// besides names those whose approval does not count, so that they need not wonder.
func (c consent) besides() string {
	if len(c.void) == 0 {
		return ""
	}
	return " Not counted: " + strings.Join(c.void, ", ") + "."
}

func (a Answer) input() Input {
	return Input{URI: "slipway:task/" + strings.TrimPrefix(a.Task, "task/") + "#" + a.Person, Digest: a.Digest}
}
