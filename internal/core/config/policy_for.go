package config

import (
	"cmp"
	"slices"
	"time"

	"slipway.dev/internal/core/calendar"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/manifest"
)

// What a gate asks where its manifest says nothing.
const (
	MostApprovals   = 2 // for the third environment of a chain and those after it
	DefaultExpire   = 7 * 24 * time.Hour
	DefaultOpen     = time.Hour      // of a broken glass
	DefaultReview   = 24 * time.Hour // of a broken glass
	DefaultApprover = "approver"     // role
)

// PolicyFor makes the policy of an environment's gate of all resources in force.
func PolicyFor(environment manifest.Resource, all []manifest.Resource) (gate.Policy, error) {
	e, err := environment.Environment()
	if err != nil {
		return gate.Policy{}, err
	}
	g := e.Gate
	p := gate.Policy{
		Environment: environment.Name, After: string(e.After), Auto: g.Auto, Supersede: g.Supersede,
		Approvals: approvals(environment, e, all), Soak: g.Soak.Value(), Windows: windows(g.Windows),
		Concurrency: g.Concurrency, Rules: rules("", g.Rules), Budget: blocks(g.Budget), Later: later(g), Glass: GlassOf(g.BreakGlass),
	}
	for _, r := range byName(all) {
		if err := apply(&p, r); err != nil {
			return gate.Policy{}, err
		}
	}
	return p, nil
}

// apply adds what a freeze or a policy of the platform asks, if it holds here.
func apply(p *gate.Policy, r manifest.Resource) error {
	switch r.Kind {
	case manifest.KindFreeze:
		f, err := r.FreezeSpec()
		if err != nil || len(f.Environments) > 0 && !slices.Contains(f.Environments, manifest.Name(p.Environment)) {
			return err
		}
		from, until, err := f.Span()
		p.Freezes = append(p.Freezes, calendar.Freeze{Name: r.Name, From: from, Until: until, Reason: string(f.Reason)})
		return err
	case manifest.KindPolicy:
		spec, err := r.PolicySpec()
		if err != nil || len(spec.Environments) > 0 && !slices.Contains(spec.Environments, manifest.Name(p.Environment)) ||
			len(spec.Environments) == 0 && p.After == "" {
			return err
		}
		p.Rules = append(p.Rules, rules(r.Name+".", spec.Rules)...)
	}
	return nil
}

// byName sorts, so that the same resources always give the same policy.
func byName(all []manifest.Resource) []manifest.Resource {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b manifest.Resource) int { return cmp.Compare(a.ID(), b.ID()) })
	return sorted
}

// approvals gives what the gate says; without that, as many as there are environments before
// this one, up to two.
func approvals(r manifest.Resource, e manifest.Environment, all []manifest.Resource) gate.Approvals {
	a := gate.Approvals{Count: min(depth(r.Name, e, all), MostApprovals), From: []string{DefaultApprover}, Expire: DefaultExpire}
	if said := e.Gate.Approvals; said != nil {
		a.Count, a.Expire = said.Count, said.Expire.Or(DefaultExpire)
		if len(said.From) > 0 {
			a.From = names(said.From)
		}
	}
	if a.Count == 0 {
		return gate.Approvals{}
	}
	return a
}

// depth is how many environments a release must have been through before this one. Of a
// chain whose beginning is not in force, nobody can say: then it is as many as count.
func depth(name string, e manifest.Environment, all []manifest.Resource) int {
	seen := map[string]bool{name: true}
	for n := 0; ; n++ {
		before := string(e.After)
		if before == "" {
			return n
		}
		i := slices.IndexFunc(all, func(r manifest.Resource) bool { return r.Kind == manifest.KindEnvironment && r.Name == before })
		if i < 0 || seen[before] {
			return MostApprovals
		}
		seen[before] = true
		var err error
		if e, err = all[i].Environment(); err != nil {
			return MostApprovals
		}
	}
}

func windows(list []manifest.Window) []calendar.Window {
	var out []calendar.Window
	for _, w := range list {
		out = append(out, calendar.Window{Weekdays: w.Weekdays.Days(), From: w.From.Minutes(), To: w.To.Minutes(), Zone: string(w.Zone)})
	}
	return out
}

func rules(prefix string, list []manifest.Rule) []gate.Rule {
	var out []gate.Rule
	for _, r := range list {
		out = append(out, gate.Rule{Name: prefix + string(r.Name), Expr: string(r.Expr), Reason: string(r.Reason)})
	}
	return out
}

// blocks says what of an error budget keeps a release out; "": nothing does.
func blocks(b *manifest.Budget) string {
	if b == nil {
		return ""
	}
	return b.Block
}

// later names what the gate asks and this version cannot look into.
func later(g manifest.Gate) []string {
	var out []string
	for _, l := range []struct {
		name  string
		asked bool
	}{{"readiness", g.Readiness != ""}, {"parity", g.Parity != nil}, {"review", g.Review}} {
		if l.asked {
			out = append(out, l.name)
		}
	}
	return out
}

// GlassOf says how a gate, or the way into a system, may be broken; nil if not at all.
func GlassOf(b *manifest.BreakGlass) *gate.Glass {
	if b == nil {
		return nil
	}
	return &gate.Glass{Criteria: words(b.Criteria), Exempt: words(b.Exempt), Window: b.Window.Or(DefaultOpen), Review: b.Review.Or(DefaultReview)}
}

func names(list []manifest.Name) []string {
	var out []string
	for _, n := range list {
		out = append(out, string(n))
	}
	return out
}
