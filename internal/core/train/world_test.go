package train

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
)

// house is a train and the real lanes of its members. Messages are delivered as the engine
// does: in the commit of the step that sends them; what is refused goes back to the sender;
// if that refuses it, too, nothing has happened. Records, tasks and the like take everything.
type house struct {
	rand    *rand.Rand
	now     time.Time
	lanes   map[string]deploy.State
	train   State
	effects []machine.Effect // of the train
	checks  map[string]bool  // lanes with a smoke check under way
	door    map[string]bool  // open but for the train
	revoked bool             // releases that ran before are revoked
	log     []string
}

var services = []string{"a", "b", "c"}

// newHouse has each service running r0 in prod.
func newHouse(seed uint64) (*house, error) {
	h := &house{rand: rand.New(rand.NewPCG(seed, 3)), now: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC),
		lanes: map[string]deploy.State{}, door: map[string]bool{}, checks: map[string]bool{}}
	for _, s := range services {
		if err := h.tell(lane(s), deploy.EventRequested, request(s, "r0", 1), nil); err != nil {
			return nil, err
		}
		h.door[s] = true
		for h.lanes[lane(s)].Current == nil {
			if err := h.work(s, true); err != nil {
				return nil, err
			}
		}
		h.door[s] = h.rand.IntN(2) == 0
	}
	return h, nil
}

func lane(service string) string { return deploy.MachineID(service, "prod") }

func request(service, release string, order int64) deploy.Request {
	return deploy.Request{Service: service, Environment: "prod", Release: release, Artifact: service + release, Config: "k", Order: order, Reason: deploy.ReasonManual,
		Rollout: config.Rollout{Replicas: 1, Strategy: config.Strategy{Kind: "blueGreen"}, Rollback: config.Rollback{Errors: 0.1, Minimum: 5, Observe: time.Second, Warm: time.Hour, Keep: 3}}}
}

func (h *house) tell(to, kind string, data, facts any) error {
	lanes, train, effects, checks := maps.Clone(h.lanes), h.train, slices.Clone(h.effects), maps.Clone(h.checks)
	err := h.deliver(to, "", machine.Event{Type: kind, Actor: machine.System("world"), At: h.now, Data: machine.Must(data), Facts: factsOf(facts)})
	if err != nil {
		h.lanes, h.train, h.effects, h.checks = lanes, train, effects, checks
	} else {
		h.log = append(h.log, fmt.Sprintf("%s %s %s", to, kind, machine.Must(data)))
	}
	return err
}

func factsOf(facts any) machine.Value {
	if facts == nil {
		return nil
	}
	return machine.Must(facts)
}

type letter struct {
	from string
	machine.Message
}

// deliver steps a machine and, in their order, all that follows.
func (h *house) deliver(to, from string, e machine.Event) error {
	queue, err := h.step(to, e)
	if err != nil {
		return err
	}
	for n := 0; n < len(queue); n++ {
		m := queue[n]
		more, err := h.step(m.To, machine.Event{Type: m.Type, Actor: e.Actor, At: e.At, Data: m.Data})
		if err != nil {
			back := machine.Must(machine.Refused{To: m.To, Type: m.Type, Reason: err.Error()})
			if more, err = h.step(m.from, machine.Event{Type: "message.refused", Actor: machine.System("engine"), At: e.At, Data: back}); err != nil {
				return err
			}
		}
		queue = append(queue, more...)
	}
	return nil
}

func (h *house) step(id string, e machine.Event) ([]letter, error) {
	var messages []machine.Message
	switch machine.Kind(id) {
	case "deploy":
		next, err := deploy.Lane{}.Step(h.lanes[id], e)
		if err != nil {
			return nil, err
		}
		h.lanes[id], messages = next.State, next.Messages
		for _, f := range next.Effects {
			h.checks[id] = h.checks[id] || f.Kind == deploy.SmokeCheck
		}
	case "train":
		next, err := Machine{}.Step(h.train, e)
		if err != nil {
			return nil, err
		}
		h.train, messages = next.State, next.Messages
		h.effects = append(h.effects, next.Effects...)
	}
	var out []letter
	for _, m := range messages {
		out = append(out, letter{id, m})
	}
	return out, nil
}

// ask brings a lane the answer of its gate.
func (h *house) ask(service string) error {
	s := h.lanes[lane(service)]
	var f deploy.Facts
	for _, p := range s.Queue {
		table := []gate.Condition{{Name: "approvals", Verdict: gate.Pass}, {Name: "train", Verdict: gate.NotApplicable}}
		if !h.door[service] {
			table[0].Verdict = gate.Fail
		}
		if p.Train != "" {
			table[1].Verdict = gate.Fail
			if ok, text := h.train.Turn(service); ok {
				table[1].Verdict = gate.Pass
			} else {
				table[1].Reason = text
			}
		}
		f.Gates = append(f.Gates, deploy.Answered{Deployment: p.Deployment, Artifact: p.Artifact, Config: p.Config,
			Decision: gate.Decision{Verdict: gate.Decide(table), Conditions: table}, Guards: []machine.Guard{{Machine: lane(service)}}})
	}
	return h.tell(lane(service), deploy.EventAsked, nil, f)
}

// work brings a lane what it waits for; not well: something that fails.
func (h *house) work(service string, well bool) error {
	id := lane(service)
	s := h.lanes[id]
	a := s.Active
	switch {
	case a == nil && len(s.Queue) > 0:
		return h.ask(service)
	case a == nil:
		return nil
	case a.Await == "person":
		return h.tell(id, deploy.EventSettled, deploy.Settle{Decision: "accept"}, nil)
	case a.Await == "route" && well:
		return h.tell(id, deploy.EventRouted, deploy.Routed{Revision: s.Route.Revision}, nil)
	case a.Await == "instances" || a.Await == "old":
		for _, i := range s.Instances() {
			if i.State == "healthy" || i.Leaving {
				continue
			}
			state := map[bool]string{true: "healthy", false: "failed"}[well]
			return h.tell(id, deploy.EventInstance, deploy.Instance{ID: i.ID, State: state, Address: "at-" + i.ID}, nil)
		}
	}
	h.now = a.Timer.At
	return h.tell(id, machine.Timer, a.Timer, nil)
}

// back runs the train's effects that have a lane go back.
func (h *house) back() error {
	if len(h.effects) == 0 {
		return nil
	}
	f := h.effects[0]
	h.effects = h.effects[1:]
	var in Back
	if err := json.Unmarshal(f.Input, &in); err != nil {
		return err
	}
	facts := deploy.Facts{}
	for _, c := range h.lanes[lane(in.Service)].Choices() {
		facts.Guards = append(facts.Guards, machine.Guard{Machine: machine.ID("release", in.Service, c.Release.Release)})
		if h.revoked {
			facts.Revoked = append(facts.Revoked, c.Release.Release)
		}
	}
	if err := h.tell(lane(in.Service), deploy.EventRollback, in.Request, facts); err != nil {
		return h.tell(MachineID("t"), EffectRollback+".failed", machine.Outcome{Error: err.Error()}, nil)
	}
	return h.tell(MachineID("t"), EffectRollback+".done", machine.Outcome{}, nil)
}
