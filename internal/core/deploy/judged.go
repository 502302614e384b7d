package deploy

import (
	"fmt"
	"slices"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/judge"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
)

// Shares of a judged canary, in percent. The old release's fresh instances have from the
// beginning what the canary may have in the end: a canary that fails is known by what its
// baseline does in many times as many requests, and has hit few users by then.
const (
	firstWeight   = 1
	mostFresh     = 33 // canary, fresh and running instances: in the end a third each
	mostRunning   = 50 // without fresh ones: half each
	judgePatience = time.Hour
)

// judging says whether a canary is being judged.
func (s *State) judging() bool {
	a := s.Active
	return a != nil && a.Target != nil && !a.Since.IsZero() && a.Stages[a.Stage].Judged
}

// most is the largest share that the canary may have while it is judged.
func (s *State) most() int {
	if s.Active.Beside != nil {
		return mostFresh
	}
	return mostRunning
}

func (s *State) judgeSpec() JudgeSpec {
	a := s.Active
	strategy := a.Target.Rollout.Strategy
	spec := JudgeSpec{
		Service: s.Service, Environment: s.Environment, Deployment: a.Deployment, Release: a.Release, Since: a.Since,
		Weight: a.Weight, Most: s.most(), Compared: 100, Options: strategy.Judge,
	}
	base := s.Current
	if strategy.Internal == nil {
		spec.New = append(spec.New, a.Deployment)
	}
	if a.Beside != nil {
		base = a.Beside
		spec.Compared = a.Weight + mostFresh
		spec.New = append(spec.New, base.Deployment)
	}
	spec.Baseline = base.Deployment
	if strategy.Synthetic && a.Target.Rollout.Smoke > 0 { // checks of nothing would pass
		spec.Checks = append(spec.Checks, checksOn(a.Target))
		if base.Rollout.Smoke > 0 {
			spec.Checks = append(spec.Checks, checksOn(base))
		}
	}
	return spec
}

func checksOn(r *Release) SmokeInput {
	return SmokeInput{Deployment: r.Deployment, Artifact: r.Artifact, Config: r.Config, Instances: r.healthy()}
}

// judged takes in what the judge said. A rollback is at once; the rest is acted upon when
// nothing else is waited for.
func (w *work) judged(j Judged) error {
	a := w.Active
	if !w.judging() || j.Deployment != a.Deployment {
		return refuse("%.64s is not being judged", j.Deployment)
	}
	if a.Judge != nil && j.Tick < a.Judge.Tick {
		return refuse("the judge has said more since tick %d", j.Tick)
	}
	switch j.Verdict {
	case judge.Rollback, judge.Promote, judge.Hold:
	default:
		return fault.New(fault.Invalid, "%.32q is no verdict", j.Verdict)
	}
	said := j.bounded()
	if a.Judge != nil && said.equal(*a.Judge) {
		return refuse("the judge says what it said before")
	}
	a.Judge = &said
	if j.Verdict == judge.Rollback {
		w.fail(j.Reason)
	}
	return nil
}

// awaitWord waits for the judge's word: until all that is allowed has passed, or until the
// least has, before which there is no promotion.
func (w *work) awaitWord() {
	a := w.Active
	s := a.Target.Rollout.Strategy
	if a.Since.IsZero() {
		a.Since = w.now
		a.Until = w.now.Add(max(patienceOf(s.Maximum), s.Minimum))
	}
	at := a.Until
	if least := a.Since.Add(s.Minimum); w.now.Before(least) && least.Before(at) {
		at = least
	}
	w.await(awaitJudge, at.Sub(w.now))
}

func patienceOf(maximum time.Duration) time.Duration {
	if maximum <= 0 {
		return judgePatience
	}
	return maximum
}

// ruled does what the judge's last word asks for. It says whether there was anything.
func (w *work) ruled() bool {
	a := w.Active
	if a.Judge == nil || a.Await != awaitJudge && !a.Undecided {
		return false
	}
	weight := min(a.Judge.Weight, w.most())
	switch {
	case a.Judge.Verdict == judge.Promote && !w.now.Before(a.Since.Add(a.Target.Rollout.Strategy.Minimum)):
		w.goOnJudged()
		w.stage(a.Stage + 1)
	case weight > a.Weight && !a.Undecided:
		a.Weight = weight
		w.shift()
	default:
		return false
	}
	return true
}

