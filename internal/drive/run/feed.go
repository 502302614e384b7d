package run

import (
	"context"
	"strconv"
	"time"

	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/feed"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// stride is how many entries are gone past without an event before it is remembered how far
// the journal was read.
const stride = 10_000

// Feed makes events for workflows of what happens here, until ctx ends: entries of the journal
// that tell of the end of a deployment, an alert, a task, a build, a run. Each is brought to
// who listens exactly once.
func (d *Driver) Feed(ctx context.Context) {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 30*time.Second) {
		err := d.feed(ctx, func() { wait = 100 * time.Millisecond })
		if ctx.Err() != nil {
			return
		}
		d.Log.Warn("workflows hear of nothing that happens here until it can be read", "error", err)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return
		}
	}
}

func (d *Driver) feed(ctx context.Context, progress func()) error {
	s, _, err := engine.Load[feed.State](ctx, d.Engine, feed.ID)
	if fault.Is(err, fault.NotFound) { // what was before there was a feed, nobody hears of
		if s.Position, err = d.Engine.Await(ctx, -1); err == nil {
			_, err = d.Engine.Submit(ctx, readTo(s.Position))
		}
	}
	if err != nil {
		return err
	}
	read := s.Position
	for entry, err := range d.Engine.Watch(ctx, read) {
		if err != nil {
			return err
		}
		events, err := d.tell(ctx, entry)
		if err != nil {
			return err
		}
		if len(events) == 0 && entry.Seq < read+stride || entry.Machine == feed.ID {
			continue
		}
		if _, err := d.ingest(ctx, events, machine.System("feed"), entry.At, []engine.To{readTo(entry.Seq)}); err != nil {
			return err
		}
		read = entry.Seq
		progress()
	}
	return ctx.Err()
}

// readTo remembers how far the journal was read.
func readTo(position int64) engine.To {
	return engine.To{Machine: feed.ID, Event: machine.Event{Type: feed.EventRead, Actor: machine.System("feed"), Data: machine.Must(feed.State{Position: position})}}
}

// tell gives the events that an entry is, if anybody listens to such.
func (d *Driver) tell(ctx context.Context, entry store.Entry) ([]cloudevent.Event, error) {
	teller := tellers[machine.Kind(entry.Machine)]
	if teller == nil {
		return nil, nil
	}
	return teller(ctx, d, entry)
}

// event makes a CloudEvent of an entry. Its id is the position, so that it is the same
// whenever it is made.
func event(entry store.Entry, kind, which string, data map[string]any) cloudevent.Event {
	return cloudevent.Event{
		"specversion": "1.0", "id": "journal-" + strconv.FormatInt(entry.Seq, 10) + which, "source": source, "type": kind,
		"subject": entry.Machine, "time": entry.At.UTC().Format(time.RFC3339Nano), "datacontenttype": "application/json", "data": data,
	}
}
