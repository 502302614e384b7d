package run

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
	"slipway.dev/internal/engine"
)

// Bounds of what is taken in at once.
const (
	maxEvents = 1000    // in one request; more are sent in several
	maxEvent  = 1 << 20 // bytes of one event: a message, not a file
	together  = 256     // deliveries in one commit, so that no event with many listeners keeps others from the writer
)

// Taken says what became of events.
type Taken struct {
	Events    int   `json:"events"`             // that were taken
	Delivered int   `json:"delivered"`          // to runs and triggers; one that nobody listens to counts nowhere
	Position  int64 `json:"position,omitempty"` // of the last delivery in the journal
}

// Ingest brings events to all who listen to them. It is durable when it returns; an event with
// the same source and id is delivered once, also if it is sent again after an error.
func (d *Driver) Ingest(ctx context.Context, events []cloudevent.Event, actor machine.Actor) (Taken, error) {
	if len(events) > maxEvents {
		return Taken{}, fault.New(fault.TooLarge, "there are %d events at once, and may be %d", len(events), maxEvents).WithHint("send them in several requests")
	}
	for i, e := range events {
		if ours(e) {
			return Taken{}, fault.New(fault.Denied, "event %d of %d says that it is one of slipway's own, which nobody else may send", i+1, len(events)).
				WithHint("choose another source than %s, and a type that does not begin with %s", source, prefix)
		}
	}
	return d.ingest(ctx, events, actor, time.Time{}, nil)
}

// ours says whether an event claims to tell what happened here. Who could send such events
// would begin drills and rollbacks of others, and with the ID of one to come have it taken for a repetition.
func ours(e cloudevent.Event) bool {
	return e.Source() == source || strings.HasPrefix(e.Type(), prefix)
}

// ingest is Ingest of events that happened at a time (zero: now), with what else belongs
// into the last commit.
func (d *Driver) ingest(ctx context.Context, events []cloudevent.Event, actor machine.Actor, at time.Time, also []engine.To) (Taken, error) {
	taken := Taken{Events: len(events)}
	var deliveries []engine.To
	for i, e := range events {
		e, text, err := check(e)
		if err != nil {
			return Taken{}, fault.New(fault.CodeOf(err), "event %d of %d", i+1, len(events)).Because(err)
		}
		to, err := d.deliveries(ctx, e, text, actor, at)
		if err != nil {
			return Taken{}, err
		}
		deliveries = append(deliveries, to...)
	}
	for len(deliveries)+len(also) > 0 {
		some := deliveries[:min(len(deliveries), together)]
		deliveries = deliveries[len(some):]
		if len(deliveries) == 0 {
			some = append(some[:len(some):len(some)], also...)
		}
		n, position, err := d.deliver(ctx, some)
		if err != nil {
			return Taken{}, err
		}
		taken.Delivered, taken.Position = taken.Delivered+n, max(taken.Position, position)
		if len(deliveries) == 0 {
			taken.Delivered -= len(also)
			break
		}
	}
	return taken, nil
}

// deliveries gives what is submitted for one event.
func (d *Driver) deliveries(ctx context.Context, e cloudevent.Event, text json.RawMessage, actor machine.Actor, at time.Time) ([]engine.To, error) {
	heard := d.Listeners.heard(e, at)
	if len(heard) == 0 {
		return nil, nil
	}
	datum, err := d.keep(ctx, text)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(e.Source() + "\x00" + e.ID()))
	id := "event/" + hex.EncodeToString(sum[:16])
	list := make([]engine.To, 0, len(heard))
	nth := 0
	for i, n := range heard {
		// Numbered within a run, so that a repetition is one also when it listens with other keys by now.
		if nth++; i == 0 || heard[i-1].machine != n.machine {
			nth = 0
		}
		list = append(list, engine.To{Machine: n.machine, Event: machine.Event{ID: id + "/" + strconv.Itoa(nth), Type: eventOf(n.machine),
			Actor: actor, Data: machine.Must(interp.Heard{Key: n.Key, Event: datum})}})
	}
	return list, nil
}

// deliver submits deliveries in one commit. If one is refused (a run ended meanwhile), each is
// submitted by itself, for it must not keep the event from the others.
func (d *Driver) deliver(ctx context.Context, list []engine.To) (n int, position int64, err error) {
	receipt, err := d.Engine.Submit(ctx, list...)
	if err == nil || len(list) == 1 || !refused(err) {
		return len(list), receipt.Position, err
	}
	for _, to := range list {
		receipt, err := d.Engine.Submit(ctx, to)
		switch {
		case err == nil:
			n, position = n+1, max(position, receipt.Position)
		case refused(err):
			d.Log.Info("an event came too late", "machine", to.Machine, "error", err)
		default:
			return n, position, err
		}
	}
	return n, position, nil
}

// refused says whether the machine itself did not take an event.
func refused(err error) bool {
	return fault.Is(err, fault.Refused) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid)
}

// check says what makes an event none that can be delivered, and gives it as expressions want
// it, and as JSON.
func check(e cloudevent.Event) (cloudevent.Event, json.RawMessage, error) {
	for _, name := range []string{"id", "source", "type"} {
		if s, _ := e[name].(string); s == "" {
			return nil, nil, fault.New(fault.Invalid, "it has no %s", name).WithHint("see https://cloudevents.io: specversion, id, source and type are required")
		}
	}
	text, err := json.Marshal(e)
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, "it is no JSON").Because(err)
	}
	if len(text) > maxEvent {
		return nil, nil, fault.New(fault.TooLarge, "it has %d bytes, and may have %d", len(text), maxEvent).WithHint("send the address of what is longer")
	}
	v, err := jq.Decode(text)
	object, _ := v.(map[string]any)
	return object, text, err
}
