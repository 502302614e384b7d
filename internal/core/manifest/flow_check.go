package manifest

import (
	"slices"
	"strings"
	"time"
)

func (f Flow) check(at spot) {
	for _, t := range []string{"start", "end"} {
		checkBlank(at, t)
	}
	checkTwice(at.in("dependsOn"), f.DependsOn)
	checkTwice(at.in("fallback"), f.Fallback)
	for i, name := range f.Fallback {
		if name != "" && slices.Contains(f.DependsOn, name) {
			at.in("fallback").item(i).say("%s is in dependsOn: what must work for this flow to work cannot serve when it fails", name)
		}
	}
	f.checkNames(at)
	f.checkRequests(at)
}

// checkNames wants names of steps and paths that tell them apart.
func (f Flow) checkNames(at spot) {
	names := map[Name]bool{}
	f.eachPath(at, func(steps []FlowStep, at spot) {
		for i, s := range steps {
			if s.Name != "" && names[s.Name] {
				at.item(i).in("name").say("there are two steps `%s`; each needs a name of its own", s.Name)
			}
			names[s.Name] = true
		}
	})
	for i, p := range f.Alternatives {
		if p.Name != "" && slices.ContainsFunc(f.Alternatives[:i], func(o FlowPath) bool { return o.Name == p.Name }) {
			at.in("alternatives").item(i).in("name").say("there are two alternatives `%s`; each needs a name of its own", p.Name)
		}
	}
}

// eachPath goes through the usual way and the alternatives.
func (f Flow) eachPath(at spot, visit func([]FlowStep, spot)) {
	visit(f.Steps, at.in("steps"))
	for i, p := range f.Alternatives {
		visit(p.Steps, at.in("alternatives").item(i).in("steps"))
	}
}

// checkRequests wants requests that lead to one step each. An alternative may have a request
// of the usual way again: it is counted there.
func (f Flow) checkRequests(at spot) {
	type counted struct {
		service Name
		request Request
	}
	earlier := map[Name][]string{}
	path := map[counted]int{}
	n := 0
	f.eachPath(at, func(steps []FlowStep, at spot) {
		n++
		for i, s := range steps {
			if s.Request == "" || s.Service == "" {
				continue
			}
			key := counted{s.Service, s.Request.canonical()}
			if before := path[key]; before != 0 {
				if before == n {
					at.item(i).in("request").say("an earlier step has the same request, so that nothing tells them apart; name it once")
				}
				continue
			}
			path[key] = n
			if other := conflict(earlier[s.Service], string(s.Request)); other != "" {
				at.item(i).in("request").say("some requests would be of this step and of %q, and neither is more specific; make one of them so", other)
			} else {
				earlier[s.Service] = append(earlier[s.Service], string(s.Request))
			}
		}
	})
}

// canonical writes a request in one way.
func (r Request) canonical() Request {
	if !strings.Contains(string(r), "  ") {
		return r
	}
	return Request(strings.Join(strings.Fields(string(r)), " "))
}

func (s FlowStep) check(at spot) {
	event := s.Event != ""
	switch {
	case s.Request != "" && s.Service == "" && !at.has("service"):
		at.say("field `service` is missing: which service is asked for %s", s.Request)
	case s.Request != "" && (s.Metric != "" || s.Failed != ""):
		at.in(firstOf(s.Metric != "", "metric", "failed")).say("requests are counted as they pass; a metric is only of use with an event")
	case event && s.Failed != "" && s.Metric == "":
		at.in("failed").say("metric is missing: failures are only a share if all are counted, too")
	case event && s.Metric != "" && s.Service == "" && !at.has("service"):
		at.in("metric").say("service is missing: whose metric is it")
	case event && s.Metric != "" && s.Metric == s.Failed:
		at.in("failed").say("it is the same as metric, so that all would have failed")
	}
	checkBlank(at, "event")
}

func firstOf(is bool, a, b string) string {
	if is {
		return a
	}
	return b
}

