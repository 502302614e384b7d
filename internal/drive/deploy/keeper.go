package deploy

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/target"
)

// Keeper brings the instances that run to those that lanes desire. Each instance converges
// by itself, so that a slow drain of one holds up no other.
type Keeper struct {
	Deps
	ctx context.Context // of the workers; ends with the control plane

	mu       sync.Mutex
	begun    bool // it was told once what is desired
	want     map[string]deploy.InstanceSpec
	busy     map[string]bool // a worker is on it
	ensured  map[string]bool // started, or found running, since this control plane began
	reported map[string]bool // unknown, and said so
	workers  sync.WaitGroup

	// saying is held while a status is brought, so that no older one overtakes a newer.
	saying sync.Mutex
	unsaid map[string]target.Status // seen, but not written
}

// NewKeeper makes a keeper whose workers end with ctx.
func NewKeeper(ctx context.Context, d Deps) *Keeper {
	return &Keeper{Deps: d, ctx: ctx,
		want: map[string]deploy.InstanceSpec{}, busy: map[string]bool{},
		ensured: map[string]bool{}, reported: map[string]bool{}, unsaid: map[string]target.Status{}}
}

// Reconcile takes the whole set of desired instances and sets workers upon what differs.
func (k *Keeper) Reconcile(ctx context.Context, all []engine.Desired) error {
	want := make(map[string]deploy.InstanceSpec, len(all))
	for _, d := range all {
		var spec deploy.InstanceSpec
		if err := json.Unmarshal(d.Spec, &spec); err != nil {
			return fmt.Errorf("desired instance %s of %s: %w", d.Key, d.Machine, err)
		}
		want[spec.ID] = spec
	}
	k.repeat(want)
	running, err := k.Target.List(ctx)
	if err != nil {
		return err
	}
	seen := make(map[string]target.Status, len(running))
	for _, s := range running {
		seen[s.ID] = s
	}
	if !k.begun {
		k.begun = true
		k.first(want, seen)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.want = want
	for _, s := range running {
		if _, wanted := want[s.ID]; !wanted {
			k.kick(s.ID)
		}
	}
	for id := range want {
		if _, runs := seen[id]; !runs || !k.ensured[id] {
			k.kick(id)
		}
	}
	return nil
}

// first brings how all instances are before any is started or stopped: what the lanes know may
// be of before a restart of the machine, or of another machine. Older deployments come first,
// so that a lane whose new release is gone knows already whether it can go back.
func (k *Keeper) first(want map[string]deploy.InstanceSpec, seen map[string]target.Status) {
	specs := slices.SortedFunc(maps.Values(want), func(a, b deploy.InstanceSpec) int {
		return cmp.Or(cmp.Compare(len(a.Deployment), len(b.Deployment)), cmp.Compare(a.ID, b.ID)) // numbers grow
	})
	for _, spec := range specs {
		s, runs := seen[spec.ID]
		if !runs {
			s = target.Status{ID: spec.ID, State: target.Starting, Detail: "it does not run here yet"}
		}
		k.observe(spec, s)
	}
}

// Wait returns when all workers have ended.
func (k *Keeper) Wait() { k.workers.Wait() }

// kick sets a worker upon an instance, if none is. k.mu is held.
func (k *Keeper) kick(id string) {
	if k.busy[id] || k.ctx.Err() != nil {
		return
	}
	k.busy[id] = true
	k.workers.Add(1)
	go k.converge(id)
}

// converge starts or stops one instance until it is as desired, however often that changes.
func (k *Keeper) converge(id string) {
	defer k.workers.Done()
	for tries := 0; ; tries++ {
		k.mu.Lock()
		spec, wanted := k.want[id]
		k.mu.Unlock()
		var err error
		if wanted {
			err = k.start(spec)
		} else {
			err = k.stop(id)
		}
		if k.settled(id, wanted, err) {
			return
		}
		if err == nil {
			tries = -1
			continue
		}
		k.Log.Warn("instance does not converge yet", "instance", id, "wanted", wanted, "err", err)
		if wanted {
			k.observe(spec, target.Status{ID: id, State: stateOf(err), Detail: err.Error()})
		}
		select {
		case <-k.ctx.Done():
		case <-time.After(backoff(tries)):
		}
	}
}

// stateOf says what a start that went wrong means: what was refused, or is not there, will
// not get better by itself, and its lane need not wait for a deadline.
func stateOf(err error) target.State {
	switch fault.CodeOf(err) {
	case fault.Invalid, fault.NotFound, fault.Refused, fault.Conflict, fault.TooLarge:
		return target.Failed
	}
	return target.Starting
}

// settled ends the worker's duty if the instance is as desired now, or if all ends.
func (k *Keeper) settled(id string, wanted bool, err error) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, now := k.want[id]
	done := k.ctx.Err() != nil || (err == nil && now == wanted)
	if done {
		delete(k.busy, id)
		if wanted && err == nil {
			k.ensured[id] = true
		} else {
			delete(k.ensured, id)
		}
	}
	return done
}

