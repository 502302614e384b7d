package interp

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/jq"
)

// Filter is what can be said of an event without the run that waits for it. An event that
// passes may still be none that the run takes; one that does not pass is none.
type Filter struct {
	With  map[string]any    `json:"with,omitempty"`  // attributes that are equal, or match
	Where map[string]string `json:"where,omitempty"` // expressions that are true of attributes, and use no variables
	Keys  []Key             `json:"keys,omitempty"`  // correlations whose value is known
}

// Key is a correlation: what From gives of the event is Value.
type Key struct {
	From  string `json:"from"`
	Value any    `json:"value"`
}

// Matcher finds out whether an event is for a listener. It is made once for many events.
type Matcher struct {
	types   []string
	filters []matcher
}

type matcher struct {
	with  map[string]any
	where map[string]*jq.Expr
	keys  []key
}

type key struct {
	from  *jq.Expr
	value any
}

// NewMatcher reads a listening.
func NewMatcher(l Listening) (Matcher, error) {
	filters, err := machine.Decode[[]Filter](machine.Event{Type: DesiredListen, Data: l.Filter})
	if err != nil {
		return Matcher{}, err
	}
	m := Matcher{types: l.Types}
	for _, f := range filters {
		one := matcher{with: tidy(f.With).(map[string]any), where: map[string]*jq.Expr{}}
		for name, source := range f.Where {
			if one.where[name], err = jq.Compile(source); err != nil {
				return Matcher{}, err
			}
		}
		for _, k := range f.Keys {
			from, err := jq.Compile(k.From)
			if err != nil {
				return Matcher{}, err
			}
			one.keys = append(one.keys, key{from, tidy(k.Value)})
		}
		m.filters = append(m.filters, one)
	}
	return m, nil
}

// Match says whether an event may be one that is waited for.
func (m Matcher) Match(e cloudevent.Event) bool {
	if len(m.types) > 0 && !slices.Contains(m.types, e.Type()) {
		return false
	}
	return slices.ContainsFunc(m.filters, func(f matcher) bool { return f.match(e) })
}

func (f matcher) match(e cloudevent.Event) bool {
	for name, want := range f.with {
		if !fits(want, e[name]) {
			return false
		}
	}
	for name, where := range f.where {
		if yes, err := where.True(e[name], nil); err != nil || !yes {
			return false
		}
	}
	for _, k := range f.keys {
		if v, err := k.from.Eval(map[string]any(e), nil); err != nil || !reflect.DeepEqual(tidy(v), k.value) {
			return false
		}
	}
	return true
}

// Matches says whether an event may be one that a run listens to; the run looks again.
func Matches(l Listening, e cloudevent.Event) bool {
	m, err := NewMatcher(l)
	return err == nil && m.Match(e)
}

// filter evaluates what it can of a filter.
func (r *step) filter(f *Frame, w workflow.EventFilter) (Filter, error) {
	out := Filter{With: map[string]any{}, Where: map[string]string{}}
	for name, t := range w.With {
		if t.Constant() {
			out.With[name] = t.Raw()
			continue
		}
		source, _ := t.Raw().(string)
		if inner, whole := jq.Inner(source); whole && !strings.Contains(inner, "$") {
			out.Where[name] = inner
		}
	}
	for _, name := range slices.Sorted(maps.Keys(w.Correlate)) {
		c := w.Correlate[name]
		value, known, err := r.expected(f, name, c)
		if err != nil {
			return out, err
		}
		if known && !strings.Contains(c.From.String(), "$") {
			out.Keys = append(out.Keys, Key{c.From.String(), value})
		}
	}
	return out, nil
}

// expected gives what a correlation expects; known: it expects something already.
func (r *step) expected(f *Frame, name string, c workflow.Correlate) (value any, known bool, err error) {
	if c.Expect != nil {
		v, err := c.Expect.Eval(r.value(f.input()), r.vars(f))
		return tidy(v), true, err
	}
	d, known := f.Keys[name]
	return r.value(&d), known, nil
}

// passes holds an event to a filter with all that the run knows. The first event of a
// correlation that expects nothing says what the others must have. That an expression fails on
// what others send is no fault of the run: then it does not hold.
func (r *step) passes(f *Frame, w workflow.EventFilter, event map[string]any) (bool, error) {
	vars := r.vars(f)
	for name, t := range w.With {
		if want, err := t.Eval(event[name], vars); !(err == nil && fits(want, event[name])) {
			return false, nil //nolint:nilerr // see above
		}
	}
	learned := map[string]Datum{}
	for name, c := range w.Correlate {
		want, known, err := r.expected(f, name, c)
		if err != nil {
			return false, fmt.Errorf("correlate %s: %w", name, err)
		}
		got, err := c.From.Eval(event, vars)
		if got = tidy(got); err != nil || known && !reflect.DeepEqual(got, want) || !known && got == nil {
			return false, nil //nolint:nilerr // see above
		}
		if !known {
			learned[name] = hold(got)
		}
	}
	if len(learned) > 0 {
		maps.Copy(learned, f.Keys)
		f.Keys = learned
	}
	return true, nil
}

// fits says whether an attribute is what is wanted: equal, true of it, or of the form of a
// regular expression.
func fits(want, got any) bool {
	switch want := want.(type) {
	case bool:
		return want || got == false
	case map[string]any:
		fields, ok := got.(map[string]any)
		for name, w := range want {
			if !ok || !fits(w, fields[name]) {
				return false
			}
		}
		return true
	case string:
		s, ok := got.(string)
		return ok && (s == want || pattern(want) && matched(want, s))
	}
	return reflect.DeepEqual(tidy(want), tidy(got))
}

// pattern says whether a text is meant as a regular expression, and not as it is.
func pattern(s string) bool { return strings.ContainsAny(s, `^$*+?()[]{}|\`) }

func matched(expr, s string) bool {
	re, err := regexp.Compile("^(?:" + expr + ")$")
	return err == nil && re.MatchString(s)
}

// types gives the types of events that filters are for; nil: any.
func types(list []Filter) []string {
	var out []string
	for _, f := range list {
		kind, ok := f.With["type"].(string)
		if !ok || pattern(kind) {
			return nil
		}
		out = append(out, kind)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