func (p FlowPath) check(at spot) { checkBlank(at, "when") }

// Bounds of the window of an objective.
const (
	minWindow = time.Hour
	maxWindow = 90 * 24 * time.Hour
)

// shares are the keys of latency targets, from the fastest on.
var shares = []Name{"p50", "p90", "p95", "p99", "p999"}

func (r Reliability) check(at spot) {
	r.checkLatency(at.in("latency"))
	if r.Window != "" && (r.Window.Value() < minWindow || r.Window.Value() > maxWindow) {
		at.in("window").say("%s is not from 1h to 90d", r.Window)
	}
	if r.Hours != "" && len(r.Windows) > 0 {
		at.in("windows").say("hours says when it holds already; leave one of them out")
	}
	if r.Zone != "" && r.Hours == "" && !at.has("windows") && !at.has("hours") {
		at.in("zone").say("a zone is of no use without hours or windows")
	}
	for i, w := range r.Windows {
		if r.Zone != "" && w.Zone != "" {
			at.in("windows").item(i).in("zone").say("the zone of all hours is said already; leave one of them out")
		}
	}
	if r.Availability != "" && r.Availability.Share() == 0 {
		at.in("availability").say("0%% demands nothing; leave it out")
	}
	if r.Measure != nil && r.Availability == "" && !at.has("availability") {
		at.in("measure").say("availability is missing: it is what the measure is held to")
	}
}

func (r Reliability) checkLatency(at spot) {
	var below Name
	for _, share := range shares {
		bound := r.Latency[share]
		if bound == "" {
			continue
		}
		if bound.Value() <= 0 {
			at.in(string(share)).say("nothing is answered in no time")
		} else if below != "" && bound.Value() < r.Latency[below].Value() {
			at.in(string(share)).say("it cannot be shorter than %s, which is %s", below, r.Latency[below])
		}
		below = share
	}
	for share := range r.Latency {
		if !slices.Contains(shares, share) {
			at.in(string(share)).say("%q is not known here; it may be `p50`, `p90`, `p95`, `p99`, `p999`", short(string(share)))
		}
	}
}

func (c Cost) check(at spot) {
	checkCurrency(at, []string{"perThousand", "perMonth"}, c.PerThousand, c.PerMonth)
}

func (p Prices) check(at spot) {
	checkCurrency(at, []string{"cpuHour", "memoryHour", "egress", "million"}, p.CPUHour, p.MemoryHour, p.Egress, p.Million)
}

// longestFault is how long a fault may last whatever an environment says: it is meant to teach
// something, and not to be lived with.
const longestFault = time.Hour

func (d Drills) check(at spot) {
	if d.Longest.Value() > longestFault {
		at.in("longest").say("a fault may last an hour at most, not %s", d.Longest)
	}
}

// checkCurrency wants money of one currency.
func checkCurrency(at spot, fields []string, sums ...Money) {
	first := ""
	for i, m := range sums {
		_, currency := m.Amount()
		switch {
		case currency == "":
		case first == "":
			first = currency
		case currency != first:
			at.in(fields[i]).say("the others are in %s; all of it is in one currency", first)
		}
	}
}

func (o Operations) check(at spot) { checkLasts(at, "recovery", o.Recovery) }

func (p Performance) check(at spot) {
	if p.Throughput != "" && p.Throughput.PerSecond() == 0 {
		at.in("throughput").say("%s demands nothing; leave it out", p.Throughput)
	}
}

// checkBlank wants words in a text that is there, and not only spaces.
func checkBlank(at spot, name string) {
	if value := lookup(at.n, name); value != nil && strings.TrimSpace(follow(value).Value) == "" {
		checkSaid(at, name, "")
	}
}

// checkTwice finds names that are there twice.
func checkTwice(at spot, list []Name) {
	for i, name := range list {
		if name != "" && slices.Contains(list[:i], name) {
			at.item(i).say("`%s` is there twice", name)
		}
	}
}
