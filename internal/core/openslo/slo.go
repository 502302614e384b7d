package openslo

import (
	"math"
	"strings"
	"time"

	"slipway.dev/internal/core/slo"
)

// sliced is what an SLO says, as far as Slipway can do it.
type sliced struct {
	*object
	service string
	target  float64
	window  time.Duration
	ratio   ratioOf
	ok      bool // everything that matters could be read
}

// ratioOf has the queries of an SLO.
type ratioOf struct {
	view
	good, bad, total string
	counter          bool
}

// slo reads an SLO. What Slipway cannot do is noted, and then it is not ok: to leave out what it
// says would make another SLO of it.
func (r *reader) slo(o *object) sliced {
	s := sliced{object: o, ok: true}
	spec := o.in("spec")
	s.service = spec.text("service")
	switch method := spec.text("budgetingMethod"); method {
	case "Occurrences":
	case "":
		s.refuse(spec, "budgetingMethod is missing")
	default:
		s.refuse(spec.in("budgetingMethod"), "%s budgets by time; Slipway counts requests (Occurrences)", clip(method))
	}
	s.readWindow(spec.in("timeWindow"))
	s.readTarget(spec)
	s.readIndicator(spec)
	r.alerts(spec.in("alertPolicies"), s.window)
	return s
}

// refuse notes why an SLO cannot be taken over.
func (s *sliced) refuse(at view, format string, args ...any) {
	s.ok = false
	at.note(format+"; the SLO is left out", args...)
}

func (s *sliced) readWindow(v view) {
	windows := v.list()
	if len(windows) == 0 {
		s.window = slo.DefaultWindow
		v.note("it says no time window; %s is taken", shorthand(slo.DefaultWindow))
		return
	}
	if len(windows) > 1 {
		s.refuse(v, "it has %d time windows; OpenSLO allows one", len(windows))
	}
	w := windows[0]
	text := w.text("duration")
	d, about, ok := duration(text)
	calendar, rolling := w.in("calendar").there(), w.flag("isRolling")
	switch {
	case calendar || !rolling:
		s.refuse(w, "its window begins with the calendar; Slipway's are rolling")
	case !ok:
		s.refuse(w.in("duration"), "%q is no duration like 30d", clip(text))
	case about:
		w.in("duration").note("%s has no fixed length; %s are taken", text, shorthand(d))
	}
	s.window = d
	w.rest()
}

// readTarget reads the objectives. Of several for the same ratio, the strictest implies the
// others.
func (s *sliced) readTarget(spec view) {
	list := spec.in("objectives").list()
	if len(list) == 0 {
		s.refuse(spec, "it has no objectives")
	}
	best := -1
	for i, v := range list {
		target, ok := target(v)
		switch {
		case v.in("indicator").there() || v.in("indicatorRef").there() || v.in("compositeWeight").there():
			s.refuse(v, "it is composed of several SLOs; in Slipway each flow has its own, and flows depend on flows")
		case v.in("value").there():
			s.refuse(v, "it holds values against a threshold, which Slipway does not")
		case v.in("timeSliceTarget").there() || v.in("timeSliceWindow").there():
			s.refuse(v, "it budgets by time slices; Slipway counts requests")
		case !ok || target < 0 || target >= 1:
			s.refuse(v, "it needs a target from 0 to below 1, or a targetPercent")
		case best < 0 || target > s.target:
			best, s.target = i, target
		}
		v.in("displayName")
	}
	for i, v := range list {
		if !s.ok {
			return
		}
		if i != best {
			v.note("of several targets the strictest is taken, %v", s.target)
		}
		v.rest()
	}
}

func target(v view) (float64, bool) {
	share, ok := v.number("target")
	if p, is := v.number("targetPercent"); is {
		return math.Round(p*1e10) / 1e12, !ok // 99.9 is 0.999, not what is left of a division
	}
	return share, ok
}

// readIndicator reads the ratio, here or where it refers to.
func (s *sliced) readIndicator(spec view) {
	v := spec.in("indicator")
	if name := spec.text("indicatorRef"); name != "" {
		o := s.r.find(kindSLI, name)
		if o == nil {
			s.refuse(spec.in("indicatorRef"), "there is no SLI %s in the file", clip(name))
			return
		}
		o.used = true
		v = o.view
	}
	if !v.there() {
		if s.ok {
			s.refuse(spec, "it has no indicator")
		}
		return
	}
	s.readRatio(v.in("spec"))
}

func (s *sliced) readRatio(sli view) {
	m := sli.in("ratioMetric")
	switch {
	case sli.in("thresholdMetric").there():
		s.refuse(sli.in("thresholdMetric"), "Slipway counts good and bad requests; it holds no metric against a threshold")
		return
	case m.in("raw").there() || m.in("rawType").there():
		s.refuse(m.in("raw"), "a ratio that was made elsewhere does not say how many requests there were")
		return
	case !m.there():
		s.refuse(sli, "it has no ratioMetric")
		return
	}
	s.ratio = ratioOf{view: m, counter: m.flag("counter")}
	s.ratio.total = s.query(m.in("total"), true)
	s.ratio.good, s.ratio.bad = s.query(m.in("good"), false), s.query(m.in("bad"), false)
	if s.ok && (s.ratio.good == "") == (s.ratio.bad == "") {
		s.refuse(m, "it needs either good or bad")
	}
	m.rest()
}

// query gives the PromQL of a metric; "" if it has none.
func (s *sliced) query(v view, needed bool) string {
	if !v.there() {
		if needed {
			s.refuse(v, "it is missing")
		}
		return ""
	}
	m := v.in("metricSource")
	kind, name := m.text("type"), m.text("metricSourceRef")
	if o := s.r.find(kindDataSource, name); o != nil {
		o.used = true
		if kind == "" {
			kind = o.in("spec").text("type")
		}
	}
	query := m.in("spec").text("query")
	switch {
	case kind == "":
		s.refuse(m, "it does not say what kind of source it is, and the file has no DataSource %s", clip(name))
	case !strings.EqualFold(kind, "prometheus"):
		s.refuse(m, "only Prometheus can be asked, not %s", clip(kind))
	case query == "":
		s.refuse(m.in("spec"), "it has no query")
	}
	m.in("spec").rest()
	m.rest()
	return query
}
