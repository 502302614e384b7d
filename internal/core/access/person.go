package access

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Bounds of an account.
const (
	MaxAddresses = 20
	MaxPasskeys  = 20
	MaxGroups    = 500
	maxText      = 200 // bytes of a person's name, a reason, or the name of a group
)

// PersonMachine is the machine of an account.
type PersonMachine struct{}

// Step takes the events of an account.
func (PersonMachine) Step(s PersonState, e machine.Event) (machine.Next[PersonState], error) {
	next, err := s.take(e)
	if err != nil {
		return machine.Next[PersonState]{}, err
	}
	out := machine.Next[PersonState]{State: next}
	if !alike(s.Person, next.Person) { // the directory is not what it was: see BindingsID
		out.Messages = []machine.Message{{To: BindingsID, Type: EventDirectoryChanged}}
	}
	return out, nil
}

func alike(a, b Person) bool {
	return a.Name == b.Name && a.Disabled == b.Disabled && slices.Equal(a.Addresses, b.Addresses) && slices.Equal(a.Groups, b.Groups)
}

func (s PersonState) take(e machine.Event) (PersonState, error) {
	if (s.Name == "") != (e.Type == EventPersonAdded) {
		if s.Name == "" {
			return s, fault.New(fault.NotFound, "there is no such account")
		}
		return s, fault.New(fault.Refused, "there is an account %s already", s.Name)
	}
	switch e.Type {
	case EventPersonAdded:
		return taking(e, func(a Added) (PersonState, error) { return added(a, e) })
	case EventPersonInvited:
		return taking(e, func(i Invitation) (PersonState, error) { s.Invite = &i; return s, s.enabled() })
	case EventPersonEnrolled:
		return taking(e, func(n Enrolled) (PersonState, error) { return s.enroll(n, e) })
	case EventPersonChanged:
		return taking(e, s.change)
	case EventPersonDisabled:
		return taking(e, func(r Reason) (PersonState, error) {
			err := s.enabled()
			if len(r.Text) > maxText {
				err = fault.New(fault.TooLarge, "the reason is longer than %d bytes", maxText)
			}
			s.Disabled, s.Reason, s.Invite = true, r.Text, nil
			return s, err
		})
	case EventPersonEnabled:
		if !s.Disabled {
			return s, fault.New(fault.Refused, "the account %s is not disabled", s.Name)
		}
		s.Disabled, s.Reason = false, ""
		return s, nil
	case EventPersonSignedIn:
		return taking(e, func(in SignedIn) (PersonState, error) { return s.signIn(in, e) })
	case EventPasswordSet:
		return taking(e, func(p PasswordSet) (PersonState, error) {
			s.Sealed = p.Sealed
			return s.counted(p.Counter)
		})
	case EventPasskeyAdded:
		return taking(e, func(p Passkey) (PersonState, error) { return s.addPasskey(p, e) })
	case EventPasskeyRemoved:
		return taking(e, s.removePasskey)
	}
	return s, fault.New(fault.Refused, "an account does not take the event %s", e.Type)
}

// taking decodes an event's data.
func taking[D, S any](e machine.Event, do func(D) (S, error)) (S, error) {
	d, err := machine.Decode[D](e)
	if err != nil {
		var none S
		return none, fault.New(fault.Invalid, "%s cannot be read", e.Type).Because(err)
	}
	return do(d)
}

func (s PersonState) enabled() error {
	if s.Disabled {
		return fault.New(fault.Refused, "the account %s is disabled", s.Name).WithHint("slipway user enable %s", s.Name)
	}
	return nil
}

func added(a Added, e machine.Event) (PersonState, error) {
	if err := CheckName(a.Name); err != nil {
		return PersonState{}, err
	}
	if e.Actor.Kind == "" {
		return PersonState{}, fault.New(fault.Invalid, "an account needs somebody who adds it")
	}
	s := PersonState{Person: Person{Name: a.Name, Groups: groups(a.Groups)}, Title: a.Title, AddedAt: e.At, AddedBy: e.Actor, Subject: a.Subject, Invite: a.Invite}
	return s.change(Changed{Addresses: &a.Addresses})
}

func (s PersonState) change(c Changed) (PersonState, error) {
	if c.Title != nil {
		s.Title = *c.Title
	}
	if len(s.Title) > maxText {
		return s, fault.New(fault.TooLarge, "a person's name is longer than %d bytes", maxText)
	}
	if c.Addresses == nil {
		return s, nil
	}
	list, err := addresses(*c.Addresses)
	s.Addresses = list
	return s, err
}

func addresses(list []string) ([]string, error) {
	found := map[string]bool{}
	for _, a := range list {
		a = Address(a)
		if err := CheckAddress(a); err != nil {
			return nil, err
		}
		found[a] = true
	}
	if len(found) > MaxAddresses {
		return nil, fault.New(fault.TooLarge, "an account may have %d addresses", MaxAddresses)
	}
	return slices.Sorted(maps.Keys(found)), nil
}

func groups(list []string) []string {
	list = slices.DeleteFunc(slices.Clone(list), func(g string) bool { return g == "" || len(g) > maxText })
	list = slices.Compact(slices.Sorted(slices.Values(list)))
	return list[:min(len(list), MaxGroups)]
}

