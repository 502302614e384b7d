package access

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
)

// BindingsVersion is the version of BindingsState.
const BindingsVersion = 1

// Events of the bindings, with their data.
const (
	EventGranted          = "binding.granted"   // Binding
	EventUngranted        = "binding.revoked"   // Binding
	EventMapped           = "address.mapped"    // Mapped
	EventSetupOffered     = "setup.offered"     // Invitation: by it the first administrator is made
	EventSetupUsed        = "setup.used"        // SetupUsed
	EventDirectoryChanged = "directory.changed" // no data: an account is not what it was
)

// MaxBindings bounds how many there are. Teams and groups keep them few.
const MaxBindings = 5000

// Mapped says whose an address is.
type Mapped struct {
	Address string `json:"address"`
	Person  string `json:"person,omitempty"` // account, or Nobody; empty: it is not known any more
}

// SetupUsed takes the first set-up link.
type SetupUsed struct {
	Hash   string `json:"hash"`
	Person string `json:"person"` // who becomes administrator and operator
}

// BindingsState is all bindings, and what else belongs to no single account.
type BindingsState struct {
	Bindings []Binding         `json:"bindings,omitempty"`
	Mapped   map[string]string `json:"mapped,omitempty"`   // address -> account
	MappedBy map[string]string `json:"mappedBy,omitempty"` // address -> account of who said so; none: who runs the control plane
	Setup    *Invitation       `json:"setup,omitempty"`
	Changes  int64             `json:"changes"` // of accounts
	// ReviewedAt is when it was last asked whether people still need what they may; before,
	// when the first role was given.
	ReviewedAt time.Time `json:"reviewedAt,omitzero"`
}

// BindingsMachine is the machine of all bindings.
type BindingsMachine struct{}

// Step takes the events of the bindings.
func (BindingsMachine) Step(s BindingsState, e machine.Event) (machine.Next[BindingsState], error) {
	alarm, _ := machine.Decode[machine.Alarm](e)
	if e.Type == EventReviewStarted || (e.Type == machine.Timer && alarm.Key == reviewTimer) {
		var facts ReviewFacts
		if err := json.Unmarshal(e.Facts, &facts); len(e.Facts) > 0 && err != nil {
			return machine.Next[BindingsState]{}, fault.New(fault.Invalid, "the facts of a review cannot be read").Because(err)
		}
		next, messages := s.review(facts, e.Actor, e.At)
		return machine.Next[BindingsState]{State: next, Messages: messages}, nil
	}
	next, err := s.take(e)
	if len(next.Bindings) > 0 && next.ReviewedAt.IsZero() {
		next.ReviewedAt = e.At
	}
	return machine.Next[BindingsState]{State: next}, err
}

// reviewTimer is the key of the timer of the next review.
const reviewTimer = "review"

func (s BindingsState) take(e machine.Event) (BindingsState, error) {
	switch e.Type {
	case EventDirectoryChanged:
		s.Changes++
		return s, nil
	case EventGranted:
		return taking(e, s.grant)
	case EventUngranted:
		return taking(e, s.revoke)
	case EventMapped:
		return taking(e, func(m Mapped) (BindingsState, error) { return s.remap(m, task.Account(e.Actor)) })
	case EventReviewed:
		return taking(e, func(t task.Ended) (BindingsState, error) { return s.reviewed(t), nil })
	case "message.refused": // a review of that day is open already
		return s, nil
	case EventSetupOffered:
		return taking(e, func(i Invitation) (BindingsState, error) {
			if i.Hash == "" || !e.At.Before(i.Expires) {
				return s, fault.New(fault.Invalid, "a set-up link needs a secret and a time to come")
			}
			s.Setup = &i
			return s, nil
		})
	case EventSetupUsed:
		return taking(e, func(u SetupUsed) (BindingsState, error) { return s.setUp(u, e.At) })
	}
	return s, fault.New(fault.Refused, "the bindings do not take the event %s", e.Type)
}

