// Package notify brings notices to the channels of the Integrations that want them, and what
// channels send to the hand that sends it.
package notify

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/engine"
	hand "slipway.dev/internal/notify"
	"slipway.dev/internal/store"
)

// Driver serves the effects "notice" and "notify.send".
type Driver struct {
	Engine *engine.Engine
	Hand   *hand.Hand
	// Secret gives the newest version of a secret, and its value.
	Secret func(ctx context.Context, name string) (version int, value []byte, err error)
	// Directory gives who is who, as it is now.
	Directory func(ctx context.Context) (*access.Directory, error)
	// Page gives the address of the page, "https://slipway.example/"; empty: none is known,
	// and there are no links.
	Page func() string
	Log  *slog.Logger
}

// Register registers the machine of channels and both effects; before the engine starts.
func (d *Driver) Register() {
	engine.Register(d.Engine, "channel", notify.Version, notify.Machine{})
	d.Engine.HandleEffect(notify.EffectNotice, engine.EffectFunc(d.Notice))
	d.Engine.HandleEffect(notify.EffectSend, engine.EffectFunc(d.Send))
}

// Notice hands a notice to the channel of each Integration that wants it. It goes on until
// all have it, for nobody else tries again.
func (d *Driver) Notice(ctx context.Context, c engine.EffectCall) (machine.Value, error) {
	n, err := engine.Decode[notify.Notice](c)
	if err != nil {
		return nil, err
	}
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, time.Minute) {
		channels, err := d.bring(ctx, c.ID, n)
		switch {
		case err == nil:
			return machine.Must(map[string]any{"channels": channels}), nil
		case ctx.Err() != nil, fault.Is(err, fault.Invalid), fault.Is(err, fault.Refused):
			return nil, err
		}
		d.Log.Warn("a notice cannot be handed on; it is tried again", "effect", c.ID, "error", err)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (d *Driver) bring(ctx context.Context, effect string, n notify.Notice) ([]string, error) {
	all, err := d.integrations(ctx)
	if err != nil {
		return nil, err
	}
	if n, err = d.owned(ctx, n); err != nil {
		return nil, err
	}
	channels := []string{}
	var events []engine.To
	for _, i := range all {
		if !i.wants(n) {
			continue
		}
		channels = append(channels, i.name)
		events = append(events, engine.To{Machine: notify.MachineID(i.name), Event: machine.Event{
			ID: effect, Type: notify.EventTold, Actor: machine.System("notify"),
			Data: machine.Must(notify.Told{Channel: i.name, Notice: n, Alerts: i.PagerDuty != nil})}})
	}
	if len(events) == 0 {
		return channels, nil
	}
	_, err = d.Engine.Submit(ctx, events...)
	return channels, err
}

// owned names the team of the service that a notice is about, if who gave it does not know
// it. Without anybody else to tell, its people are told.
func (d *Driver) owned(ctx context.Context, n notify.Notice) (notify.Notice, error) {
	if n.Team != "" || n.Service == "" {
		return n, nil
	}
	r, _, err := engine.Load[config.ResourceState](ctx, d.Engine, config.ResourceID(manifest.KindService, n.Service))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return n, err
	}
	if n.Team = r.Team; n.Team != "" && len(n.Tell) == 0 {
		n.Tell = []string{"team:" + n.Team}
	}
	return n, nil
}

// integration is one that is in force.
type integration struct {
	name string
	manifest.Integration
}

// wants says whether it is told of a notice. One for some teams is not told what belongs to
// no team.
func (i integration) wants(n notify.Notice) bool {
	return (len(i.Topics) == 0 || slices.Contains(i.Topics, n.Topic)) && (len(i.For) == 0 || slices.Contains(i.For, manifest.Name(n.Team)))
}

func (d *Driver) integrations(ctx context.Context) ([]integration, error) {
	rows, err := d.Engine.List(ctx, config.ResourceID(manifest.KindIntegration, ""))
	if err != nil {
		return nil, err
	}
	var list []integration
	for _, row := range rows {
		i, err := d.inForce(ctx, row)
		if err != nil {
			return nil, err
		}
		if i != nil {
			list = append(list, *i)
		}
	}
	return list, nil
}

// inForce reads an integration; nil if there is none.
func (d *Driver) inForce(ctx context.Context, row store.Row) (*integration, error) {
	if row.Status == "removed" {
		return nil, nil
	}
	document, err := d.Engine.Blobs().Get(ctx, row.Summary.Labels["digest"])
	if err != nil {
		return nil, err
	}
	r, err := manifest.Load(document)
	var spec manifest.Integration
	if err == nil {
		spec, err = r.Integration()
	}
	if err != nil { // one that an older version took must not hold up the others
		d.Log.Error("an Integration cannot be read, and is told nothing", "integration", row.ID, "error", err)
		return nil, nil
	}
	return &integration{r.Name, spec}, nil
}

// named finds an integration that is in force.
func (d *Driver) named(ctx context.Context, name string) (*integration, error) {
	all, err := d.integrations(ctx)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(all, func(i integration) bool { return i.name == name }); i >= 0 {
		return &all[i], nil
	}
	return nil, fault.New(fault.NotFound, "there is no Integration %s any more", name)
}
