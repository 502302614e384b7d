package load

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Version is the version of State.
const Version = 1

// kept is how many results are kept, with their evidence.
const kept = 20

// grace is how long after its end a test is waited for.
const grace = time.Minute

// State is the load tests of a service in an environment.
type State struct {
	Running *Running `json:"running,omitempty"`
	Past    []Result `json:"past,omitempty"` // latest first
}

// Running is a test that is under way.
type Running struct {
	Begin
	At   time.Time     `json:"at"`
	By   machine.Actor `json:"by"`
	Lost time.Time     `json:"lost"` // when it is given up
}

// Result is a test that is over.
type Result struct {
	Running
	End  End       `json:"end"`
	Over time.Time `json:"over"`
}

// Find gives the result of the test with an ID.
func (s State) Find(id string) (Result, bool) {
	for _, r := range s.Past {
		if r.ID == id {
			return r, true
		}
	}
	return Result{}, false
}

// Machine is the machine of load tests.
type Machine struct{}

var _ machine.Machine[State] = Machine{}

type next = machine.Next[State]

// Step implements machine.Machine.
func (Machine) Step(s State, e machine.Event) (next, error) {
	switch e.Type {
	case EventBegun:
		b, err := decode[Begin](e.Data, e.Type)
		if err != nil {
			return next{}, err
		}
		return s.begin(b, e)
	case EventEnded:
		end, err := decode[End](e.Data, e.Type)
		if err != nil {
			return next{}, err
		}
		if s.Running == nil || s.Running.ID != end.ID {
			return next{}, fault.New(fault.Refused, "the load test %.80q is not under way", end.ID)
		}
		return s.end(end, e.At), nil
	case machine.Timer:
		if s.Running == nil || e.At.Before(s.Running.Lost) {
			return next{}, fault.New(fault.Refused, "no timer is set")
		}
		return s.end(End{ID: s.Running.ID, Error: "whoever sent the requests is gone"}, e.At), nil
	}
	return next{}, fault.New(fault.Invalid, "load tests know no event %q", e.Type)
}

func (s State) begin(b Begin, e machine.Event) (next, error) {
	f, err := decode[Facts](e.Facts, "what is known of the environment")
	switch {
	case err != nil:
		return next{}, err
	case b.ID == "" || b.Release == "" || b.Artifact == "" || b.Duration <= 0 || b.Duration > MaxDuration || !(b.Rate > 0 && b.Rate <= MaxRate):
		return next{}, fault.New(fault.Invalid, "a load test needs an ID, a release and its artifact, a rate up to %d/s and a duration up to %s", MaxRate, MaxDuration)
	case !f.Allowed || f.Guard.Machine == "":
		return next{}, fault.New(fault.Denied, "the environment allows no load tests").
			WithHint("spec: {drills: {load: true}} in the Environment's manifest allows them")
	case s.Running != nil && s.Running.ID != b.ID:
		return next{}, fault.New(fault.Refused, "a load test of this service is under way since %s", s.Running.At.Format(time.RFC3339)).
			WithHint("wait until it is over, at %s", s.Running.At.Add(s.Running.Duration).Format(time.RFC3339))
	}
	s.Running = &Running{Begin: b, At: e.At, By: e.Actor, Lost: e.At.Add(b.Duration + grace)}
	return next{State: s, Guards: []machine.Guard{f.Guard}}, nil
}

func (s State) end(end End, at time.Time) next {
	end.Error = strings.ToValidUTF8(end.Error[:min(len(end.Error), 1000)], "\uFFFD")
	r := Result{Running: *s.Running, End: end, Over: at}
	s.Running, s.Past = nil, append([]Result{r}, s.Past[:min(len(s.Past), kept-1)]...)
	return next{State: s}
}

// Desired implements machine.Machine.
func (Machine) Desired(s State) []machine.Desired {
	if s.Running == nil {
		return nil
	}
	return []machine.Desired{machine.After("lost", s.Running.Lost)}
}

// Summary implements machine.Machine.
func (Machine) Summary(s State) machine.Summary {
	sum := machine.Summary{Status: "none", Done: true}
	for _, r := range s.Past {
		if r.End.Evidence != "" {
			sum.Keeps = append(sum.Keeps, r.End.Evidence)
		}
	}
	switch {
	case s.Running != nil:
		sum.Status, sum.Done = "underway", false
		sum.Title = fmt.Sprintf("%g requests/s for %s to %s", s.Running.Rate, s.Running.Duration, s.Running.Release)
	case len(s.Past) > 0:
		sum.Status, sum.Title = s.Past[0].word()
	}
	return sum
}

// word says how a test ended, in a word and in a line.
func (r Result) word() (word, text string) {
	m := r.End.Measured
	switch {
	case m == nil:
		return "broken", r.Release + ": the load test broke off: " + r.End.Error
	case !m.Passed:
		return "failed", r.Release + ": " + m.Why
	}
	return "passed", fmt.Sprintf("%s held %.0f requests/s: %.3g%% errors, p99 %.3g s", r.Release, m.Rate, m.ErrorRate*100, m.P99)
}

// Upgrade implements machine.Machine.
func (Machine) Upgrade(from int, raw []byte) (s State, err error) {
	if from != Version {
		return s, fmt.Errorf("load: no state of version %d is known, the latest is %d", from, Version)
	}
	return s, json.Unmarshal(raw, &s)
}