func (s BindingsState) grant(b Binding) (BindingsState, error) {
	kind, name, _ := strings.Cut(b.Subject, ":")
	switch {
	case !b.Role.Known():
		return s, fault.New(fault.Invalid, "there is no role %q", b.Role).WithHint("there are: %v", Roles())
	case !slices.Contains([]string{"person", "team", "group", "workflow"}, kind) || name == "":
		return s, fault.New(fault.Invalid, "a role is given to person:NAME, team:NAME, group:NAME or workflow:NAME, not to %q", b.Subject)
	case len(name) > maxText || len(b.Team) > maxText || len(b.Environment) > maxText:
		return s, fault.New(fault.TooLarge, "a name in a binding is longer than %d bytes", maxText)
	case slices.Contains(s.Bindings, b):
		return s, fault.New(fault.Refused, "%s has this role already", b.Subject)
	case len(s.Bindings) >= MaxBindings:
		return s, fault.New(fault.TooLarge, "there are %d bindings", MaxBindings).WithHint("give roles to teams or groups")
	}
	s.Bindings = append(slices.Clone(s.Bindings), b)
	return s, nil
}

func (s BindingsState) revoke(b Binding) (BindingsState, error) {
	at := slices.Index(s.Bindings, b)
	if at < 0 {
		return s, fault.New(fault.NotFound, "%s does not have this role", b.Subject).WithHint("slipway user list")
	}
	s.Bindings = slices.Delete(slices.Clone(s.Bindings), at, at+1)
	return s, nil
}

// maxMapped is how long an address may be that is mapped, in bytes; those of commits are cut so.
const maxMapped = 320

// remap takes any text for an address: commits have such ones, and somebody must be able to
// say whose they are.
func (s BindingsState) remap(m Mapped, by string) (BindingsState, error) {
	m.Address = Address(m.Address)
	if m.Address == "" || len(m.Address) > maxMapped || strings.ContainsFunc(m.Address, unicode.IsControl) {
		return s, fault.New(fault.Invalid, "%.80q is not what a commit can have for an address", m.Address)
	}
	if s.Mapped[m.Address] == m.Person {
		return s, fault.New(fault.Refused, "%s is mapped so already", m.Address)
	}
	s.Mapped, s.MappedBy = maps.Clone(s.Mapped), maps.Clone(s.MappedBy)
	delete(s.MappedBy, m.Address)
	if m.Person == "" {
		delete(s.Mapped, m.Address)
		return s, nil
	}
	if s.Mapped == nil {
		s.Mapped = map[string]string{}
	}
	s.Mapped[m.Address] = m.Person
	if by != "" {
		if s.MappedBy == nil {
			s.MappedBy = map[string]string{}
		}
		s.MappedBy[m.Address] = by
	}
	return s, nil
}

// CanSetUp says whether a set-up link with this hash may be used at a time.
func (s BindingsState) CanSetUp(hash string, at time.Time) bool {
	return s.Setup != nil && hash != "" && s.Setup.Hash == hash && at.Before(s.Setup.Expires)
}

func (s BindingsState) setUp(u SetupUsed, at time.Time) (BindingsState, error) {
	if !s.CanSetUp(u.Hash, at) {
		return s, fault.New(fault.Denied, "the set-up link was used, or is too old").
			WithHint("on the control plane's machine: slipway user setup")
	}
	s.Setup = nil
	s.Bindings = slices.Clone(s.Bindings)
	for _, role := range []Role{Admin, Operator} {
		b := Binding{Subject: "person:" + u.Person, Role: role}
		if !slices.Contains(s.Bindings, b) {
			s.Bindings = append(s.Bindings, b)
		}
	}
	return s, nil
}

// Desired is the timer of the next review.
func (BindingsMachine) Desired(s BindingsState) []machine.Desired {
	if s.ReviewedAt.IsZero() {
		return nil
	}
	return []machine.Desired{machine.After(reviewTimer, s.ReviewedAt.Add(ReviewEvery))}
}

// Summary says how many there are.
func (BindingsMachine) Summary(s BindingsState) machine.Summary {
	return machine.Summary{Status: "ready", Title: fmt.Sprintf("%d bindings", len(s.Bindings)), Done: true}
}

// Upgrade refuses: there is no older version.
func (BindingsMachine) Upgrade(from int, _ []byte) (BindingsState, error) {
	return BindingsState{}, fmt.Errorf("no bindings were ever written with version %d", from)
}

var _ machine.Machine[BindingsState] = BindingsMachine{}
