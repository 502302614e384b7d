package gate

import (
	"fmt"
	"time"

	"slipway.dev/internal/core/calendar"
)

// window asks that it is a time at which releases may come in.
func (e *evaluation) window() {
	switch {
	case len(e.Windows) == 0:
		return
	case e.Expedite:
		e.say("window", NotApplicable, "Relaxed, because this is a hotfix.")
		return
	case e.hoursErr != nil:
		e.say("window", Unknown, fmt.Sprintf("The windows of %s cannot be read: %v.", e.Environment, e.hoursErr), "have the platform team mend the Environment")
		return
	}
	change := e.hours.NextChange(e.now)
	e.again(change)
	switch open := e.hours.Open(e.now); {
	case open && change.IsZero():
		e.say("window", Pass, "The window is open.")
	case open:
		e.say("window", Pass, fmt.Sprintf("The window is open until %s.", e.clock(change)))
	case change.IsZero():
		e.say("window", Fail, "The window never opens.", "have the platform team mend the Environment")
	default:
		e.say("window", Fail, fmt.Sprintf("The window opens %s.", e.clock(change)), "wait until then")
	}
}

// freeze asks that no freeze holds.
func (e *evaluation) freeze() {
	if len(e.Freezes) == 0 {
		return
	}
	f, frozen := calendar.Frozen(e.Freezes, e.now)
	if frozen {
		e.again(f.Until)
		e.say("freeze", Fail, fmt.Sprintf("%s is frozen by %s until %s%s.", e.Environment, f.Name, e.clock(f.Until), because(f.Reason)), "wait until "+e.clock(f.Until))
		return
	}
	next := calendar.NextFreeze(e.Freezes, e.now)
	e.again(next)
	if next.IsZero() {
		e.say("freeze", Pass, "No freeze holds.")
		return
	}
	e.say("freeze", Pass, fmt.Sprintf("No freeze holds before %s.", e.clock(next)))
}

// at asks that the time has come for which somebody asked.
func (e *evaluation) at() {
	switch {
	case e.NotBefore.IsZero():
	case e.now.Before(e.NotBefore):
		e.again(e.NotBefore)
		e.say("at", Fail, fmt.Sprintf("It was asked for at %s.", e.clock(e.NotBefore)), "wait until then")
	default:
		e.say("at", Pass, fmt.Sprintf("It was asked for at %s, which has come.", e.clock(e.NotBefore)))
	}
}

// clock writes a time as those who set the windows read their clocks.
func (e *evaluation) clock(t time.Time) string {
	return t.In(e.hours.Zone()).Format("Mon 2 Jan 2006 15:04 MST")
}
