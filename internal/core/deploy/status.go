package deploy

import (
	"fmt"
	"time"
)

// Status is how a lane stands, for people.
type Status struct {
	Word       string // "idle", "empty" (nothing was ever completed), or the phase of what is under way or waits
	Text       string // what it does, or waits for
	Deployment string // that is under way or waits first; "" if none
	Asks       bool   // a person is to settle it
	Deadline   time.Time
}

// Status says how the lane stands.
func (s State) Status() Status {
	switch a := s.Active; {
	case a != nil:
		st := Status{Word: string(a.Phase), Text: s.progress(), Deployment: a.Deployment, Asks: a.Await == awaitPerson}
		if a.Timer != nil {
			st.Deadline = a.Timer.At
		}
		return st
	case len(s.Queue) > 0:
		p := s.Queue[0]
		return Status{Word: string(Waiting), Deployment: p.Deployment, Deadline: p.Next, Text: p.Release + " waits at the gate: " + p.why()}
	case s.Current == nil:
		return Status{Word: "empty", Text: "nothing is deployed"}
	default:
		if s.Current.activates() {
			return Status{Word: "idle", Text: s.Current.Release + " " + s.health(s.Current)}
		}
		return Status{Word: "idle", Text: s.Current.Release + " runs, " + s.health(s.Current)}
	}
}

// why says what keeps a deployment waiting.
func (p Pending) why() string {
	switch {
	case p.Problem != "":
		return p.Problem
	case p.Missing != "":
		return p.Missing
	default:
		return "it is asked"
	}
}

func (s *State) health(r *Release) string {
	if r.activates() {
		return "is active"
	}
	return fmt.Sprintf("%d of %d instances healthy", len(r.healthy()), max(r.replicas(), r.staying()))
}

func (s *State) progress() string {
	a := s.Active
	switch a.Await {
	case awaitInstances:
		return fmt.Sprintf("%s: %d of %d instances healthy", a.Release, len(a.Target.healthy()), a.Stages[a.Stage].New)
	case awaitCheck:
		if a.Target == nil {
			return "smoke checks run on what serves again"
		}
		return "smoke checks run on " + a.Release
	case awaitRoute:
		if s.Route.Workflow {
			return s.becoming()
		}
		return fmt.Sprintf("the edge is to apply route revision %d", a.Shift)
	case awaitHook:
		return fmt.Sprintf("the workflow %s runs for %s", a.hookName(), a.Release)
	case awaitPause:
		if a.Stages[a.Stage].Weight == 0 {
			return fmt.Sprintf("%s is with internal users alone, step %d of %d", a.Release, a.Stage+1, len(a.Stages))
		}
		return fmt.Sprintf("%s has %d%% of the traffic, step %d of %d", a.Release, a.Stages[a.Stage].Weight, a.Stage+1, len(a.Stages))
	case awaitJudge:
		text := fmt.Sprintf("%s has %d%% of the traffic and is judged", a.Release, a.Weight)
		if a.Judge != nil {
			text += ": " + a.Judge.Reason
		}
		return text
	case awaitObserve, awaitSettled:
		return a.Release + " has all traffic and is watched"
	case awaitOld:
		if a.Target == nil {
			return "waits for an instance of " + s.Current.Release + " to be healthy, which is checked then"
		}
		return "waits for an instance of " + s.Current.Release + " to go back to"
	default:
		return a.Problem
	}
}

// becoming says what a workflow's trigger is to be set to.
func (s *State) becoming() string {
	r := s.find(s.Route.Deployment)
	if r == nil {
		return "no version is to be active"
	}
	return r.Release + " is to be active"
}

// Weight is the percentage of the requests that a deployment's instances get now.
func (s State) Weight(deployment string) int {
	for _, g := range s.Route.Groups {
		if g.Deployment == deployment {
			return g.Weight
		}
	}
	return 0
}

// Exposure is the percentage of the requests that what is under way gets now.
func (s State) Exposure() int {
	switch {
	case s.Active == nil:
		return 0
	case s.Active.Target != nil:
		return s.Weight(s.Active.Target.Deployment)
	case s.Active.Kind == KindRollback && s.Current.Release == s.Active.Release:
		return s.Weight(s.Current.Deployment)
	default: // it has gone back
		return 0
	}
}

// InstanceView is an instance, for people.
type InstanceView struct {
	ID, Deployment, Release string
	State, Address          string
	Restarts                int
	Routed                  bool
	Leaving                 bool // it goes when the edge lets go of it
}

// Instances gives all instances: those that serve first, then new, warm and leaving ones.
func (s State) Instances() []InstanceView {
	var out []InstanceView
	for _, r := range s.releases() {
		for _, c := range r.Copies {
			id := r.id(c)
			out = append(out, InstanceView{ID: id, Deployment: r.Deployment, Release: r.Release,
				State: c.State, Address: c.Address, Restarts: c.Restarts, Routed: s.routes(id), Leaving: c.Out})
		}
	}
	return out
}

// Choice is a release that one can go back to.
type Choice struct {
	Release
	Warm    bool   // its instances still run: going back takes no start
	Blocked string // why it needs force; "" if it does not
}

// Choices gives what one can go back to, latest first.
func (s State) Choices() []Choice {
	var out []Choice
	for _, k := range s.Kept {
		if s.rejected(k.Release, k.Commit, k.Config) != nil {
			continue
		}
		c := Choice{Release: k, Warm: len(k.healthy()) >= k.replicas()}
		if b := s.Barrier; b != nil && b.Number > k.Number {
			c.Blocked = fmt.Sprintf("%s has a migration that is %s", b.Release, b.Migration)
		}
		out = append(out, c)
	}
	return out
}

// Rows gives what is under way or waits, then the history, latest first.
func (s State) Rows() []Row {
	var out []Row
	for i := len(s.Queue) - 1; i >= 0; i-- {
		w := work{State: s}
		row := w.row(s.Queue[i])
		row.Outcome, row.Reason = Waiting, s.Queue[i].why()
		out = append(out, row)
	}
	if a := s.Active; a != nil {
		row := a.Row
		row.Outcome, row.Reason = a.Phase, s.progress()
		out = append(out, row)
	}
	return append(out, s.History...)
}

// CommitToLive is the time from the commit until the edge could send it a request; 0 if
// either is not known.
func (r Row) CommitToLive() time.Duration { return between(r.CommittedAt, r.Live) }

// RollbackTime is the time from the decision to take a deployment back, or from the wish to
// roll back, until no request went to the bad release; 0 if it does not apply.
func (r Row) RollbackTime() time.Duration {
	if r.Kind == KindRollback {
		return between(r.Requested, r.Full)
	}
	for _, m := range r.Phases {
		if m.Phase == RollingBack {
			return between(m.At, r.Back)
		}
	}
	return 0
}

func between(from, to time.Time) time.Duration {
	if from.IsZero() || to.IsZero() {
		return 0
	}
	return to.Sub(from)
}
