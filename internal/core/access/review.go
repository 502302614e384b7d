package access

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
)

// Events of a review of rights, with their data.
const (
	EventReviewStarted = "review.started"  // no data; facts: ReviewFacts
	EventReviewed      = "access.reviewed" // task.Ended: a message of a review's task
)

// ReviewEvery is how often it is asked whether people still need what they may, and
// reviewTime how long there is to answer.
const (
	ReviewEvery = 90 * 24 * time.Hour
	reviewTime  = 30 * 24 * time.Hour
)

// reviewed is how many bindings a task asks about at most.
const reviewed = 50

// ReviewFacts say how rights are used.
type ReviewFacts struct {
	Holders map[string]Use `json:"holders,omitempty"` // by a binding's subject
}

// Use of a binding's subject.
type Use struct {
	People int       `json:"people"` // active accounts that it stands for
	Seen   time.Time `json:"seen,omitzero"`
}

// Removal is the form of a review's answer.
type Removal struct {
	Remove []string `json:"remove"` // bindings, as String gives them
}

// String gives a binding in words: "team:ops operator of shop in prod".
func (b Binding) String() string {
	s := b.Subject + " " + string(b.Role)
	if b.Team != "" {
		s += " of " + b.Team
	}
	if b.Environment != "" {
		s += " in " + b.Environment
	}
	return s
}

// review opens a task for each team and environment that roles are bound to.
func (s BindingsState) review(f ReviewFacts, by machine.Actor, at time.Time) (BindingsState, []machine.Message) {
	s.ReviewedAt = at
	var messages []machine.Message
	for _, part := range parts(s.Bindings) {
		ask := part.ask(f, by, at)
		messages = append(messages, machine.Message{To: task.MachineID(ask.Name), Type: task.EventOpened, Data: machine.Must(ask)})
	}
	return s, messages
}

// part is what one task asks about.
type part struct {
	scope    Scope
	number   int // of those with this scope, from 0
	bindings []Binding
}

func parts(all []Binding) []part {
	byScope := map[Scope][]Binding{}
	for _, b := range all {
		at := Scope{b.Team, b.Environment}
		byScope[at] = append(byScope[at], b)
	}
	var list []part
	for scope, bindings := range byScope {
		n := 0
		for chunk := range slices.Chunk(bindings, reviewed) {
			list = append(list, part{scope, n, chunk})
			n++
		}
	}
	slices.SortFunc(list, func(a, b part) int {
		return cmp.Or(cmp.Compare(a.scope.Team, b.scope.Team), cmp.Compare(a.scope.Environment, b.scope.Environment), cmp.Compare(a.number, b.number))
	})
	return list
}

// ReviewTasks names the tasks that a review at a time opens.
func (s BindingsState) ReviewTasks(at time.Time) []string {
	names := []string{}
	for _, p := range parts(s.Bindings) {
		names = append(names, p.name(at))
	}
	return names
}

func (p part) name(at time.Time) string {
	name := fmt.Sprintf("access.%s.%s.%s", cmp.Or(p.scope.Team, "all"), cmp.Or(p.scope.Environment, "all"), at.UTC().Format("20060102"))
	if p.number > 0 {
		name += fmt.Sprintf(".%d", p.number+1)
	}
	return name
}

func (p part) ask(f ReviewFacts, by machine.Actor, at time.Time) task.Ask {
	var words []string
	var text strings.Builder
	for _, b := range p.bindings {
		words = append(words, b.String())
		use := f.Holders[b.Subject]
		seen := "never signed in"
		if !use.Seen.IsZero() {
			seen = "last signed in " + use.Seen.UTC().Format(time.DateOnly)
		}
		fmt.Fprintf(&text, "%s: %d account(s), %s\n", b, use.People, seen)
	}
	title := "Who may do what"
	if p.scope.Team != "" {
		title += " with what " + p.scope.Team + " owns"
	}
	if p.scope.Environment != "" {
		title += " in " + p.scope.Environment
	}
	schema := map[string]any{
		"type": "object", "required": []string{"remove"}, "additionalProperties": false,
		"properties": map[string]any{"remove": map[string]any{
			"title": "Remove these; keep the others", "type": "array", "uniqueItems": true, "items": map[string]any{"enum": words},
		}},
	}
	return task.Ask{
		Name: p.name(at), Kind: task.Access, Title: title, Text: text.String(), Team: p.scope.Team, Environment: p.scope.Environment,
		Subject: BindingsID, Reply: EventReviewed, From: []string{"role:security", "role:admin"}, Quorum: 1, FourEyes: true,
		AskedBy: by, Schema: machine.Must(schema), Deadline: at.Add(reviewTime),
	}
}

// reviewed takes away what the answers of a review say.
func (s BindingsState) reviewed(e task.Ended) BindingsState {
	if e.Outcome != task.Approved {
		return s
	}
	gone := map[string]bool{}
	for _, g := range e.Given {
		var r Removal
		if g.Void != "" || g.Decision != "approve" || json.Unmarshal(g.Value, &r) != nil {
			continue
		}
		for _, words := range r.Remove {
			gone[words] = true
		}
	}
	s.Bindings = slices.DeleteFunc(slices.Clone(s.Bindings), func(b Binding) bool { return gone[b.String()] })
	return s
}
