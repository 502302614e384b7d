package deploy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/trigger"
)

// witness follows a lane and says when it breaks what it promises.
type witness struct {
	state   State
	forced  map[string]bool       // deployments that were asked for with force
	desired map[string]bool       // instances
	dropped map[string]bool       // instances that were desired once
	routes  map[int64][]string    // instances of each revision that the edge may still have
	served  bool                  // a deployment was completed once
	checks  []machine.Effect      // smoke checks under way
	every   bool                  // hold each step to its contract as well: that takes its time
	count   int                   // of steps taken
	event   machine.Event         // of the last step
	next    machine.Next[State]   // of the last step
	leases  map[string]bool       // deployments that hold one
	tasks   map[string]bool       // that are open
	sent    map[string]int        // messages, by type
	fired   map[string]bool       // hooks
	heard   func(machine.Message) // is told of each; nil: nobody
}

func newWitness() *witness {
	return &witness{forced: map[string]bool{}, desired: map[string]bool{}, dropped: map[string]bool{}, routes: map[int64][]string{},
		leases: map[string]bool{}, tasks: map[string]bool{}, sent: map[string]int{}, fired: map[string]bool{}}
}

// copy gives a witness that has seen the same; states are never changed in place.
func (w *witness) copy() *witness {
	c := *w
	c.forced, c.desired, c.dropped, c.routes = maps.Clone(w.forced), maps.Clone(w.desired), maps.Clone(w.dropped), maps.Clone(w.routes)
	c.leases, c.tasks, c.sent = maps.Clone(w.leases), maps.Clone(w.tasks), maps.Clone(w.sent)
	c.fired = maps.Clone(w.fired)
	c.checks = slices.Clone(w.checks)
	return &c
}

// step takes a step and gives the machine's refusal, and what promise was broken.
func (w *witness) step(e machine.Event) (refused, broken error) {
	defer func() {
		if p := recover(); p != nil {
			broken = fmt.Errorf("panic: %v", p)
		}
	}()
	w.count++
	var given []byte
	if w.every {
		given = machine.Must(w.state)
	}
	next, err := Lane{}.Step(w.state, e)
	if given != nil {
		if broken := w.pure(given, next, err, e); broken != nil {
			return err, broken
		}
	}
	if err != nil {
		return err, nil
	}
	if e.Type == EventRequested && bytes.Contains(e.Data, []byte(`"force":true`)) {
		if r, err := machine.Decode[Request](e); err == nil && r.Force {
			w.forced[fmt.Sprintf("%s.%s.%d", r.Service, r.Environment, next.State.Number)] = true
		}
	}
	before := w.state
	w.state = next.State
	for _, f := range next.Effects {
		if f.Kind == SmokeCheck {
			w.checks = append(w.checks, f)
		}
	}
	w.event, w.next = e, next
	if w.heard != nil {
		for _, m := range next.Messages {
			w.heard(m)
		}
	}
	return nil, w.look(before)
}

// pure holds the step to its contract.
func (w *witness) pure(given []byte, next machine.Next[State], err error, e machine.Event) error {
	if !bytes.Equal(given, machine.Must(w.state)) {
		return fmt.Errorf("the step changed the state that it was given")
	}
	var copied State
	if err := json.Unmarshal(given, &copied); err != nil {
		return err
	}
	again, errAgain := Lane{}.Step(copied, e)
	if fmt.Sprint(err) != fmt.Sprint(errAgain) || !bytes.Equal(machine.Must(next), machine.Must(again)) {
		return fmt.Errorf("the step gives something else on the state written and read")
	}
	if len(given) >= 80<<10 {
		return fmt.Errorf("the state has %d bytes", len(given))
	}
	return w.agrees()
}

// agrees holds Desired to the instances that the state has.
func (w *witness) agrees() error {
	n := 0
	for _, d := range (Lane{}).Desired(w.state) {
		if d.Kind == DesiredInstance {
			n++
			if !w.desired[d.Key] {
				return fmt.Errorf("desires %s, which the state has not", d.Key)
			}
		}
	}
	if n != len(w.desired) {
		return fmt.Errorf("desires %d instances, the state has %d", n, len(w.desired))
	}
	return nil
}

func (w *witness) look(before State) error {
	for _, check := range []func(State) error{w.instances, w.route, w.traffic, w.entry, w.door, w.told, w.goesOn, w.compared, w.hooks} {
		if err := check(before); err != nil {
			return err
		}
	}
	return nil
}

// instances: an ID is desired once; it is dropped only when the edge cannot have it.
func (w *witness) instances(State) error {
	now := make(map[string]bool, len(w.desired))
	for _, r := range w.state.releases() {
		for _, c := range r.Copies {
			id := r.id(c)
			if now[id] {
				return fmt.Errorf("%s is there twice", id)
			}
			if w.dropped[id] {
				return fmt.Errorf("%s is desired again after it was dropped", id)
			}
			now[id] = true
		}
	}
	for id := range w.desired {
		if !now[id] {
			w.dropped[id] = true
		}
	}
	w.desired = now
	return nil
}

// route: whatever the edge may have is desired.
func (w *witness) route(before State) error {
	s := w.state
	if s.Route.Revision != before.Route.Revision {
		if s.Route.Revision != before.Route.Revision+1 && len(w.routes) == 0 {
			return fmt.Errorf("the route went from revision %d to %d", before.Route.Revision, s.Route.Revision)
		}
		var ids []string
		for _, g := range s.Route.Groups {
			for _, i := range g.Instances {
				ids = append(ids, i.ID)
			}
		}
		w.routes[s.Route.Revision] = ids
	}
	for revision, ids := range w.routes {
		if revision < s.Route.Applied {
			delete(w.routes, revision)
			continue
		}
		for _, id := range ids {
			if !w.desired[id] {
				return fmt.Errorf("%s is dropped, but the edge may have route revision %d", id, revision)
			}
		}
	}
	return nil
}

