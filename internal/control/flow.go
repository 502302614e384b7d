package control

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/catalog"
	"slipway.dev/internal/core/escalate"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/slo"
	"slipway.dev/internal/metrics"
)

// Flow tells all about one flow that the caller may know; see Flows.
func (c *Control) Flow(ctx context.Context, name string) (model.FlowDetail, error) {
	see, err := c.sees(ctx)
	if err != nil {
		return model.FlowDetail{}, err
	}
	k, err := c.Catalog.Catalog(ctx)
	if err != nil {
		return model.FlowDetail{}, err
	}
	f, ok := k.Flow(name)
	if !ok {
		return model.FlowDetail{}, fault.New(fault.NotFound, "there is no Flow %s", name).WithHint("slipway flow list")
	}
	d := detailOf(k, f)
	states, err := c.flowStates(ctx, see, []flow.Flow{f})
	if err != nil {
		return d, err
	}
	d.Flow = flowOf(f, states[name], len(d.FindingList))
	if d.Objectives, err = c.Objectives(ctx, model.ObjectivesQuery{Flow: name}); err != nil {
		return d, err
	}
	if d.Woken, err = c.woken(ctx, f); err != nil {
		return d, err
	}
	c.lastHour(ctx, see, f, d.Steps)
	d.Estimate = estimateOf(k, f, d.Objectives)
	d.Pillars, err = c.pillars(ctx, see, k, f)
	return d, err
}

// detailOf is what the manifests alone say.
func detailOf(k *catalog.Catalog, f flow.Flow) model.FlowDetail {
	d := model.FlowDetail{
		ProcessOwner: string(f.Spec.ProcessOwner), Stakeholders: texts(f.Spec.Stakeholders), Impact: string(f.Spec.Impact),
		Start: string(f.Spec.Start), End: string(f.Spec.End), Preconditions: texts(f.Spec.Preconditions), Fallback: texts(f.Spec.Fallback),
		DependsOn: texts(f.Spec.DependsOn), UseCases: k.UseCasesOf(f.Name), Steps: []model.FlowStep{},
	}
	for _, s := range f.Steps {
		d.Steps = append(d.Steps, model.FlowStep{Name: s.Name, Path: s.Path, When: when(f, s), Service: s.Service, Request: s.Request, Event: s.Event, ServedBy: servedBy(k, s.Service)})
	}
	for _, a := range f.Spec.Alternatives {
		d.Alternatives = append(d.Alternatives, model.FlowPath{Name: string(a.Name), When: string(a.When), Error: a.Error, End: string(a.End)})
	}
	for _, a := range k.Attributes(f.Name) {
		d.Attributes = append(d.Attributes, model.FlowAttribute{Name: a.Name, State: string(a.State), Looked: a.Looked})
	}
	for _, x := range k.FindingsOf(f.Name) {
		d.FindingList = append(d.FindingList, findingOf(x))
	}
	return d
}

// servedBy says what serves a step; "": nobody that is declared. A service wins over a
// component of its name.
func servedBy(k *catalog.Catalog, name string) string {
	if _, ok := k.Service(name); ok {
		return "service"
	}
	if _, ok := k.Component(name); ok {
		return "component"
	}
	return ""
}

func texts[T ~string](in []T) []string {
	var out []string
	for _, t := range in {
		out = append(out, string(t))
	}
	return out
}

// when says when a step is taken; "" is always.
func when(f flow.Flow, s flow.Step) string {
	if s.Condition != "" {
		return s.Condition
	}
	for _, a := range f.Spec.Alternatives {
		if string(a.Name) == s.Path {
			return string(a.When)
		}
	}
	return ""
}

