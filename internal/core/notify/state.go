package notify

import (
	"fmt"
	"time"

	"slipway.dev/internal/core/machine"
)

// MachineID is the identity of the channel of an integration.
func MachineID(integration string) string { return machine.ID("channel", integration) }

// Version is the version of State.
const Version = 1

// EventTold is the event that brings a notice; its data is Told. Besides it a channel takes
// "timer" and the outcomes of its effect.
const EventTold = "channel.told"

// Told is a notice for a channel.
type Told struct {
	Channel string `json:"channel"` // name of the integration
	Notice  Notice `json:"notice"`
	Alerts  bool   `json:"alerts,omitempty"` // it keeps alerts open until they are over: a pager
}

// EffectSend sends a message. Its input is a Message; it is Repeatable.
const EffectSend = "notify.send"

// Message is what goes out at once.
type Message struct {
	ID      string    `json:"id"`      // the same each time that it is tried
	Channel string    `json:"channel"` // name of the integration
	At      time.Time `json:"at"`      // of its newest notice
	Notices []Notice  `json:"notices,omitempty"`
	More    int       `json:"more,omitempty"` // so many more there were, which are not kept
	Over    []string  `json:"over,omitempty"` // alerts that are over, by Notice.About
}

// Status is what a channel does.
type Status string

// The statuses.
const (
	Idle     Status = "idle"
	Sending  Status = "sending"
	Waiting  Status = "gathering" // for the end of its window
	Retrying Status = "failing"
	Failed   Status = "gaveUp" // the last message was given up; the next notice tries anew
)

// State is a channel.
type State struct {
	Name     string        `json:"name"`
	Messages int           `json:"messages"`           // that were made; names the next
	Window   time.Duration `json:"window,omitempty"`   // 0: none is open
	Until    time.Time     `json:"until,omitzero"`     // when the window ends
	Urgent   int           `json:"urgent,omitempty"`   // messages of this window that did not wait
	Waiting  Gathered      `json:"waiting,omitzero"`   // what is gathered
	Sending  *Message      `json:"sending,omitempty"`  // what is under way
	Tries    int           `json:"tries,omitempty"`    // of Sending, that failed
	Began    time.Time     `json:"began,omitzero"`     // when Sending was first tried
	Retry    time.Time     `json:"retry,omitzero"`     // when it is tried again; zero: it is being tried
	Error    string        `json:"error,omitempty"`    // of the last try
	Lost     int           `json:"lost,omitempty"`     // notices that were given up, ever
	LostAt   time.Time     `json:"lostAt,omitzero"`    // the last time
	Sent     int           `json:"sent,omitempty"`     // messages that arrived
	LastSent time.Time     `json:"lastSent,omitzero"`  //
	Known    []Known       `json:"known,omitempty"`    // keys of late, so that nothing is told twice
	GaveUp   bool          `json:"gaveUp,omitempty"`   // the last message was
	Repeated int           `json:"repeated,omitempty"` // notices that were told already
}

// Gathered is what waits for the end of a window.
type Gathered struct {
	Notices []Notice  `json:"notices,omitempty"`
	More    int       `json:"more,omitempty"` // not kept
	Over    []string  `json:"over,omitempty"`
	At      time.Time `json:"at,omitzero"` // of the newest
}

// Known is the key of a notice that was told.
type Known struct {
	Key string    `json:"key"`
	At  time.Time `json:"at"`
}

func (g Gathered) empty() bool { return len(g.Notices) == 0 && g.More == 0 && len(g.Over) == 0 }

func (g Gathered) count() int { return len(g.Notices) + g.More }

func (s State) status() Status {
	switch {
	case s.Sending != nil && s.Tries > 0:
		return Retrying
	case s.Sending != nil:
		return Sending
	case s.GaveUp:
		return Failed
	case s.Window > 0:
		return Waiting
	}
	return Idle
}

// Desired gives the timers of a channel.
func (Machine) Desired(s State) []machine.Desired {
	var out []machine.Desired
	if s.Sending == nil && s.Window > 0 {
		out = append(out, machine.After("window", s.Until))
	}
	if !s.Retry.IsZero() {
		out = append(out, machine.After("retry", s.Retry))
	}
	return out
}

// Summary gives a channel's row.
func (Machine) Summary(s State) machine.Summary {
	title := fmt.Sprintf("%d messages sent", s.Sent)
	if n := s.Waiting.count(); n > 0 {
		title += fmt.Sprintf(", %d notices wait", n)
	}
	if s.Lost > 0 {
		title += fmt.Sprintf(", %d notices were given up, the last on %s", s.Lost, s.LostAt.Format("2006-01-02 15:04 MST"))
	}
	if s.Error != "" {
		title += ": " + s.Error
	}
	return machine.Summary{Status: string(s.status()), Title: cut(title, 500), Done: s.Sending == nil && s.Window == 0,
		Labels: map[string]string{"channel": s.Name}}
}

// Upgrade reads states of older versions, of which there are none.
func (Machine) Upgrade(from int, _ []byte) (State, error) {
	return State{}, fmt.Errorf("a channel's state of version %d", from)
}
