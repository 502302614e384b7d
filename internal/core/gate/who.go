package gate

import (
	"fmt"
	"slices"
	"strings"
)

// named is how many people a gate names before it counts.
const named = 5

// who says how many more must approve, and who can.
func (e *evaluation) who(missing int, c consent, authors map[string]string) []string {
	names, more := e.eligible(c, authors)
	from := strings.Join(e.Approvals.From, " or ")
	if len(names) == 0 {
		return []string{fmt.Sprintf("nobody is left who may: have an administrator put somebody into %s", from)}
	}
	list := strings.Join(names, ", ")
	if more > 0 {
		list += fmt.Sprintf(" and %d more", more)
	}
	needs := []string{fmt.Sprintf("%d more, each with: slipway approve %s %s", missing, e.Service, e.Environment), fmt.Sprintf("who may (%s): %s", from, list)}
	if len(names)+more < missing {
		needs = append(needs, fmt.Sprintf("they are too few: have an administrator put somebody into %s", from))
	}
	return needs
}

// eligible gives the first few of those who may still approve, each human once, and how many
// more accounts there are.
func (e *evaluation) eligible(c consent, authors map[string]string) (names []string, more int) {
	var seen []string // accounts that are spent: those counted, those named, and their others
	for _, person := range c.counted {
		seen = append(append(seen, person), e.people.Same(person)...)
	}
	for i, group := range e.Approvals.From {
		for _, person := range e.people.Holders(group, e.scope()) {
			switch {
			case authors[person] != "", slices.Contains(seen, person):
			case len(names) < named:
				names = append(names, person)
				seen = append(append(seen, person), e.people.Same(person)...)
			case !e.inAny(person, e.Approvals.From[:i]):
				more++
			}
		}
	}
	return names, more
}

// inAny says whether a person is in one of the groups, and so was met before.
func (e *evaluation) inAny(person string, groups []string) bool {
	return slices.ContainsFunc(groups, func(g string) bool { return e.people.In(person, g, e.scope()) })
}
