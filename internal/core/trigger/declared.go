package trigger

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
)

// Fits says why a definition cannot be that of a workflow whose manifest gives it secrets of
// these names; nil: it can.
func Fits(def *workflow.Definition, secrets []string) error {
	for _, name := range def.Secrets {
		if !slices.Contains(secrets, name) {
			return fault.New(fault.Invalid, "it uses the secret %s, which its manifest does not give it", name).
				WithHint("secrets: {%s: {from: NAME}} in its spec, and slipway secret set NAME", name)
		}
	}
	_, err := ScheduleOf(def, "", "", "")
	return err
}

// ScheduleOf gives the schedule that a definition and its manifest declare together. What
// cannot be is fault.Invalid.
func ScheduleOf(def *workflow.Definition, zone, missed, overlap string) (s Schedule, err error) {
	s = Schedule{Zone: zone, Missed: missed, Overlap: overlap}
	d := def.Schedule
	if d == nil {
		return s, nil
	}
	s.Cron = d.Cron
	if d.Every != nil {
		s.Every = d.Every.Constant
	}
	if d.After != nil {
		s.After = d.After.Constant
	}
	if d.On != nil {
		s.On, err = onOf(d.On, d.Read)
	}
	if err != nil {
		return s, fault.New(fault.Invalid, "the schedule of %s cannot be", def.Document.Name).Because(err)
	}
	return s, s.check()
}

func onOf(c *workflow.Consume, read string) (*On, error) {
	if c.Until != nil || c.UntilEvents != nil || c.Forever {
		return nil, fault.New(fault.Invalid, "schedule.on: a workflow begins with an event, and does not wait until something else").
			WithHint("leave out until; begin with one event, and listen for the others in the workflow")
	}
	o := &On{All: len(c.All) > 0, Read: read}
	wanted := slices.Concat(c.All, c.Any)
	if c.One != nil {
		wanted = append(wanted, *c.One)
	}
	for _, w := range wanted {
		f, err := filterOf(w)
		if err != nil {
			return nil, err
		}
		o.Filters = append(o.Filters, f)
	}
	if len(o.Filters) == 0 { // any of no filters is any event
		o.Filters = []Filter{{}}
	}
	o.Types = typesOf(o.Filters)
	return o, nil
}

// filterOf reads a filter. There is no run yet, so that expressions know nothing but the event.
func filterOf(w workflow.EventFilter) (Filter, error) {
	f := Filter{Filter: interp.Filter{With: map[string]any{}, Where: map[string]string{}}, Learn: map[string]string{}}
	for name, t := range w.With {
		source, _ := t.Raw().(string)
		inner, whole := jq.Inner(source)
		switch {
		case t.Constant():
			f.With[name] = t.Raw()
		case whole && !strings.Contains(inner, "$"):
			f.Where[name] = inner
		default:
			return f, fault.New(fault.Invalid, "schedule.on: %s can be a value, or an expression over that attribute; there is no run yet that it could use", name)
		}
	}
	for name, c := range w.Correlate {
		if err := f.correlate(name, c); err != nil {
			return f, err
		}
	}
	slices.SortFunc(f.Keys, func(a, b interp.Key) int { return cmp.Compare(a.From, b.From) })
	return f, nil
}

func (f *Filter) correlate(name string, c workflow.Correlate) error {
	from := c.From.String()
	if strings.Contains(from, "$") {
		return fault.New(fault.Invalid, "schedule.on: correlate %s: there is no run yet whose variables it could use", name)
	}
	if c.Expect == nil {
		f.Learn[name] = from
		return nil
	}
	want, err := c.Expect.Eval(nil, nil)
	if err != nil {
		return fault.New(fault.Invalid, "schedule.on: correlate %s: what it expects cannot be told before there is a run", name).Because(err)
	}
	f.Keys = append(f.Keys, interp.Key{From: from, Value: want})
	return nil
}

// plain is a type of event that can be no regular expression.
var plain = regexp.MustCompile(`^[A-Za-z0-9._/:-]+$`)

// typesOf gives the types of events that pass; nil: any may.
func typesOf(filters []Filter) []string {
	var out []string
	for _, f := range filters {
		kind, _ := f.With["type"].(string)
		if !plain.MatchString(kind) {
			return nil
		}
		out = append(out, kind)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
