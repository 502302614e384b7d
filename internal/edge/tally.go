package edge

import (
	"cmp"
	"time"

	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/edge/count"
)

// hit is a step of a flow that a request is of.
type hit struct {
	place int  // of its cell in group.flows
	unit  bool // it is the first of its user in this minute
}

// enter makes the exchange one of the service, as the newest table has it.
func (x *exchange) enter(s *service) {
	same := x.service != nil && x.service.steps == s.steps
	x.service, x.group, x.chosen = s, s.none, nil
	if same {
		return // places and units are
	}
	x.identify()
	x.hits = x.few[:0]
	if s.steps != nil {
		var few [8]flow.Ref
		for _, ref := range s.steps.tree.Match(x.in.Method, x.pathOfApp(), few[:0]) {
			x.hits = append(x.hits, hit{place: ref.Place})
		}
	}
	if len(x.hits) == 0 {
		x.hits = append(x.hits, hit{place: len(s.none.flows) - 1})
	}
	if s.apart {
		x.claim()
	}
}

// identify finds out whose request it is. A user who is not known yet gets an identity with
// the answer, but from outside only: services that call one another keep no cookies.
func (x *exchange) identify() {
	s := x.service.sticky
	if s == nil {
		return
	}
	if x.user == "" && x.fresh == "" {
		x.user = s.identity(x.in.Header)
		if x.user == "" && s.cookie != "" && !x.internal {
			x.fresh, x.jar = newIdentity(), s.cookie // the newest table may have none
		}
	}
	if who := cmp.Or(x.user, x.fresh); who != "" {
		x.drawn, x.lot = true, lot(x.service.key, who)
	}
}

// pathOfApp is the escaped path that the app sees; see target.
func (x *exchange) pathOfApp() string {
	path := x.in.URL.EscapedPath()
	if x.strip != "" {
		path = path[len(x.strip):] // plain letters: they have no escapes
	}
	return cmp.Or(path, "/")
}

// claim makes the request a unit of those steps at which it is the first of its user in this
// minute. That is decided when it begins, so that a quick good answer is not chosen over
// a slow bad one.
func (x *exchange) claim() {
	kind, who := byte('u'), x.user
	if who == "" { // the repetition of a request whose answer was lost has no cookie yet
		key := x.in.Header.Get("Idempotency-Key")
		kind, who = 'k', key[:min(len(key), maxIdentity)]
	}
	if who == "" {
		kind, who = 'u', x.fresh
	}
	user := uint64(0)
	if who != "" {
		user = x.edge.units().Hash(kind, who)
	}
	for i := range x.hits {
		h := &x.hits[i]
		h.unit = who == "" || x.edge.units().First(user, x.service.salt+uint64(h.place), x.start)
	}
}

// count counts an answer that begins, for all flows that the request is of.
func (x *exchange) count(status int, took time.Duration, failed bool) {
	o := count.Outcome{Took: took, Failed: failed, Plain: !x.internal && x.in.TLS == nil}
	o.Anonymous = !x.internal && status >= 200 && status < 400 && !signed(x.in.Header, x.service.sticky)
	x.erred = failed
	for _, h := range x.hits {
		x.group.flows[h.place].Count(o, h.unit)
	}
}

// breakOff counts that an answer broke off. One that was an error already is none more.
func (x *exchange) breakOff() {
	x.group.cell.Cut()
	if x.erred {
		return
	}
	for _, h := range x.hits {
		x.group.flows[h.place].Broken(h.unit)
	}
}

// spoil lets a judge see what users are spared: the release broke a request off, and it is
// sent to another instance. Its units failed at this release, wherever the answer comes
// from.
func (x *exchange) spoil() {
	for i := range x.hits {
		if h := &x.hits[i]; h.unit {
			h.unit = false
			x.group.flows[h.place].Spoilt(time.Since(x.start))
		}
	}
}
