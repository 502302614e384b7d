package access

import (
	"fmt"
	"maps"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
)

// WatchVersion is the version of WatchState.
const WatchVersion = 1

// EventSuspected tells the watch of Suspected.
const EventSuspected = "security.suspected"

// Suspicion is something that may be an attack if it happens often.
type Suspicion string

// The suspicions.
const (
	FailedSignIn  Suspicion = "failedSignIn"
	RefusedRight  Suspicion = "refusedRight"  // a permission that was asked for and refused
	OwnApproval   Suspicion = "ownApproval"   // an attempt to approve one's own change
	PolicyChanged Suspicion = "policyChanged" // what governs the gates
	WayReplaced   Suspicion = "wayReplaced"   // somebody else made a new link for an account in use
)

// alarm is when a suspicion is told: so many within the window, and once in it.
type alarm struct {
	most   int64
	window time.Duration
	title  string
}

var alarms = map[Suspicion]alarm{
	FailedSignIn:  {10, 10 * time.Minute, "many sign-ins failed"},
	RefusedRight:  {20, 10 * time.Minute, "many requests were refused for want of a right"},
	OwnApproval:   {3, time.Hour, "somebody tries to approve their own change"},
	PolicyChanged: {1, 10 * time.Minute, "what governs the gates was changed"},
	WayReplaced:   {1, 10 * time.Minute, "how an account signs in is about to be replaced"},
}

// Suspected says that it was seen Count more times, and of whom.
type Suspected struct {
	Kind  Suspicion `json:"kind"`
	Count int64     `json:"count"`
	Who   []string  `json:"who,omitempty"` // some of those concerned
}

// WatchState counts suspicions.
type WatchState struct {
	Counts map[Suspicion]Count `json:"counts,omitempty"`
}

// Count is how often something was seen since the window began.
type Count struct {
	Since time.Time `json:"since"`
	Seen  int64     `json:"seen"`
	Told  bool      `json:"told,omitempty"`
}

// WatchMachine is the machine that raises alerts.
type WatchMachine struct{}

// Step takes what is suspected, and the outcomes of its notices.
func (WatchMachine) Step(s WatchState, e machine.Event) (machine.Next[WatchState], error) {
	switch e.Type {
	case EventSuspected:
		found, err := machine.Decode[Suspected](e)
		if err != nil {
			return machine.Next[WatchState]{}, fault.New(fault.Invalid, "%s cannot be read", e.Type).Because(err)
		}
		return s.suspect(found, e.At)
	case notify.EffectNotice + ".done", notify.EffectNotice + ".failed", notify.EffectNotice + ".unknown":
		return machine.Next[WatchState]{State: s}, nil
	}
	return machine.Next[WatchState]{}, fault.New(fault.Refused, "the watch does not take the event %s", e.Type)
}

func (s WatchState) suspect(found Suspected, at time.Time) (machine.Next[WatchState], error) {
	limit, ok := alarms[found.Kind]
	if !ok || found.Count < 1 {
		return machine.Next[WatchState]{}, fault.New(fault.Invalid, "nothing is suspected of the kind %q", found.Kind)
	}
	c := s.Counts[found.Kind]
	if !at.Before(c.Since.Add(limit.window)) {
		c = Count{Since: at}
	}
	c.Seen += found.Count
	var out machine.Next[WatchState]
	if c.Seen >= limit.most && !c.Told {
		c.Told = true
		out.Effects = []machine.Effect{{Kind: notify.EffectNotice, Class: machine.Repeatable, Input: machine.Must(limit.notice(found, c))}}
	}
	s.Counts = maps.Clone(s.Counts)
	if s.Counts == nil {
		s.Counts = map[Suspicion]Count{}
	}
	s.Counts[found.Kind] = c
	out.State = s
	return out, nil
}

func (a alarm) notice(found Suspected, c Count) notify.Notice {
	text := fmt.Sprintf("Seen %d time(s) since %s.", c.Seen, c.Since.UTC().Format("15:04:05 UTC"))
	if len(found.Who) > 0 {
		text += fmt.Sprintf(" Among others: %v.", found.Who)
	}
	return notify.Notice{Topic: notify.Security, Title: "Security: " + a.title, Text: text, Tell: []string{"role:security"}}
}

// Desired is nothing.
func (WatchMachine) Desired(WatchState) []machine.Desired { return nil }

// Summary is always the same.
func (WatchMachine) Summary(WatchState) machine.Summary {
	return machine.Summary{Status: "ready", Title: "security watch", Done: true}
}

// Upgrade refuses: there is no older version.
func (WatchMachine) Upgrade(from int, _ []byte) (WatchState, error) {
	return WatchState{}, fmt.Errorf("no watch was ever written with version %d", from)
}

var _ machine.Machine[WatchState] = WatchMachine{}
