package deploy

import (
	"fmt"
	"strings"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/judge"
	"slipway.dev/internal/core/machine"
)

// compared: fresh instances of the old release are there while a canary goes in, and only
// then; the judge is asked while it has its share, which only grows and is as large as that
// of what it is compared with.
func (w *witness) compared(before State) error {
	s := w.state
	a := s.Active
	asked := false
	for _, d := range (Lane{}).Desired(s) {
		asked = asked || d.Kind == DesiredJudge
	}
	forward := a != nil && a.Kind == KindDeploy && a.Target != nil && a.Phase != RollingBack && (a.Await != awaitPerson || a.Undecided)
	if asked && (!forward || s.Current == nil || !a.Exposed) {
		return fmt.Errorf("the judge is asked of what does not go in")
	}
	over := !forward || s.Current == nil || a.Stage == len(a.Stages)-1 && a.Await != awaitInstances // promoted
	for _, r := range s.releases() {
		beside := strings.HasSuffix(r.Deployment, besideSuffix)
		if beside && r.staying() > 0 && (over || a.Deployment+besideSuffix != r.Deployment || r.Release != s.Current.Release) {
			return fmt.Errorf("%s stays without a canary", r.Deployment)
		}
		if beside && w.kept(r.Deployment) {
			return fmt.Errorf("%s is kept", r.Deployment)
		}
	}
	if !asked {
		return nil
	}
	if a.Weight > s.most() || before.Active != nil && before.Active.Deployment == a.Deployment && a.Weight < before.Active.Weight {
		return fmt.Errorf("the canary's share is %d%% now", a.Weight)
	}
	canary, base := s.Weight(a.Deployment), s.Weight(a.Deployment+besideSuffix)
	if base > mostFresh && s.Weight(s.Current.Deployment) > 0 {
		return fmt.Errorf("the canary has %d%%, and beside it are %d%%", canary, base)
	}
	if !s.Route.Apart {
		return fmt.Errorf("users are not told apart")
	}
	return nil
}

func (w *witness) kept(deployment string) bool {
	for _, k := range w.state.Kept {
		if k.Deployment == deployment {
			return true
		}
	}
	return w.state.Current != nil && w.state.Current.Deployment == deployment
}

// judgedOf is a strategy of a world with judges.
func (w *world) judgedOf() config.Strategy {
	return config.Strategy{Kind: "canary", Judged: true, Baseline: pick(w, "fresh", "running"), Synthetic: w.percent(20),
		Maximum: pick(w, time.Minute, 0), Minimum: pick(w, 0, 0, time.Second, time.Hour),
		Internal: pick(w, nil, nil, &config.Internal{Header: "X"}), Sticky: pick(w, nil, &config.Sticky{Cookie: true})}
}

// word is the judge's.
func (w *world) word() machine.Event {
	a := w.state.Active
	j := Judged{Deployment: a.Deployment, Verdict: pick(w, judge.Hold, judge.Hold, judge.Promote), Weight: w.rand.IntN(110) - 5, Tick: int64(w.rand.IntN(20))}
	if w.percent(w.bad) {
		j.Verdict, j.Reason = pick(w, judge.Rollback, "what"), strings.Repeat("purchase: it fails. ", 20)
	}
	if a.Judge != nil && !w.percent(10) {
		j.Tick = a.Judge.Tick + 1
	}
	for range w.rand.IntN(30) {
		j.Flows = append(j.Flows, FlowEvidence{Flow: strings.Repeat("f", 100), Reason: strings.Repeat("x", 400)})
		j.Warnings = append(j.Warnings, strings.Repeat("w", 300))
	}
	return event(EventJudged, j)
}

var judgedWords = []string{`{"deployment":"s.e.4","verdict":"promote"}`, `{"deployment":"s.e.4","verdict":"rollback","tick":-1}`, `{"weight":-5}`}

// checkJudged tells a model that judges from one that does not.
func (c *coverage) checkJudged(report func(string, ...any)) {
	for what, n := range map[string]int{"judged": c.judged, "a person was asked": c.undecided, "went back by the judge": c.sentBack} {
		if n < 100 {
			report("%s: %d times only", what, n)
		}
	}
}

func (c *coverage) addJudged(w *world) {
	for _, e := range w.log {
		if e.Type == EventJudged {
			c.judged++
		}
	}
	for _, row := range w.state.History {
		for _, m := range row.Phases {
			if m.Phase == Held && row.Judge != nil {
				c.undecided++
			}
		}
		if row.Judge != nil && row.Judge.Verdict == judge.Rollback && row.Outcome == RolledBack {
			c.sentBack++
		}
	}
}
