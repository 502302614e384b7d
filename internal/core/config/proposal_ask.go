package config

import (
	"fmt"
	"slices"
	"strings"

	"slipway.dev/internal/core/task"
)

// ask is the task about what is proposed.
func (s ResourceState) ask(change string, people People) task.Ask {
	return task.Ask{
		Name: TaskName(s.Kind, s.Name), Kind: task.Review, Title: s.verb() + " " + s.Kind + " " + s.Name, Text: s.text(change, people),
		Subject: ResourceID(s.Kind, s.Name), Reply: EventDecided, Digests: s.digests(), From: slices.Clone(Approvers),
		Quorum: s.Proposed.Quorum, Excluded: s.Proposed.Excluded, FourEyes: true, AskedBy: s.Proposed.By,
	}
}

func (s ResourceState) verb() string {
	switch {
	case s.Proposed.Digest == "":
		return "Remove"
	case s.InForce():
		return "Change"
	}
	return "Create"
}

// text says what is proposed, by whom, and who can approve it.
func (s ResourceState) text(change string, people People) string {
	var out strings.Builder
	p := s.Proposed
	fmt.Fprintf(&out, "Proposed by %s from the source %s", p.By, s.Source)
	if p.Commit != "" {
		fmt.Fprintf(&out, " at commit %.12s", p.Commit)
	}
	out.WriteString(". What is in force stays until this is approved.\n")
	if change != "" {
		out.WriteString("\n" + change + "\n")
	}
	if len(people.Unknown) > 0 {
		fmt.Fprintf(&out, "\nIt is not known who has the address %s, and they may be who approves: so %s must. "+
			"Once an administrator has said whose it is (slipway user map ADDRESS PERSON), propose the change anew.\n", some(people.Unknown), p.Who())
	}
	if p.byNobody() && p.Quorum > 1 {
		fmt.Fprintf(&out, "\n%s proposed it, who is no account and may be one of those who approve: so %s must.\n", p.By, p.Who())
	}
	if len(people.Able) < p.Quorum {
		fmt.Fprintf(&out, "\nAt this time this cannot be approved: it takes %s with the role %s who neither wrote nor proposed it, and there are %d such accounts. "+
			"Give the role to somebody else: slipway user add NAME, slipway user grant NAME security. "+
			"Who runs the control plane counts as nobody here; their way out is to restore a backup.\n",
			p.Who(), strings.Join(Approvers, " or "), len(people.Able))
	}
	return strings.TrimSpace(out.String())
}

// Who says how many people must approve.
func (p Proposal) Who() string {
	if p.Quorum > 1 {
		return fmt.Sprintf("%d people", p.Quorum)
	}
	return "somebody"
}

// some gives the first few of a list, for a person.
func some(list []string) string {
	const most = 10
	if more := len(list) - most; more > 0 {
		return fmt.Sprintf("%s or %d more", strings.Join(list[:most], ", "), more)
	}
	return strings.Join(list, ", ")
}
