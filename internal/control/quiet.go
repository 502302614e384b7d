package control

import (
	"context"
	"fmt"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/calendar"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/traffic"
	"slipway.dev/internal/engine"
)

// QuietWindow proposes a window for an environment, in a time zone, from what was counted of
// its traffic.
func (c *Control) QuietWindow(ctx context.Context, environment, zone string) (model.QuietWindow, error) {
	if _, err := c.may(ctx, access.Read, c.scope(ctx, "", environment)); err != nil {
		return model.QuietWindow{}, err
	}
	if _, err := c.resource(ctx, "Environment", environment); err != nil {
		return model.QuietWindow{}, err
	}
	place, err := time.LoadLocation(zone)
	if err != nil || zone == "Local" { // that is the zone of this machine, and of no manifest
		return model.QuietWindow{}, fault.New(fault.Invalid, "no time zone %q is known", zone).WithHint(`write it like "Europe/Berlin"`)
	}
	s, _, err := engine.Load[traffic.State](ctx, c.Engine, traffic.MachineID(environment))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return model.QuietWindow{}, err
	}
	_, east := c.Engine.Now().In(place).Zone()
	w, known := s.Quiet(zone, east)
	q := model.QuietWindow{Environment: environment, Known: known, Reason: quietReason(s, known, place), Since: s.Since, Requests: s.Total, Watched: s.Watched()}
	if known {
		q.Window = &model.Window{Weekdays: w.Days(), From: w.From.String(), To: w.To.String(), Zone: w.Zone}
		q.Manifest = gateWith(w)
	}
	return q, nil
}

// quietReason says what a proposal rests on, or what is missing for one.
func quietReason(s traffic.State, known bool, place *time.Location) string {
	since := s.Since.In(place).Format("Mon 2 Jan 2006 15:04 MST")
	switch {
	case known:
		return fmt.Sprintf("these are the hours with the least of %d requests since %s", s.Total, since)
	case s.Since.IsZero():
		return "no request was counted yet: a week of traffic is needed, and silence for a week says nothing"
	case s.Total == 0:
		return fmt.Sprintf("no request came since %s: silence says nothing", since)
	}
	return fmt.Sprintf("requests are counted since %s, and so far in %d of the 168 hours of a week: a whole week is needed", since, s.Watched())
}

// gateWith writes a window as the spec of an Environment has it.
func gateWith(w calendar.Window) string {
	days, zone := "", ""
	if d := w.Days(); d != "" {
		days = fmt.Sprintf("weekdays: %q, ", d)
	}
	if w.Zone != "" {
		zone = fmt.Sprintf(", zone: %q", w.Zone)
	}
	return fmt.Sprintf("gate:\n  windows:\n    - {%sfrom: %q, to: %q%s}\n", days, w.From, w.To, zone)
}
