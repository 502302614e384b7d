package trigger

import (
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
)

// Version is that of State.
const Version = 1

// MachineID is the identity of a workflow's trigger in an environment.
func MachineID(environment, workflow string) string {
	return machine.ID("trigger", environment, workflow)
}

// Events of a trigger, with their data. Besides these it takes "timer" and "message.refused".
const (
	EventSet       = "trigger.set"       // Active: this version, from now on
	EventUnset     = "trigger.unset"     // nothing
	EventFired     = "trigger.fired"     // Fire: somebody asks for a run
	EventHeard     = "trigger.heard"     // Heard: an event of its schedule came
	EventEnded     = "trigger.ended"     // interp.Child: a run has ended
	EventPaused    = "trigger.paused"    // interp.Why: begins nothing by itself
	EventContinued = "trigger.continued" // interp.Why
)

// Active is a version of a workflow that is active in an environment.
type Active struct {
	Release    string            `json:"release"`    // that brought it
	Definition string            `json:"definition"` // digest of its canonical form
	Namespace  string            `json:"namespace"`
	Name       string            `json:"name"` // in its document
	Version    string            `json:"version"`
	Title      string            `json:"title,omitempty"`
	Config     string            `json:"config,omitempty"`  // digest of the config.Resolved with which it was deployed
	Secrets    map[string]string `json:"secrets,omitempty"` // name in the workflow -> "secret@version"
	Webhook    string            `json:"webhook,omitempty"` // "secret@version" that signs webhooks; empty: none begins a run
	Seed       string            `json:"seed"`              // random, of who sets it; each run's own is made of it
	Schedule   Schedule          `json:"schedule,omitzero"`
}

// Schedule says when it runs by itself, and what if that cannot be.
type Schedule struct {
	Every   time.Duration `json:"every,omitempty"`
	Cron    string        `json:"cron,omitempty"`
	After   time.Duration `json:"after,omitempty"` // after its last run has ended
	On      *On           `json:"on,omitempty"`    // events it begins with; nil: none
	Zone    string        `json:"zone,omitempty"`  // of Cron; default UTC
	Missed  string        `json:"missed,omitempty"`
	Overlap string        `json:"overlap,omitempty"`
}

// What is done about times that passed while nobody looked.
const (
	MissedSkip = "skip" // nothing; the default
	MissedOnce = "once" // one run, for the last
	MissedAll  = "all"  // one run for each, up to 100
)

// What is done when it should begin by itself while a run of it is under way.
const (
	OverlapSkip    = "skip"    // it does not; the default of what begins by time
	OverlapQueue   = "queue"   // it waits, with up to 99 others
	OverlapAllow   = "allow"   // it begins; the default of what begins with events, so that none is lost
	OverlapReplace = "replace" // those under way are cancelled
)

// Fire asks for a run. The identity of its event is its idempotency key.
type Fire struct {
	Input   interp.Datum      `json:"input,omitzero"`
	As      machine.Actor     `json:"as,omitzero"`       // default: the event's actor
	Trigger string            `json:"trigger,omitempty"` // "person", "hook", "workflow", "deployment"
	Parent  string            `json:"parent,omitempty"`  // who hears of its end
	Notify  string            `json:"notify,omitempty"`  // with a message of this type
	Key     string            `json:"key,omitempty"`     // by which Parent knows it
	Depth   int               `json:"depth,omitempty"`
	Labels  map[string]string `json:"labels,omitempty"`
}

// Heard is an event that a schedule may begin with.
type Heard struct {
	Event interp.Datum `json:"event"` // a cloudevent.Event
}

// Running is a run under way.
type Running struct {
	Run     string    `json:"run"`
	At      time.Time `json:"at"`
	Trigger string    `json:"trigger"`
	Parent  string    `json:"parent,omitempty"` // as in Fire: who is told if it could not begin
	Notify  string    `json:"notify,omitempty"`
	Key     string    `json:"key,omitempty"`
}

// Last is a run that ended.
type Last struct {
	Run    string        `json:"run"`
	Status interp.Status `json:"status"`
	At     time.Time     `json:"at"`
}

// State is a workflow in an environment.
type State struct {
	Workflow    string    `json:"workflow"`
	Environment string    `json:"environment"`
	Team        string    `json:"team,omitempty"`
	Active      *Active   `json:"active,omitempty"`
	Since       time.Time `json:"since,omitzero"`
	Paused      string    `json:"paused,omitempty"` // why
	Number      int       `json:"number"`           // of the last run
	Running     []Running `json:"running,omitempty"`
	Waiting     []Fire    `json:"waiting,omitempty"` // for those to end
	Partial     []Partial `json:"partial,omitempty"` // events that began to come together
	Next        time.Time `json:"next,omitzero"`     // when it runs by itself
	Skipped     int       `json:"skipped,omitempty"` // times that it did not begin by itself, since Since
	Problem     string    `json:"problem,omitempty"` // why the last did not begin
	Last        *Last     `json:"last,omitempty"`
}
