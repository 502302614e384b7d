package chaos

import (
	"context"
	"math/rand/v2"
	"time"

	"slipway.dev/internal/core/chaos"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
)

// Request asks for a fault. Percent is the share of the requests that are hit: 0 is all of
// them. Status is 503 unless said.
type Request struct {
	Service     string
	Environment string
	Kind        string // chaos.Stop, chaos.Latency or chaos.Errors
	Percent     float64
	Delay       time.Duration
	Status      int
	For         time.Duration
}

// Outcome is a fault that has come about.
type Outcome struct {
	Until    time.Time `json:"until"`              // when it ends by itself
	Instance string    `json:"instance,omitempty"` // that was stopped
}

// Fault makes something go wrong, and returns when it does. Asked twice with the same key it is
// one fault. Errors: fault.Denied where the environment does not allow it, fault.Refused while
// something goes wrong there already, fault.NotFound if the service does not run there,
// fault.Unavailable when it could not be brought about. When ctx ends earlier, the fault may
// still come about; it ends by itself in any case.
func (d *Driver) Fault(ctx context.Context, by machine.Actor, r Request, key string) (Outcome, error) {
	id := chaos.MachineID(r.Environment, r.Service)
	if f, ok, err := d.find(ctx, id, key); err != nil || ok && f.Outcome == chaos.Ended {
		return outcome(f), err
	} else if !ok {
		_, err := d.Engine.Submit(ctx, engine.To{Machine: id, Event: machine.Event{
			ID: key, Type: chaos.EventBegun, Actor: by, Data: machine.Must(r.begin(key))}})
		if err != nil {
			return Outcome{}, err
		}
	}
	return d.await(ctx, id, key)
}

func (r Request) begin(key string) chaos.Begin {
	b := chaos.Begin{ID: key, Service: r.Service, Environment: r.Environment, Kind: r.Kind, For: r.For}
	if r.Kind == chaos.Stop {
		return b
	}
	b.Share = r.Percent / 100
	if r.Percent == 0 {
		b.Share = 1
	}
	b.Delay, b.Status = r.Delay, r.Status
	if r.Kind == chaos.Errors && r.Status == 0 {
		b.Status = 503
	}
	return b
}

func outcome(f chaos.Fault) Outcome { return Outcome{Until: f.Until, Instance: f.Instance} }

func (d *Driver) find(ctx context.Context, id, key string) (chaos.Fault, bool, error) {
	s, _, err := engine.Load[chaos.State](ctx, d.Engine, id)
	if fault.Is(err, fault.NotFound) {
		return chaos.Fault{}, false, nil
	}
	f, ok := s.Find(key)
	return f, ok, err
}

// await waits until a fault has come about, or cannot.
func (d *Driver) await(ctx context.Context, id, key string) (Outcome, error) {
	for position := int64(0); ; {
		next, err := d.Engine.Await(ctx, position)
		if err != nil {
			return Outcome{}, err
		}
		position = next
		f, ok, err := d.find(ctx, id, key)
		switch {
		case err != nil:
			return Outcome{}, err
		case !ok:
			return Outcome{}, fault.New(fault.Internal, "%s knows nothing of the fault that it took", id)
		case f.Outcome == chaos.Failed:
			return Outcome{}, fault.New(fault.Unavailable, "the fault could not be brought about: %s", f.Why)
		case f.Outcome == chaos.Cancelled:
			return Outcome{}, fault.New(fault.Refused, "the fault was cancelled: %s", f.Why)
		case f.InForce:
			return outcome(f), nil
		}
	}
}

// Cancel ends the fault of a service in an environment before its time.
func (d *Driver) Cancel(ctx context.Context, by machine.Actor, service, environment, reason string) error {
	_, err := d.Engine.Submit(ctx, engine.To{Machine: chaos.MachineID(environment, service), Event: machine.Event{
		Type: chaos.EventCancelled, Actor: by, Data: machine.Must(chaos.Cancel{Reason: reason})}})
	return err
}

// facts gives what the environment allows, and for a stop an instance that serves.
func (d *Driver) facts(ctx context.Context, r engine.Reader, e machine.Event) (machine.Value, error) {
	if e.Type != chaos.EventBegun {
		return nil, nil
	}
	b, err := machine.Decode[chaos.Begin](e)
	if err != nil {
		return nil, nil //nolint:nilerr // the machine says so
	}
	drills, guard, err := d.Allowed(ctx, r, b.Environment)
	if err != nil {
		return nil, err
	}
	f := chaos.Facts{Faults: drills.Faults, Longest: drills.Longest.Value(), Guard: guard}
	lane, _, err := engine.Load[deploy.State](ctx, r, deploy.MachineID(b.Service, b.Environment))
	if err != nil {
		return nil, fault.New(fault.NotFound, "%s does not run in %s", b.Service, b.Environment).Because(err)
	}
	if b.Kind == chaos.Stop {
		f.Instance, f.Restarts = victim(lane)
	}
	return machine.Must(f), nil
}

// victim gives one of the instances that serve, and how often it was restarted.
func victim(lane deploy.State) (id string, restarts int) {
	serving, ok := lane.Serving()
	if !ok {
		return "", 0
	}
	id = serving.Instances[rand.IntN(len(serving.Instances))].ID
	for _, i := range lane.Instances() {
		if i.ID == id {
			return id, i.Restarts
		}
	}
	return "", 0
}