// judgeTime is when a wait for the judge's word is over.
func (w *work) judgeTime() {
	a := w.Active
	if w.now.Before(a.Until) {
		w.awaitWord()
		return
	}
	waited := a.Until.Sub(a.Since).Round(time.Second).String()
	problem := "the judge said nothing in " + waited
	if a.Judge != nil {
		problem = "undecided after " + waited + ": " + a.Judge.Reason
	}
	w.hold(Held, problem)
	a.Undecided = true
	title := fmt.Sprintf("%s %s has %d%% of the traffic in %s, and somebody has to decide: %s", w.Service, a.Release, a.Weight, w.Environment, problem)
	w.effects = append(w.effects, machine.Effect{Kind: notify.EffectNotice, Class: machine.Repeatable, Input: machine.Must(notify.Notice{
		Topic: notify.Deployments, Title: title, Service: w.Service, Environment: w.Environment, Link: "/deployments/" + a.Deployment,
		Key: fmt.Sprintf("undecided %s %d", a.Deployment, a.Until.Unix()),
	})})
}

// decide takes in what a person decided where the judge could not.
//
//	retry      the judge goes on for as long again
//	rollback   it goes back
//	accept     it gets all traffic
func (w *work) decide(d Settle) error {
	a := w.Active
	switch d.Decision {
	case "retry":
		a.Until = w.now.Add(patienceOf(a.Target.Rollout.Strategy.Maximum))
		w.goOnJudged()
		w.awaitWord()
	case "rollback":
		return w.takeBack(by("rolled back", w.actor.Name, d.Reason))
	case "accept":
		a.Reason = cut(by("promoted", w.actor.Name, d.Reason) + " though " + a.Problem)
		w.goOnJudged()
		w.stage(a.Stage + 1)
	default:
		return noDecision(d)
	}
	return nil
}

// goOnJudged asks nobody any more.
func (w *work) goOnJudged() {
	a := w.Active
	a.Undecided, a.Problem = false, ""
	w.enter(Shifting)
}

// Bounds of what is remembered of a judge's word.
const (
	maxNotes    = 4
	maxEvidence = 6 // flows
	maxSaid     = 100
)

// bounded makes the judge's word fit into the state.
func (j Judged) bounded() Judged {
	j.Weight = min(max(j.Weight, 0), 100)
	j.Deployment, j.Digest, j.Reason = cutTo(j.Deployment, 2*maxName), cutTo(j.Digest, maxDigest), cut(j.Reason)
	j.Warnings, j.Missing = notes(j.Warnings), notes(j.Missing)
	if surplus := len(j.Flows) - maxEvidence; surplus > 0 {
		j.More += surplus
	}
	var flows []FlowEvidence
	for _, f := range j.Flows[:min(len(j.Flows), maxEvidence)] {
		f.Flow, f.Reason = cutTo(f.Flow, maxName), cutTo(f.Reason, maxSaid)
		f.Criticality, f.Verdict = judge.Criticality(cutTo(string(f.Criticality), maxName)), judge.Outcome(cutTo(string(f.Verdict), maxName))
		flows = append(flows, f)
	}
	j.Flows = flows
	return j
}

func notes(in []string) []string {
	var out []string
	for _, text := range in[:min(len(in), maxNotes)] {
		out = append(out, cutTo(text, maxSaid))
	}
	return out
}

func (j Judged) equal(k Judged) bool {
	return j.Verdict == k.Verdict && j.Weight == k.Weight && j.Reason == k.Reason && j.UsersHit == k.UsersHit &&
		slices.Equal(j.Warnings, k.Warnings) && slices.Equal(j.Missing, k.Missing) && slices.Equal(j.Flows, k.Flows)
}

// short is what a lane's history keeps of it.
func (j *Judged) short() *Judged {
	if j == nil {
		return nil
	}
	return &Judged{Deployment: j.Deployment, Verdict: j.Verdict, Weight: j.Weight, UsersHit: j.UsersHit, Tick: j.Tick, More: j.More + len(j.Flows)}
}
