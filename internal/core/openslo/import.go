package openslo

import (
	"cmp"
	"slices"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/slo"
)

// Import makes flows of the documents of a file. Data that is no YAML, or has nothing of
// OpenSLO, is fault.Invalid; what cannot be taken over is noted, with its place.
func Import(file string, data []byte) (Result, error) {
	r, err := read(file, data)
	if err != nil {
		return Result{}, err
	}
	i := &importer{reader: r, flows: map[string]*known{}}
	i.services()
	for _, o := range r.objects {
		if o.kind == kindSLO {
			i.take(r.slo(o))
		}
	}
	out := i.finish()
	i.unused()
	slices.SortStableFunc(r.notes, func(a, b Note) int {
		return cmp.Or(cmp.Compare(a.At.Line, b.At.Line), cmp.Compare(a.At.Column, b.At.Column))
	})
	out.Notes = r.notes
	return out, nil
}

// importer turns SLOs into flows.
type importer struct {
	*reader
	flows  map[string]*known // by the name of their service
	order  []*known
	drafts []draft
}

// known is a flow that was exported, or that somebody has written down in our annotation.
type known struct {
	object   *object
	resource manifest.Resource
	flow     flow.Flow // as it was
	spec     manifest.Flow
	window   string // of the first SLO
	found    []string
}

// services finds the flows that services bring along.
func (i *importer) services() {
	for _, o := range i.objects {
		if o.kind != kindService {
			continue
		}
		text := o.in("metadata").in("annotations").text(annotationFlow)
		if text == "" {
			continue
		}
		at := o.in("metadata").in("annotations").in(annotationFlow)
		all, problems := manifest.Parse(i.file, []byte(text))
		if len(problems) > 0 || len(all) != 1 || all[0].Kind != manifest.KindFlow {
			why := "it is not one Flow"
			if len(problems) > 0 {
				why = problems[0].Text
			}
			at.note("the flow in it cannot be read (%s); its SLOs are taken for those of somebody else", clip(why))
			continue
		}
		f, err := flow.Of(all[0])
		if err != nil {
			at.note("the flow in it cannot be read (%s)", clip(err.Error()))
			continue
		}
		k := &known{object: o, resource: all[0], flow: f, spec: f.Spec}
		k.spec.Targets.Reliability.Availability, k.spec.Targets.Reliability.Latency, k.spec.Targets.Reliability.Window = "", nil, ""
		i.flows[o.name] = k
		i.order = append(i.order, k)
	}
}

// take puts an SLO where it belongs.
func (i *importer) take(s sliced) {
	if !s.ok {
		return
	}
	defer s.forget()
	if k := i.flows[s.service]; k != nil {
		i.known(k, s)
		return
	}
	i.foreign(s)
}

// forget notes what of an SLO was not looked at.
func (s sliced) forget() {
	spec := s.in("spec")
	spec.in("description")
	m := s.in("metadata")
	m.in("displayName")
	if s.in("metadata").in("annotations").text(annotationObjective) == "" {
		m.rest()
	}
	spec.rest()
	s.view.rest()
}

// known takes an SLO over into the flow that its service has. What it counts must be what the
// flow's objective counts.
func (i *importer) known(k *known, s sliced) {
	annotations := s.in("metadata").in("annotations")
	name := annotations.text(annotationObjective)
	o, ok := k.objective(name, annotations.text(annotationPlace))
	if !ok {
		annotations.note("the flow %s has no objective %q; the SLO is left out: add the target to the flow", k.flow.Name, clip(name))
		return
	}
	sli, counted := indicatorOf(k.flow, o)
	if !counted || !s.counts(sli.Spec.RatioMetric) {
		s.ratio.note("its queries are not those by which Slipway counts %s of %s; the SLO is left out: change the flow's steps, or its measure", o.Name, k.flow.Name)
		return
	}
	i.set(k, s, o)
}

// objective finds what an SLO was exported of.
func (k *known) objective(name, environment string) (slo.Objective, bool) {
	for _, o := range slo.Objectives(k.flow) {
		if o.Name == name {
			return o.In(environment), true
		}
	}
	return slo.Objective{}, false
}

// counts says whether an SLO counts by these queries.
func (s sliced) counts(r ratio) bool {
	return s.ratio.good == "" && s.ratio.counter == r.Counter && s.ratio.bad == r.Bad.MetricSource.Spec.Query && s.ratio.total == r.Total.MetricSource.Spec.Query
}

// set takes over what the SLO says now.
func (i *importer) set(k *known, s sliced, o slo.Objective) {
	was, now := k.flow.Spec.Targets.Reliability, &k.spec.Targets.Reliability
	window := span(s.window, was.Window)
	if s.window == slo.DefaultWindow && was.Window == "" {
		window = ""
	}
	switch {
	case slices.Contains(k.found, o.Name):
		s.note("there is an SLO for %s of %s before this one, perhaps of another environment; the targets of a flow hold everywhere", o.Name, k.flow.Name)
		return
	case len(k.found) > 0 && k.window != string(window):
		s.in("spec").in("timeWindow").note("the other SLOs of %s have another window, and a flow has one; the SLO is left out", k.flow.Name)
		return
	case o.Bound > 0 && s.target != o.Target:
		s.in("spec").in("objectives").note("%v is not the share that %s stands for; the SLO is left out: name the latency anew in the flow", s.target, o.Name)
		return
	}
	k.found, k.window, now.Window = append(k.found, o.Name), string(window), window
	if o.Bound == 0 {
		now.Availability = percent(s.target, was.Availability)
		return
	}
	share := manifest.Name(o.Name[len("latency-"):])
	if now.Latency == nil {
		now.Latency = map[manifest.Name]manifest.Duration{}
	}
	now.Latency[share] = was.Latency[share]
}

// unused notes documents that nothing refers to, and what nobody has read of the others.
func (i *importer) unused() {
	for _, o := range i.objects {
		switch {
		case o.kind == kindSLO, o.kind == kindService && i.flows[o.name] != nil, o.kind == kindDataSource && o.name == sourceName:
		case o.kind == kindService:
			o.note("a service of OpenSLO is none of Slipway's; it is not taken over")
		case !o.used:
			o.note("no SLO refers to it; it is not taken over")
		case o.kind == kindDataSource:
			o.note("it is not taken over: say where the figures are in the Environment, under metrics.prometheus")
		case o.kind == kindSLI, o.kind == kindPolicy:
			o.in("metadata").in("displayName")
			o.in("metadata").rest()
			o.in("spec").in("description")
			o.in("spec").rest()
			o.rest()
		}
	}
}
