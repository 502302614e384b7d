package web

import (
	"cmp"
	"slices"
	"strings"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/manifest"
)

// Flows is what the page of the flows shows.
type Flows struct {
	List         []model.Flow // those that do worst first
	Left         int          // that are not in List
	Environments []environment
	Alerts       []model.Alert       // that are not over
	Work         []model.Maintenance // to come, or under way, the next first
	Found        []model.Finding     // in what is declared besides flows
}

// Bounds of what is shown, since all of it is sent after each change.
const (
	mostFlows    = 300
	mostFindings = 50
)

func (h *handler) flows() {
	h.page("/flows", func(v visit) (view, error) {
		f, err := h.readFlows(v)
		return view{Title: "Flows", Here: "/flows", Live: flowList(f, v.now)}, err
	})
	h.page("/flows/{flow}", h.flow)
}

func (h *handler) readFlows(v visit) (f Flows, err error) {
	if f.List, err = h.Control.Flows(v.ctx); err != nil {
		return f, err
	}
	slices.SortStableFunc(f.List, func(a, b model.Flow) int {
		return cmp.Or(need(b)-need(a), weight(b.Criticality)-weight(a.Criticality), cmp.Compare(a.Name, b.Name))
	})
	if f.Left = max(0, len(f.List)-mostFlows); f.Left > 0 {
		f.List = f.List[:mostFlows]
	}
	if f.Environments, err = h.environments(v); err != nil {
		return f, err
	}
	if f.Alerts, err = h.alerts(v); err != nil {
		return f, err
	}
	work, err := h.Control.Maintenance(v.ctx)
	if err != nil {
		return f, err
	}
	f.Work = slices.DeleteFunc(work, func(m model.Maintenance) bool { return m.Status != "announced" && m.Status != "underway" })
	slices.SortStableFunc(f.Work, func(a, b model.Maintenance) int { return a.From.Compare(b.From) })
	found, err := h.Control.Findings(v.ctx)
	f.Found = slices.DeleteFunc(found, func(x model.Finding) bool { return x.Kind == manifest.KindFlow })
	return f, err
}

// flowStatuses are how flows and objectives stand.
var flowStatuses = map[string]status{
	"ok":        {"OK", "check", good},
	"burning":   {"Burning", "flame", warn},
	"exhausted": {"Exhausted", "cross", bad},
	"unknown":   {"Unknown", "question", quiet},
}

func flowStatus(word string) status {
	if s, known := flowStatuses[word]; known {
		return s
	}
	return status{word, "question", warn}
}

// need is how much a flow asks of whoever looks, where it does worst.
func need(f model.Flow) (worst int) {
	for _, s := range f.States {
		switch s.State {
		case "exhausted":
			return 2
		case "burning":
			worst = 1
		}
	}
	return worst
}

// weight orders criticalities.
func weight(criticality string) int {
	return slices.Index([]string{"low", "medium", "high"}, criticality)
}

// inTheirOrder sorts what is told of environments as releases go through them.
func inTheirOrder[T any](list []T, environments []environment, of func(T) string) []T {
	at := func(name string) int {
		i := slices.IndexFunc(environments, func(e environment) bool { return e.Name == name })
		if i < 0 {
			return len(environments)
		}
		return i
	}
	return slices.SortedStableFunc(slices.Values(list), func(a, b T) int {
		return cmp.Or(cmp.Compare(at(of(a)), at(of(b))), cmp.Compare(of(a), of(b)))
	})
}

func inEnvironment(s model.FlowState) string { return s.Environment }

// flowCounts is how the flows do, in figures: each is counted where it does worst.
func (f Flows) flowCounts() (exhausted, burning int) {
	for _, x := range f.List {
		switch need(x) {
		case 2:
			exhausted++
		case 1:
			burning++
		}
	}
	return exhausted, burning
}

// touched says what announced work is about.
func touched(m model.Maintenance) string {
	if all := slices.Concat(m.Flows, m.Services); len(all) > 0 {
		return strings.Join(all, ", ")
	}
	return "everything there"
}

func orNone(text string) string { return cmp.Or(text, "–") }
