package config

import (
	"fmt"
	"slices"
	"strings"

	"slipway.dev/internal/core/manifest"
)

// Governs says whether resources of a kind say what may enter an environment, and who
// decides. While an environment asks for approvals, they are only changed with consent.
func Governs(kind string) bool {
	switch kind {
	case manifest.KindEnvironment, manifest.KindTeam, manifest.KindFreeze, manifest.KindPolicy, manifest.KindSystem:
		return true
	}
	return false
}

// Asks says whether an environment among the resources in force asks for approvals. One
// that cannot be read does.
func Asks(all []manifest.Resource) bool {
	return slices.ContainsFunc(all, func(r manifest.Resource) bool {
		if r.Kind != manifest.KindEnvironment {
			return false
		}
		e, err := r.Environment()
		return err != nil || approvals(r, e, all).Count > 0
	})
}

// Referred gives the environments, as "Kind/name", that environments in force name but that
// are not in force themselves. To create one is to change those that name it.
func Referred(all []manifest.Resource) []string {
	there := map[string]bool{}
	for _, r := range all {
		there[r.ID()] = true
	}
	var out []string
	for _, r := range all {
		e, err := r.Environment()
		if err != nil {
			continue
		}
		named := []manifest.Name{e.After}
		if e.Gate.Parity != nil {
			named = append(named, e.Gate.Parity.With)
		}
		for _, n := range named {
			if id := manifest.KindEnvironment + "/" + string(n); n != "" && !there[id] {
				out = append(out, id)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Facts are what is known of others when a push is taken. Without any, what governs waits.
type Facts struct {
	Free     bool     `json:"free,omitempty"`     // no environment in force asks for approvals
	Policy   int64    `json:"policy"`             // step of policy/current that all of this was seen at
	Referred []string `json:"referred,omitempty"` // see Referred
	// Changes say of what governs, by "Kind/name", what would change, for a person.
	Changes map[string]string `json:"changes,omitempty"`
	People
}

// People say who may consent to a change.
type People struct {
	Excluded map[string]string `json:"excluded,omitempty"` // account -> why it may not
	Unknown  []string          `json:"unknown,omitempty"`  // addresses of authors whose accounts are not known
	Able     []string          `json:"able,omitempty"`     // accounts that could, as things are
}

// Consent is what a change needs. The zero Consent lets nothing that governs change by itself.
type Consent struct {
	Free     bool    `json:"free,omitempty"`     // nobody need be asked
	Referred bool    `json:"referred,omitempty"` // something in force names it
	Change   string  `json:"change,omitempty"`   // what changes, for a person
	People   *People `json:"people,omitempty"`
}

// consent gives what a change of a resource needs.
func (f *Facts) consent(kind, name string) Consent {
	id := kind + "/" + name
	switch {
	case f == nil:
		return Consent{}
	case f.Free:
		return Consent{Free: true}
	case !Governs(kind):
		return Consent{}
	}
	return Consent{Referred: slices.Contains(f.Referred, id), Change: f.Changes[id], People: &f.People}
}

// waits says whether a change of a resource must be approved first. What is new need not be,
// as it can only ask for more; but a team says who is who and who may approve, and what is
// named already has others that depend on it.
func (c Consent) waits(kind string, inForce bool) bool {
	return Governs(kind) && !c.Free && (inForce || kind == manifest.KindTeam || c.Referred)
}

// Standing parts what a source wants into what would be in force at once and what of it
// stays, as it is now, until a change is approved. With partial, what is not wanted is not
// meant to go.
func Standing(current []Owned, wanted []manifest.Resource, source string, partial bool) (now, stays []manifest.Resource) {
	all := resources(current)
	if Asks(all) {
		inForce, referred := map[string]Owned{}, Referred(all)
		for _, o := range current {
			inForce[o.ID()] = o
		}
		for _, w := range wanted {
			o, there := inForce[w.ID()]
			c := Consent{Referred: slices.Contains(referred, w.ID())}
			if o.Digest == w.Digest || !c.waits(w.Kind, there) {
				now = append(now, w)
			}
		}
	} else {
		now = wanted
	}
	for _, o := range current {
		goes := !partial && o.Source == source && (!Governs(o.Kind) || !Asks(all))
		if !goes && !slices.ContainsFunc(now, func(r manifest.Resource) bool { return r.ID() == o.ID() }) {
			stays = append(stays, o.Resource)
		}
	}
	return now, stays
}

func resources(list []Owned) []manifest.Resource {
	out := make([]manifest.Resource, len(list))
	for i, o := range list {
		out[i] = o.Resource
	}
	return out
}

// mostLines is how many fields Differences writes out.
const mostLines = 60

// Differences writes changes of fields for a person, one on a line.
func Differences(fields []FieldChange) string {
	var out strings.Builder
	for i, f := range fields {
		if i == mostLines {
			fmt.Fprintf(&out, "and %d more\n", len(fields)-i)
			break
		}
		fmt.Fprintf(&out, "%s: %s → %s\n", shorten(f.Path), shorten(f.Old), shorten(f.New))
	}
	return strings.TrimSuffix(out.String(), "\n")
}

func shorten(s string) string {
	if s == "" {
		return "(none)"
	}
	if r := []rune(s); len(r) > 100 {
		return string(r[:100]) + "…"
	}
	return s
}