func (k *Keeper) start(spec deploy.InstanceSpec) error {
	resolved, err := loadConfig(k.ctx, k.Blobs, spec.Config)
	if err != nil {
		return err
	}
	extra, err := k.Environ(k.ctx, spec.Service, spec.Environment)
	if err != nil {
		return err
	}
	root, err := k.Artifacts.Unpack(k.ctx, spec.Artifact)
	if err != nil {
		return err
	}
	return k.Target.Ensure(k.ctx, instanceOf(spec, resolved, extra), root)
}

// stop waits until no request is under way at an instance, and ends it. One that another
// store started is left alone: it may carry traffic that we know nothing of.
func (k *Keeper) stop(id string) error {
	service, environment, ok := splitID(id)
	if ok {
		var err error
		if ok, err = k.Known(k.ctx, service, environment, id); err != nil {
			return fmt.Errorf("find out whose %s is: %w", id, err)
		}
	}
	if !ok {
		k.report(id)
		return nil
	}
	if err := k.drain(id); err != nil || k.wanted(id) {
		return err // desired again meanwhile: converge sees it
	}
	return k.Target.Stop(k.ctx, id)
}

func (k *Keeper) report(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.reported[id] {
		k.reported[id] = true
		k.Log.Warn("an instance runs that this store does not know; it is left alone", "instance", id)
	}
}

// drain returns when the edge sends nothing more to the instance and all answers are out, or
// DrainLimit has passed. That the edge still sends requests there is an error.
func (k *Keeper) drain(id string) error {
	deadline := time.Now().Add(k.DrainLimit)
	for {
		d, err := k.Edge.Drained(k.ctx, id, min(time.Second, k.DrainLimit))
		if err != nil {
			return fmt.Errorf("ask the edge whether %s is drained: %w", id, err)
		}
		if d.Routed {
			return fmt.Errorf("the edge still sends requests to %s", id)
		}
		if d.InFlight == 0 || time.Now().After(deadline) {
			return nil
		}
	}
}

func (k *Keeper) wanted(id string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, ok := k.want[id]
	return ok
}

// Observe brings what the target sees to the lanes until ctx ends. An instance that nobody
// desires is no lane's business.
func (k *Keeper) Observe(ctx context.Context) {
	for s := range k.Target.Watch(ctx) {
		k.mu.Lock()
		spec, ok := k.want[s.ID]
		k.mu.Unlock()
		if ok {
			k.observe(spec, s)
		}
	}
}

// observe brings a status to its lane. What the store cannot take now is brought again with
// the next round, unless a newer one has come by then.
func (k *Keeper) observe(spec deploy.InstanceSpec, s target.Status) {
	k.saying.Lock()
	defer k.saying.Unlock()
	k.say(spec, s)
}

// repeat brings what could not be brought before, and forgets what nobody desires any more.
func (k *Keeper) repeat(want map[string]deploy.InstanceSpec) {
	k.saying.Lock()
	defer k.saying.Unlock()
	unsaid := k.unsaid
	k.unsaid = map[string]target.Status{}
	for id, s := range unsaid {
		if spec, ok := want[id]; ok {
			k.say(spec, s)
		}
	}
}

// say brings a status. k.saying is held.
func (k *Keeper) say(spec deploy.InstanceSpec, s target.Status) {
	delete(k.unsaid, s.ID)
	err := k.submit(k.ctx, deploy.MachineID(spec.Service, spec.Environment), deploy.EventInstance, deploy.Instance{
		ID: s.ID, State: string(s.State), Address: s.Address, Restarts: s.Restarts, Detail: s.Detail,
	})
	if err != nil && k.ctx.Err() == nil {
		k.unsaid[s.ID] = s
		k.Log.Error("what an instance does could not be written", "instance", s.ID, "err", err)
	}
}

// backoff grows from 50 ms to 5 s, with jitter so that many do not try at once.
func backoff(tries int) time.Duration {
	d := 50 * time.Millisecond << min(tries, 7)
	return min(d, 5*time.Second)/2 + rand.N(min(d, 5*time.Second)/2)
}
