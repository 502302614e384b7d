package deploy

import (
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// rollback goes back to a release that was completed here. What is under way ends in the
// same step: who asks for this at night wants one command.
func (w *work) rollback(r RollbackRequest, facts machine.Value) error {
	reason := by("rolled back", w.actor.Name, r.Reason)
	a := w.Active
	if r.Undo != "" && !w.serving(r.Undo) {
		return refuse("%.64s is not what serves here any more", r.Undo)
	}
	if a != nil && a.Kind == KindDeploy && (r.To == "" || w.Current != nil && r.To == w.Current.Release) {
		return w.takeBack(reason)
	}
	if a != nil && a.Kind == KindRollback && (r.To == "" || r.To == a.Release) {
		if a.Await == awaitPerson {
			w.retry()
			return nil
		}
		return refuse("%s is going back to %s already", a.Deployment, a.Release)
	}
	f, err := factsOf(facts)
	if err != nil {
		return err
	}
	if len(r.Train) > maxName {
		return fault.New(fault.TooLarge, "%.32q… is longer than %d bytes", r.Train, maxName)
	}
	i, err := w.choose(r, f)
	if err != nil {
		return err
	}
	target := w.Kept[i].clone()
	w.Kept = without(w.Kept, i)
	if a != nil {
		w.drop(reason)
	}
	w.beginRollback(target, reason)
	w.Active.Train, w.Active.Undo = r.Train, r.Undo
	return nil
}

// serving says whether a deployment brought what serves, or is on its way to it.
func (s *State) serving(deployment string) bool {
	if a := s.Active; a != nil && a.Kind == KindDeploy {
		return a.Deployment == deployment
	}
	return s.Current != nil && s.Current.Deployment == deployment
}

// takeBack rolls back the deployment that is under way.
func (w *work) takeBack(reason string) error {
	switch a := w.Active; {
	case a.Await == awaitPerson && !a.Undecided:
		w.retry()
	case a.Phase == RollingBack:
		return refuse("%s is going back already", a.Deployment)
	default:
		w.blame(reason)
		w.goBack(RolledBack, reason)
	}
	return nil
}

// releaseID is the identity of a release's machine.
func (s *State) releaseID(release string) string { return machine.ID("release", s.Service, release) }

// choose finds the kept release to go to. It was completed here, so it asks no gate; but it
// must not have been revoked since, which the facts tell.
func (w *work) choose(r RollbackRequest, f Facts) (int, error) {
	if w.Current == nil {
		return 0, refuse("nothing was ever completed here, so there is nothing to go back to")
	}
	for i, k := range w.Kept {
		wanted := r.To == k.Release || r.To == k.Deployment || r.To == "" && k.Number < w.Current.Number
		revoked := slices.Contains(f.Revoked, k.Release)
		if !wanted || w.rejected(k.Release, k.Commit, k.Config) != nil || revoked && r.To == "" {
			continue
		}
		if revoked {
			return 0, refuse("%s was revoked", k.Release).WithHint("go to another release, or forward with a fix")
		}
		if b := w.Barrier; b != nil && b.Number > k.Number && !r.Force {
			return 0, refuse("between here and %s lies %s with a migration that is %s: %s may not read today's data", k.Release, b.Release, b.Migration, k.Release).
				WithHint("go forward with a fix, or force it")
		}
		guard := slices.IndexFunc(f.Guards, func(g machine.Guard) bool { return g.Machine == w.releaseID(k.Release) })
		if guard < 0 {
			return 0, refuse("nobody said whether %s was revoked", k.Release).WithHint("try again")
		}
		w.guards = append(w.guards, f.Guards[guard])
		return i, nil
	}
	switch can := strings.Join(w.choices(f), ", "); {
	case r.To == w.Current.Release:
		return 0, refuse("%s runs already", r.To)
	case can == "":
		return 0, refuse("no release is kept that one could go back to")
	case r.To == "":
		return 0, refuse("no release before %s is kept; one can go to: %s", w.Current.Release, can)
	default:
		return 0, refuse("%.64s was not completed here lately, or was rolled back; one can go back to: %s", r.To, can)
	}
}

// choices are the releases that one can go back to.
func (s *State) choices(f Facts) []string {
	var out []string
	for _, k := range s.Kept {
		if s.rejected(k.Release, k.Commit, k.Config) == nil && !slices.Contains(f.Revoked, k.Release) {
			out = append(out, k.Release)
		}
	}
	return out
}

// drop ends what is under way, for a rollback that goes elsewhere.
func (w *work) drop(reason string) {
	a := w.Active
	outcome := RolledBack
	switch {
	case a.Kind == KindRollback && a.Target == nil: // only its checks were still to come
		outcome = a.Outcome
	case a.Kind == KindRollback:
		outcome = Aborted
	case a.Await == awaitPerson && !a.Undecided:
		outcome = RollbackFailed
	case a.Phase == RollingBack:
		outcome = a.Outcome
	}
	if a.Kind == KindDeploy && a.Target != nil {
		w.reject(a.Target, reason)
	}
	if a.Exposed {
		w.Current.ensure(w.Current.replicas())
		w.Shares = all(w.Current)
	}
	w.endBeside()
	w.leave()
	w.finish(outcome, reason)
}

// beginRollback starts a rollback; with warm instances it shifts in this very step.
func (w *work) beginRollback(target Release, reason string) {
	n := target.replicas()
	target.renew()
	warm := len(target.healthy()) >= n
	target.WarmUntil = time.Time{}
	w.Number++
	w.Active = &Active{
		Row: Row{
			Deployment: w.name(w.Number), Kind: KindRollback, Release: target.Release, From: w.Current.Release,
			Artifact: target.Artifact, Commit: target.Commit, Config: target.Config, Strategy: target.Rollout.Strategy.Kind,
			Cause: KindRollback, Actor: w.actor, Outcome: Completed, Reason: cut(reason), Requested: w.now,
		},
		Target: &target, Checked: warm, Stages: []Stage{{New: n, Old: n, Weight: 100}},
	}
	w.stage(0)
}

// switched has the edge send everything to the release that was gone to. The one that was
// left is rolled back now, whatever the checks say that follow; unless it is the older of
// the two: then somebody had gone back too far, and it stays kept.
func (w *work) switched() {
	a, left := w.Active, *w.Current
	a.Live, a.Full = w.now, w.now
	w.Current, a.Target = a.Target, nil
	w.pardon(func(j Rejected) bool { return j.Release == a.Release })
	if left.Number < w.Current.Number {
		w.keep(left, w.Current.Rollout.Rollback.Warm)
	} else {
		w.reject(&left, a.Reason)
		w.amend(left.Deployment, RolledBack, a.Reason)
		w.retire(left)
	}
	if w.Current.Rollout.Smoke == 0 {
		w.finish(Completed, a.Reason)
		return
	}
	w.enter(Checking)
	w.check()
}