func (s PersonState) enroll(n Enrolled, e machine.Event) (PersonState, error) {
	if !s.Invited(n.Hash, e.At) {
		return s, fault.New(fault.Denied, "the link was used, or is too old").WithHint("ask for a new one: slipway user invite")
	}
	if len(n.Sealed) == 0 && n.Passkey == nil {
		return s, fault.New(fault.Invalid, "an account needs a password with one-time codes, or a passkey")
	}
	s.Invite, s.Sealed, s.Counter, s.Recovery, s.Passkeys = nil, n.Sealed, n.Counter, n.Recovery, nil
	s.SeenAt = e.At
	if n.Passkey == nil {
		return s, nil
	}
	return s.addPasskey(*n.Passkey, e)
}

func (s PersonState) signIn(in SignedIn, e machine.Event) (PersonState, error) {
	if err := s.enabled(); err != nil {
		return s, err
	}
	s.SeenAt = e.At
	switch in.How {
	case ByPassword:
		return s.counted(in.Counter)
	case ByRecovery:
		at := slices.Index(s.Recovery, in.Code)
		if at < 0 {
			return s, fault.New(fault.Denied, "the recovery code was used before")
		}
		s.Recovery = slices.Delete(slices.Clone(s.Recovery), at, at+1)
	case ByPasskey:
		at := slices.IndexFunc(s.Passkeys, func(p Passkey) bool { return p.ID == in.Passkey })
		if at < 0 {
			return s, fault.New(fault.Denied, "the passkey was removed")
		}
		s.Passkeys = slices.Clone(s.Passkeys)
		s.Passkeys[at].Credential, s.Passkeys[at].UsedAt = in.Updated, e.At
	case ByOIDC:
		if s.Subject != "" && s.Subject != in.Subject {
			return s, fault.New(fault.Denied, "the account %s belongs to somebody else at the identity provider", s.Name)
		}
		s.Subject = in.Subject
		if in.Groups != nil {
			s.Groups = groups(*in.Groups)
		}
	default:
		return s, fault.New(fault.Invalid, "there is no sign-in by %q", in.How)
	}
	return s, nil
}

// counted takes a one-time code: none counts twice, also not one that is older.
func (s PersonState) counted(counter int64) (PersonState, error) {
	if counter <= s.Counter {
		return s, fault.New(fault.Denied, "the one-time code was used before").WithHint("wait for the next one")
	}
	s.Counter = counter
	return s, nil
}

func (s PersonState) addPasskey(p Passkey, e machine.Event) (PersonState, error) {
	switch {
	case p.ID == "" || len(p.Credential) == 0:
		return s, fault.New(fault.Invalid, "a passkey needs an ID and a credential")
	case slices.ContainsFunc(s.Passkeys, func(has Passkey) bool { return has.ID == p.ID }):
		return s, fault.New(fault.Refused, "the account has this passkey already")
	case len(s.Passkeys) >= MaxPasskeys:
		return s, fault.New(fault.TooLarge, "an account may have %d passkeys", MaxPasskeys).WithHint("remove one first")
	}
	p.AddedAt = e.At
	s.Passkeys = append(slices.Clone(s.Passkeys), p)
	return s, nil
}

func (s PersonState) removePasskey(p PasskeyRef) (PersonState, error) {
	left := slices.DeleteFunc(slices.Clone(s.Passkeys), func(has Passkey) bool { return has.ID == p.ID })
	switch {
	case len(left) == len(s.Passkeys):
		return s, fault.New(fault.NotFound, "the account has no such passkey")
	case len(left) == 0 && len(s.Sealed) == 0 && s.Subject == "":
		return s, fault.New(fault.Refused, "it is the only way to sign in")
	}
	s.Passkeys = left
	return s, nil
}

// Desired is nothing.
func (PersonMachine) Desired(PersonState) []machine.Desired { return nil }

// Summary has the identity at the provider as the label "subject".
func (PersonMachine) Summary(s PersonState) machine.Summary {
	sum := machine.Summary{Status: "active", Title: s.Title, Done: true, Labels: map[string]string{"name": s.Name}}
	switch {
	case s.Disabled:
		sum.Status = "disabled"
	case s.Invite != nil:
		sum.Status = "invited"
	}
	if s.Subject != "" {
		sum.Labels["subject"] = s.Subject
	}
	return sum
}

// Upgrade refuses: there is no older version.
func (PersonMachine) Upgrade(from int, _ []byte) (PersonState, error) {
	return PersonState{}, fmt.Errorf("no account was ever written with version %d", from)
}

var _ machine.Machine[PersonState] = PersonMachine{}

var namePattern = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)

// CheckName says whether an account, or a token, may have this name.
func CheckName(name string) error {
	if !namePattern.MatchString(name) || name == Nobody || name == "local" {
		return fault.New(fault.Invalid, "%q cannot be the name of an account or token", name).
			WithHint("1 to 63 small letters, digits and, inside, dashes: ada-lovelace")
	}
	return nil
}

// CheckAddress says whether it is an e-mail or git address, roughly: it is compared, and
// mail is sent to it.
func CheckAddress(a string) error {
	at := strings.LastIndexByte(a, '@')
	if at < 1 || at == len(a)-1 || len(a) > 254 || strings.ContainsFunc(a, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '<' || r == '>' || r == ',' }) {
		return fault.New(fault.Invalid, "%q is not an address", a).WithHint("like ada@example.org")
	}
	return nil
}