// woken gives the way that is gone when a flow does badly.
func (c *Control) woken(ctx context.Context, f flow.Flow) ([]model.WokenStep, error) {
	_, d, err := c.known(ctx)
	if err != nil || f.Escalation() == "" {
		return nil, err
	}
	team, err := c.manifest(ctx, manifest.KindTeam, f.Escalation())
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	spec, err := team.TeamSpec()
	if err != nil {
		return nil, err
	}
	var out []model.WokenStep
	for _, s := range escalate.Of(team.Name, spec.Escalation).Steps {
		step := model.WokenStep{AfterMinutes: s.After.Minutes(), Tell: s.Tell}
		for _, word := range s.Tell {
			for _, person := range d.Told(word, access.Scope{Team: f.Team}) {
				if !slices.Contains(step.People, person) {
					step.People = append(step.People, person)
				}
			}
		}
		out = append(out, step)
	}
	return out, nil
}

// lastHour fills in what was seen of each step. It is an ornament: without it the rest is
// shown.
func (c *Control) lastHour(ctx context.Context, see sight, f flow.Flow, steps []model.FlowStep) {
	now := c.Engine.Now().UTC()
	query := metrics.Query{Match: map[string]string{"flow": f.Name}, By: []string{"environment", "step"}, From: now.Add(-time.Hour), To: now, Step: time.Hour, Of: metrics.Increase}
	seen := map[[2]string]*model.Seen{}
	for _, name := range []string{metrics.FlowRequests, metrics.FlowErrors} {
		query.Name = name
		rows, err := c.Figures.Range(ctx, query)
		if err != nil {
			return
		}
		for _, r := range rows {
			key := [2]string{r.Labels["step"], r.Labels["environment"]}
			if len(r.Values) == 0 || math.IsNaN(r.Values[0]) || !see.of(f.Team, key[1]) {
				continue
			}
			if seen[key] == nil {
				seen[key] = &model.Seen{Environment: key[1]}
			}
			if name == metrics.FlowRequests {
				seen[key].Requests = r.Values[0]
			} else {
				seen[key].Errors = r.Values[0]
			}
		}
	}
	for i := range steps {
		for key, s := range seen {
			if key[0] == steps[i].Name {
				steps[i].LastHour = append(steps[i].LastHour, *s)
			}
		}
		slices.SortFunc(steps[i].LastHour, func(a, b model.Seen) int { return cmp.Compare(a.Environment, b.Environment) })
	}
}

// estimateOf is the availability that follows from what a flow rests on, beside the one that
// was measured where it matters most: in an environment after which no other comes.
func estimateOf(k *catalog.Catalog, f flow.Flow, objectives []model.Objective) *model.Estimate {
	e, ok := k.Estimate(f.Name)
	if !ok {
		return nil
	}
	out := &model.Estimate{Availability: e.Availability, Parts: []model.EstimatePart{}, Complete: e.Complete}
	for _, p := range e.Parts {
		out.Parts = append(out.Parts, model.EstimatePart{What: p.Kind + " " + p.Name, Role: string(p.Role), Availability: p.Availability, From: string(p.Basis)})
	}
	before := map[string]bool{}
	for _, e := range k.Environments() {
		before[string(e.Spec.After)] = true
	}
	for _, o := range objectives {
		if o.Name == slo.Availability && o.Measured != nil && (out.In == "" || !before[o.Environment]) {
			out.Measured, out.In = o.Measured, o.Environment
		}
	}
	return out
}

// pillars gives a flow's targets in each environment, with what was seen of them.
func (c *Control) pillars(ctx context.Context, see sight, k *catalog.Catalog, f flow.Flow) ([]model.Pillar, error) {
	var list []model.Pillar
	for _, e := range k.Environments() {
		if !see.of(f.Team, e.Name) {
			continue
		}
		rows, err := c.Pillars(ctx, f, e.Name)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			list = append(list, model.Pillar{Environment: e.Name, Pillar: r.Pillar, Target: r.Target, Wanted: r.Wanted, Measured: r.Measured, State: string(r.State), Text: r.Text})
		}
	}
	return list, nil
}
