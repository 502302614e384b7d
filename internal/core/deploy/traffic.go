package deploy

import (
	"fmt"

	"slipway.dev/internal/core/config"
)

// watched says whether the traffic is looked at: a deployment goes forward.
func (s *State) watched() bool {
	a := s.Active
	return a != nil && a.Kind == KindDeploy && a.Target != nil && !a.Target.activates() && a.Phase != RollingBack && a.Await != awaitPerson
}

// traffic takes in counts. Only two are worth an entry in the journal: the first of a
// deployment, from which the old release's share of errors is counted, and the one on
// which the new release is taken back. The new one's are counted from its first request.
// While a canary is judged, that is left to the judge, who is wrong less often, unless most
// requests fail: of flows of low criticality the judge only warns.
func (w *work) traffic(t Traffic) error {
	if !w.watched() {
		return refuse("nothing is being watched")
	}
	a := w.Active
	first := a.Base == nil && w.Current != nil
	if first {
		base := t.of(w.Current.Deployment)
		a.Base = &base
	}
	fresh, old := t.of(a.Target.Deployment), Count{}
	if w.Current != nil {
		old = t.of(w.Current.Deployment).since(*a.Base)
	}
	rule := a.Target.Rollout.Rollback
	if w.judging() {
		rule.Errors = max(rule.Errors, most)
	}
	if a.Exposed && tooMany(rule, fresh, old) {
		w.fail(fmt.Sprintf("%d of %d requests to %s ended in an error (%.1f%%, allowed are %.1f%%)",
			fresh.Errors, fresh.Requests, a.Release, 100*fresh.share(), 100*rule.Errors))
		return nil
	}
	if !first {
		return refuse("nothing follows from the traffic so far")
	}
	return nil
}

// most is the share of errors that a judged canary is not let have, whatever they are of.
const most = 0.5

// tooMany says whether the new release's errors are reason to take it back. They are not if
// the old one failed about as often meanwhile: then something else is wrong, and going back
// would not help. That is only believed of enough requests.
func tooMany(r config.Rollback, fresh, old Count) bool {
	enough := uint64(max(1, r.Minimum))
	if fresh.Requests < enough || fresh.share() <= r.Errors {
		return false
	}
	return old.Requests < enough || fresh.odds() > muchWorse*old.odds()
}

// muchWorse is the odds ratio of errors from which a release is to blame for them. Two
// releases that are alike never fail just as often; and it is what a judge rules out by default
// before a release has all traffic.
const muchWorse = 2.0

func (t Traffic) of(deployment string) Count {
	for _, c := range t.Counts {
		if c.Deployment == deployment {
			c.Errors = min(c.Errors, c.Requests)
			return c
		}
	}
	return Count{Deployment: deployment}
}

// since gives what was counted after base. Counts that began anew are taken as they are.
func (c Count) since(base Count) Count {
	if c.Requests < base.Requests || c.Errors < base.Errors {
		return c
	}
	c.Requests -= base.Requests
	c.Errors = min(c.Errors-base.Errors, c.Requests)
	return c
}

// odds are of an error against none; +Inf if there were only errors.
func (c Count) odds() float64 { return c.share() / (1 - c.share()) }

// share is the share of errors, from 0 to 1.
func (c Count) share() float64 {
	if c.Requests == 0 {
		return 0
	}
	return float64(c.Errors) / float64(c.Requests)
}
