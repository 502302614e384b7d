package slo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/alert"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Limits of what is observed.
const (
	maxObjectives = 50
	maxText       = 1000 // bytes of the impact
)

// observe takes in how a flow's objectives stand.
func (w *work) observe(o Observed) error {
	if err := w.check(o); err != nil {
		return err
	}
	if !w.Changes(o) {
		return fault.New(fault.Refused, "%s stands as it did in %s", o.Flow, o.Environment)
	}
	w.seen = o
	before, was := w.Objectives, w.status()
	w.Flow, w.Environment, w.Removed, w.Problem = o.Flow, o.Environment, o.Removed, ""
	if !o.Removed {
		w.Criticality, w.Team = o.Criticality, o.Team
	}
	w.Pages = slices.Clone(w.Pages)
	w.Objectives = nil
	for _, seen := range o.Objectives {
		w.Objectives = append(w.Objectives, w.follow(before, seen))
	}
	for _, gone := range before {
		if !slices.ContainsFunc(w.Objectives, func(s Standing) bool { return s.Name == gone.Name }) {
			w.resolve(gone, "nobody asks for "+gone.Name+" of the flow any more")
		}
	}
	if w.Since.IsZero() || w.status() != was {
		w.Since = w.now
	}
	return nil
}

func (w *work) status() string { return (Machine{}).Summary(w.State).Status }

func (w *work) check(o Observed) error {
	switch {
	case o.Flow == "" || o.Environment == "" || w.Flow != "" && (w.Flow != o.Flow || w.Environment != o.Environment):
		return fault.New(fault.Invalid, "objectives of %q in %q came to those of %q in %q", o.Flow, o.Environment, w.Flow, w.Environment)
	case o.Removed && len(o.Objectives) > 0 || !o.Removed && len(o.Objectives) == 0:
		return fault.New(fault.Invalid, "a flow has objectives, or was removed")
	case len(o.Objectives) > maxObjectives || len(o.Impact) > maxText:
		return fault.New(fault.TooLarge, "at most %d objectives and %d bytes of impact are taken", maxObjectives, maxText)
	}
	for i, s := range o.Objectives {
		if s.Name == "" || slices.ContainsFunc(o.Objectives[:i], func(t Seen) bool { return t.Name == s.Name }) {
			return fault.New(fault.Invalid, "an objective has a name of its own")
		}
		if !slices.Contains(order, s.State) || (s.State == Unknown) != (s.Reason != "") {
			return fault.New(fault.Invalid, "%s cannot be %.64q because of %.64q", s.Name, s.State, s.Reason)
		}
	}
	return nil
}

// follow gives how an objective stands now, and raises or ends its alert.
func (w *work) follow(before []Standing, seen Seen) Standing {
	now := Standing{Seen: seen, Since: w.now}
	if i := slices.IndexFunc(before, func(b Standing) bool { return b.Name == seen.Name }); i >= 0 {
		now.Alert = before[i].Alert
		if before[i].State == seen.State && before[i].Reason == seen.Reason {
			now.Since = before[i].Since
		}
	}
	severity := seen.severity()
	if now.Alert != nil && now.Alert.Severity != severity {
		w.resolve(now, over(now.Alert.Severity, severity))
		now.Alert = nil
	}
	if now.Alert == nil && severity != "" {
		now.Alert = w.fire(seen, severity)
	}
	return now
}

// severity is that of the worst rule that fires; empty: none does.
func (s Seen) severity() (worst alert.Severity) {
	for _, f := range s.Firing {
		if worst != alert.Page {
			worst = f.Severity
		}
	}
	return worst
}

func over(was, is alert.Severity) string {
	switch {
	case is == "":
		return "the error budget does not burn too fast any more"
	case was == alert.Ticket:
		return "it became a page"
	}
	return "it burns slower, and is a ticket now"
}

// fire raises an alert.
func (w *work) fire(s Seen, severity alert.Severity) *Raised {
	w.Number++
	if severity == alert.Page {
		w.Pages = append(w.Pages, Page{Number: w.Number, Objective: s.Name, From: w.now})
		w.Pages = w.Pages[max(0, len(w.Pages)-mostPages):]
	}
	w.tell(w.Number, alert.EventFired, alert.Fired{
		Number: w.Number, Flow: w.Flow, Environment: w.Environment, Criticality: w.Criticality, Objective: s.Name, Severity: severity,
		Title: fmt.Sprintf("%s in %s: %s burns its error budget %.3g times too fast", w.Flow, w.Environment, s.Name, s.Firing[0].Rate),
		Text:  w.account(s), Runbook: w.seen.Runbook, Team: w.Team, Steps: w.seen.Steps, Repeat: w.seen.Repeat,
	})
	return &Raised{Number: w.Number, Severity: severity, Since: w.now}
}

// account tells what somebody who was woken must know.
func (w *work) account(s Seen) string {
	var lines []string
	if w.seen.Impact != "" {
		lines = append(lines, w.seen.Impact)
	}
	what := "must not fail"
	if s.Bound > 0 {
		what = "must begin their answer within " + s.Bound.String()
	}
	lines = append(lines, fmt.Sprintf("%.6g%% of its requests %s, over %s. It was %.6g%%, with %.0f%% of the error budget left.",
		s.Target*100, what, Period(s.Window), s.Measured*100, s.Budget*100))
	for _, f := range s.Firing {
		lines = append(lines, fmt.Sprintf("Over %s and %s it burns %.3g times as fast as it may; %.3g is where a %s begins.", Period(f.Long), Period(f.Short), f.Rate, f.Factor, f.Severity))
	}
	return strings.Join(lines, "\n")
}

// Period writes a span of time as manifests do: "30d", "6h", "5m".
func Period(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{day, "d"}, {time.Hour, "h"}, {time.Minute, "m"}} {
		if d >= u.unit && d%u.unit == 0 {
			return fmt.Sprintf("%d%s", d/u.unit, u.name)
		}
	}
	return d.String()
}

// resolve ends an objective's alert, if there is one.
func (w *work) resolve(s Standing, why string) {
	if s.Alert == nil {
		return
	}
	if i := slices.IndexFunc(w.Pages, func(p Page) bool { return p.Number == s.Alert.Number }); i >= 0 {
		w.Pages[i].Until = w.now
	}
	w.tell(s.Alert.Number, alert.EventResolved, alert.Resolved{Reason: why})
}

func (w *work) tell(n int64, kind string, data any) {
	w.messages = append(w.messages, machine.Message{To: alert.MachineID(w.Environment, w.Flow, n), Type: kind, Data: machine.Must(data)})
}