// traffic: it is shared out whole, to what was healthy when it was routed; and from the
// first completed deployment on there is always somebody to answer.
func (w *witness) traffic(before State) error {
	s := w.state
	sum := 0
	for _, g := range s.Route.Groups {
		sum += g.Weight
		if len(g.Instances) == 0 || g.Weight < 0 || g.Weight == 0 && g.Match == nil {
			return fmt.Errorf("the group of %s has %d instances and weight %d", g.Deployment, len(g.Instances), g.Weight)
		}
		for _, i := range g.Instances {
			if s.Route.Revision != before.Route.Revision && !w.healthy(g.Deployment, i) {
				return fmt.Errorf("%s was put into the route and is not healthy at %s", i.ID, i.Address)
			}
		}
	}
	if s.Route.Revision > 0 && s.Route.Config == "" {
		return fmt.Errorf("the route names no config")
	}
	if len(s.Route.Groups) > 0 && sum != 100 {
		return fmt.Errorf("weights add up to %d", sum)
	}
	w.served = w.served || s.Current != nil
	if s.Route.Deployment != "" || w.served && s.Route.Workflow { // one that failed at once may be followed by a service
		return w.activates()
	}
	if w.served && (len(s.Route.Groups) == 0 || s.Current == nil) {
		return fmt.Errorf("nobody serves any more")
	}
	return nil
}

// activates: a workflow has neither instances nor traffic; from the first completed deployment
// on a version is active, and what is completed is what its trigger was said to be set to.
func (w *witness) activates() error {
	s := w.state
	for _, r := range s.releases() {
		if !r.activates() || len(r.Copies) > 0 || r.Rollout.Smoke > 0 {
			return fmt.Errorf("%s of a workflow has instances or checks", r.Deployment)
		}
	}
	if len(s.Route.Groups) > 0 {
		return fmt.Errorf("there are routes to a workflow")
	}
	if w.served && (s.Current == nil || s.find(s.Route.Deployment) == nil) {
		return fmt.Errorf("no version is active any more")
	}
	if s.Current != nil && s.Active == nil && s.Route.Deployment != s.Current.Deployment {
		return fmt.Errorf("%s is current, and %q is to be active", s.Current.Deployment, s.Route.Deployment)
	}
	return nil
}

// hooks: no user meets what goes in before its hooks have ended well; and one is asked for at
// most once.
func (w *witness) hooks(before State) error {
	if a := w.state.Active; a != nil && a.Target != nil && a.Kind == KindDeploy && a.Exposed && a.Phase != RollingBack &&
		a.Hook < len(a.Target.Rollout.Hooks.Before) && a.Await != awaitPerson {
		return fmt.Errorf("%s has users before its hooks have ended", a.Deployment)
	}
	for _, m := range w.next.Messages {
		if m.Type != trigger.EventFired {
			continue
		}
		var f trigger.Fire
		if err := json.Unmarshal(m.Data, &f); err != nil {
			return err
		}
		if w.fired[f.Key] {
			return fmt.Errorf("the hook %s is asked for twice", f.Key)
		}
		w.fired[f.Key] = true
	}
	if h := len(w.state.History); h > 0 && len(before.History) < h && w.state.History[0].Outcome == Completed && before.Active != nil && before.Active.Kind == KindDeploy {
		if a := before.Active; a.Target != nil && a.Hook < len(hooksOf(a.Target.Rollout.Hooks)) {
			return fmt.Errorf("%s completed before its hooks had ended", a.Deployment)
		}
	}
	return nil
}

func (w *witness) healthy(deployment string, i RoutedTarget) bool {
	r := w.state.find(deployment)
	if r == nil {
		return false
	}
	for _, c := range r.Copies {
		if r.id(c) == i.ID {
			return c.State == stateHealthy && c.Address == i.Address
		}
	}
	return false
}

// entry: what was rolled back does not come in by itself.
func (w *witness) entry(before State) error {
	a := w.state.Active
	if a == nil || a.Kind != KindDeploy || a.Phase == RollingBack || w.forced[a.Deployment] {
		return nil
	}
	if before.Active != nil && before.Active.Deployment == a.Deployment {
		return nil
	}
	if before.rejected(a.Release, a.Commit, a.Config) != nil && w.state.rejected(a.Release, a.Commit, a.Config) != nil {
		return fmt.Errorf("%s is rejected and comes in as %s", a.Release, a.Deployment)
	}
	return nil
}

// goesOn: whatever is not at its end has a timer, an effect under way, or asks a person.
func (w *witness) goesOn(State) error {
	s := w.state
	if a := s.Active; a != nil {
		if a.Timer == nil && a.Await != awaitPerson {
			return fmt.Errorf("%s is stuck waiting for %q", a.Deployment, a.Await)
		}
		if a.Await == awaitCheck && len(w.checks) == 0 {
			return fmt.Errorf("%s waits for checks that do not run", a.Deployment)
		}
		return nil
	}
	if len(s.Queue) == 0 {
		return nil
	}
	for _, d := range (Lane{}).Desired(s) {
		if d.Kind == DesiredGate {
			return nil
		}
	}
	return fmt.Errorf("%s waits for nothing", s.Queue[0].Deployment)
}
