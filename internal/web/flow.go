package web

import (
	"cmp"
	"slices"

	"slipway.dev/client/model"
)

// Flow is what the page of a flow shows.
type Flow struct {
	model.FlowDetail
	Environments []environment
	Alerts       []model.Alert // of this flow, that are not over
}

func (h *handler) flow(v visit) (view, error) {
	d, err := h.Control.Flow(v.ctx, v.r.PathValue("flow"))
	if err != nil {
		return view{}, err
	}
	f := Flow{FlowDetail: d}
	if f.Environments, err = h.environments(v); err != nil {
		return view{}, err
	}
	if f.Alerts, err = h.alerts(v); err != nil {
		return view{}, err
	}
	f.Alerts = slices.DeleteFunc(f.Alerts, func(a model.Alert) bool { return a.Flow != d.Name })
	return view{Title: d.Name, Here: "/flows", Live: flowPage(f, v.now)}, nil
}

// stepsOf gives the steps of one way through the flow; of the usual one if it has no name.
func (f Flow) stepsOf(way string) []model.FlowStep {
	var list []model.FlowStep
	for _, s := range f.Steps {
		if s.Path == way {
			list = append(list, s)
		}
	}
	return list
}

// conditioned says whether a step of a way is not always taken when the way is.
func conditioned(s model.FlowStep, way string) string {
	if s.When == way {
		return ""
	}
	return s.When
}

func (f Flow) objectives() []model.Objective {
	return inTheirOrder(f.Objectives, f.Environments, func(o model.Objective) string { return o.Environment })
}

// wanted is a target, and how it stands in each environment.
type wanted struct {
	Pillar, Target, Wanted string
	Rows                   []model.Pillar
}

// targets gives what the flow must reach, as the pillars come.
func (f Flow) targets() []wanted {
	var list []wanted
	for _, p := range inTheirOrder(f.Pillars, f.Environments, func(p model.Pillar) string { return p.Environment }) {
		i := slices.IndexFunc(list, func(w wanted) bool { return w.Pillar == p.Pillar && w.Target == p.Target && w.Wanted == p.Wanted })
		if i < 0 {
			i, list = len(list), append(list, wanted{Pillar: p.Pillar, Target: p.Target, Wanted: p.Wanted})
		}
		list[i].Rows = append(list[i].Rows, p)
	}
	return list
}

// pillarStatuses are how targets stand.
var pillarStatuses = map[string]status{
	"ok":          {"Reached", "check", good},
	"missed":      {"Missed", "cross", bad},
	"unknown":     {"Unknown", "question", quiet},
	"notMeasured": {"Not measured", "none", quiet},
}

func pillarStatus(word string) status {
	if s, known := pillarStatuses[word]; known {
		return s
	}
	return status{word, "question", warn}
}

// attributeStatuses are how a flow is in an attribute.
var attributeStatuses = map[string]status{
	"ok":          {"OK", "check", good},
	"finding":     {"Finding", "glass", warn},
	"notAssessed": {"Not assessed", "none", quiet},
}

func attributeStatus(word string) status {
	if s, known := attributeStatuses[word]; known {
		return s
	}
	return status{word, "question", warn}
}

// attributeWord is an attribute's name as a word.
func attributeWord(name string) string {
	if name == "userCentric" {
		return "user-centric"
	}
	return name
}

// bases say where the availability of a part comes from.
var bases = map[string]string{
	"measured": "measured", "target": "what it must reach", "promise": "what its provider promises", "estimate": "estimated from its own parts",
	"unknown": "nothing is known of it",
}

func basis(from string) string { return cmp.Or(bases[from], from) }

// severities are how much findings matter.
var severities = map[string]status{
	"error":   {"Error:", "cross", bad},
	"warning": {"Warning:", "glass", warn},
	"info":    {"To know:", "none", quiet},
}

func severityOf(word string) status {
	if s, known := severities[word]; known {
		return s
	}
	return status{word + ":", "question", warn}
}

// wokenWhen says when a step of an escalation path is taken.
func wokenWhen(s model.WokenStep) string {
	if s.AfterMinutes == 0 {
		return "at once"
	}
	return "after " + minutes(s.AfterMinutes)
}
