package openslo

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"slipway.dev/internal/core/manifest"
)

// draft is a flow of which OpenSLO does not say all that there must be.
type draft struct {
	name    string
	from    string // "SLO purchase at slo.yaml:3:1"
	targets manifest.Targets
	text    string // what it is, in the words of the SLO
}

// missing is what a Flow needs and OpenSLO has nothing of.
const missing = `  # type: user, or system: who takes it
  # criticality: low, medium or high
  # start: what it begins with
  # end: what it ends with
  # steps:
  #   - {service: SERVICE, request: "GET /path"}
`

// foreign makes the beginning of a flow of an SLO that was not made by Slipway.
func (i *importer) foreign(s sliced) {
	measure, ok := s.measure()
	if !ok {
		return
	}
	d := draft{name: manifestName(s.name), from: fmt.Sprintf("%s at %s", clip(s.String()), s.position()),
		text: clean(cmp.Or(s.in("spec").text("description"), s.in("metadata").text("displayName")))}
	d.targets.Reliability = manifest.Reliability{Availability: percent(s.target, ""), Window: span(s.window, ""), Measure: measure}
	if problem := d.check(); problem != "" {
		s.note("it cannot be a target of a flow: %s; the SLO is left out", clip(problem))
		return
	}
	if d.name != s.name {
		s.in("metadata").in("name").note("Slipway's names have lower-case letters, digits and hyphens; it is %s", d.name)
	}
	for _, other := range i.drafts {
		if other.name == d.name {
			s.in("metadata").in("name").note("another SLO would have the name %s, too; this one is left out", d.name)
			return
		}
	}
	s.note("a Flow needs type, criticality, start, end and steps, which OpenSLO does not say; fill them in before it can be applied")
	i.drafts = append(i.drafts, d)
}

// measure makes expressions of the queries of a ratio.
func (s *sliced) measure() (*manifest.Measure, bool) {
	exact := true
	of := func(field, query string) string {
		if query == "" {
			return ""
		}
		at := s.ratio.in(field).in("metricSource").in("spec").in("query")
		expression, changed, ok := counted(query, s.ratio.counter)
		switch {
		case !ok:
			exact = false
			s.refuse(at, "it cannot be seen how many it counts in a window; write it with [window] as its range")
		case changed != "":
			at.note("%s: %s", changed, clip(expression))
		}
		return expression
	}
	total, good, bad := of("total", s.ratio.total), of("good", s.ratio.good), of("bad", s.ratio.bad)
	if bad != "" {
		good = fmt.Sprintf("(%s) - (%s)", total, bad)
	}
	return &manifest.Measure{Good: manifest.PromQL(good), Total: manifest.PromQL(total)}, exact
}

// manifestName makes a name of Slipway's of one of OpenSLO's.
func manifestName(name string) string {
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '-'
	}, name)
	out = strings.Trim(out, "-")
	if out == "" || out[0] < 'a' {
		out = "slo-" + out
	}
	return strings.TrimRight(nameOf(out), "-")
}

// check says what manifests do not allow of a draft's targets, as if the rest were there.
func (d draft) check() string {
	spec := manifest.Flow{Type: "user", Criticality: "low", Start: "x", End: "x", Steps: []manifest.FlowStep{{Event: "x"}}, Description: manifest.Text(d.text), Targets: d.targets}
	raw, err := json.Marshal(spec)
	if err != nil {
		return err.Error()
	}
	r := manifest.Resource{Kind: manifest.KindFlow, Name: d.name, Spec: raw}
	if _, problems := manifest.Parse("", r.Document()); len(problems) > 0 {
		return problems[0].Text
	}
	return ""
}
