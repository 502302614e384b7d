package notify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Machine is the machine of a channel.
type Machine struct{}

var _ machine.Machine[State] = Machine{}

type next = machine.Next[State]

// How much is gathered for how long.
const (
	shortest  = time.Minute // window
	longest   = 15 * time.Minute
	flood     = 5  // notices in a window: more make the next one longer
	most      = 20 // notices that wait
	mostOver  = 100
	urgentToo = 5 // messages in a window that did not wait
	mostKnown = 300
	knows     = 24 * time.Hour
)

// When it is tried again.
const (
	firstRetry = 10 * time.Second
	lastRetry  = time.Hour
	givesUp    = 24 * time.Hour
)

// Step takes the events of a channel.
func (Machine) Step(s State, e machine.Event) (next, error) {
	switch e.Type {
	case EventTold:
		t, err := machine.Decode[Told](e)
		if err != nil {
			return next{}, fault.New(fault.Invalid, "%s cannot be read", e.Type).Because(err)
		}
		if t.Channel == "" || s.Name != "" && s.Name != t.Channel {
			return next{}, fault.New(fault.Invalid, "a notice for %q came to the channel %q", t.Channel, s.Name)
		}
		s.Name = t.Channel
		return s.told(t, e.At).flush(e.At), nil
	case machine.Timer:
		return s.wake(e.At), nil
	case EffectSend + ".done":
		return s.arrived(e.At).flush(e.At), nil
	case EffectSend + ".failed", EffectSend + ".unknown":
		o, err := machine.Decode[machine.Outcome](e)
		if err != nil {
			return next{}, err
		}
		return s.failed(o.Error, e.At).flush(e.At), nil
	}
	return next{}, fault.New(fault.Invalid, "a channel takes no %s", e.Type)
}

// told gathers a notice, unless it was told already.
func (s State) told(t Told, at time.Time) State {
	n := t.Notice.bounded()
	if n.Over {
		return s.over(n.About, t.Alerts, at)
	}
	if n.Key != "" {
		if slices.ContainsFunc(s.Known, func(k Known) bool { return k.Key == n.Key && at.Sub(k.At) < knows }) {
			s.Repeated++
			return s
		}
		known := slices.DeleteFunc(slices.Clone(s.Known), func(k Known) bool { return at.Sub(k.At) >= knows })
		s.Known = append(known[max(0, len(known)-mostKnown+1):], Known{Key: n.Key, At: at})
	}
	s.Waiting.At = at
	if len(s.Waiting.Notices) < most {
		s.Waiting.Notices = append(slices.Clone(s.Waiting.Notices), n)
		return s
	}
	s.Waiting.More++
	if i := slices.IndexFunc(s.Waiting.Notices, func(n Notice) bool { return !n.urgent() }); n.urgent() && i >= 0 {
		s.Waiting.Notices = append(slices.Delete(slices.Clone(s.Waiting.Notices), i, i+1), n) // what is urgent is kept rather
	}
	return s
}

// over drops what waits of something that is over, and ends its alert where there is one.
func (s State) over(about string, alerts bool, at time.Time) State {
	if about == "" {
		return s
	}
	s.Waiting.Notices = slices.DeleteFunc(slices.Clone(s.Waiting.Notices), func(n Notice) bool { return n.About == about })
	if alerts && !slices.Contains(s.Waiting.Over, about) && len(s.Waiting.Over) < mostOver {
		s.Waiting.Over = append(slices.Clone(s.Waiting.Over), about)
		s.Waiting.At = at
	}
	return s
}

// wake does what is due.
func (s State) wake(at time.Time) next {
	if s.Sending != nil && !s.Retry.IsZero() && !s.Retry.After(at) {
		s.Retry = time.Time{}
		return next{State: s, Effects: []machine.Effect{s.effect()}}
	}
	return s.flush(at)
}

// flush sends what waits, if it may go now.
func (s State) flush(at time.Time) next {
	if s.Sending != nil {
		return next{State: s}
	}
	if s.Window > 0 && !s.Until.After(at) {
		s = s.ended(at)
	}
	urgent := s.Urgent < urgentToo && slices.ContainsFunc(s.Waiting.Notices, Notice.urgent)
	if s.Waiting.empty() || s.Window > 0 && s.Until.After(at) && !urgent {
		return next{State: s}
	}
	if s.Window == 0 {
		s.Window = shortest
	} else if s.Until.After(at) {
		s.Urgent++
	}
	if !s.Until.After(at) {
		s.Until = at.Add(s.Window)
	}
	s.Messages++
	w := s.Waiting
	s.Sending = &Message{ID: fmt.Sprintf("%s.%d", s.Name, s.Messages), Channel: s.Name, At: w.At, Notices: w.Notices, More: w.More, Over: w.Over}
	s.Waiting, s.Began, s.Tries = Gathered{}, at, 0
	return next{State: s, Effects: []machine.Effect{s.effect()}}
}

// ended closes a window. The next is as long as the flood makes it; after a quiet one there
// is none.
func (s State) ended(at time.Time) State {
	s.Urgent = 0
	switch n := s.Waiting.count(); {
	case n == 0 && len(s.Waiting.Over) == 0 && s.Window <= shortest:
		s.Window, s.Until = 0, time.Time{}
	case n > flood:
		s.Window = min(2*s.Window, longest)
	default:
		s.Window = max(s.Window/2, shortest)
		if s.Waiting.empty() {
			s.Until = at.Add(s.Window)
		}
	}
	return s
}

func (s State) effect() machine.Effect {
	return machine.Effect{Kind: EffectSend, Class: machine.Repeatable, Input: machine.Must(s.Sending)}
}

func (s State) arrived(at time.Time) State {
	if s.Sending == nil {
		return s
	}
	s.Sent++
	s.Sending, s.Tries, s.Retry, s.Error, s.GaveUp, s.LastSent = nil, 0, time.Time{}, "", false, at
	return s
}

// failed has the message tried again later, or gives it up.
func (s State) failed(why string, at time.Time) State {
	if s.Sending == nil {
		return s
	}
	s.Tries++
	if s.Error = cut(line(why), longestName); s.Error == "" {
		s.Error = "nobody knows what became of it"
	}
	wait := lastRetry
	if s.Tries < 10 {
		wait = min(firstRetry<<(s.Tries-1), lastRetry)
	}
	if s.Retry = at.Add(wait); !s.Retry.After(s.Began.Add(givesUp)) {
		return s
	}
	s.Lost += len(s.Sending.Notices) + s.Sending.More
	s.Sending, s.Tries, s.Retry, s.LostAt, s.GaveUp = nil, 0, time.Time{}, at, true
	return s
}

// Title says in one line what a message is about.
func (m Message) Title() string {
	all := len(m.Notices) + m.More
	switch {
	case all == 0:
		return ""
	case len(m.Notices) == 0:
		return fmt.Sprintf("%d notices, which are not kept", all)
	case all == 1:
		return m.Notices[0].Title
	}
	return fmt.Sprintf("%d notices: %s, and %d more", all, m.Notices[0].Title, all-1)
}

// Body gives the text of a message, for people: all that there is to say of a single notice,
// and a line for each of several.
func (m Message) Body() string {
	if len(m.Notices) == 1 && m.More == 0 {
		n := m.Notices[0]
		return strings.Trim(n.Text+"\n"+n.Link, "\n")
	}
	var b strings.Builder
	for _, n := range m.Notices {
		fmt.Fprintf(&b, "- %s\n", strings.TrimSpace(n.Title+"  "+n.Link))
	}
	if m.More > 0 {
		fmt.Fprintf(&b, "and %d more, which are not kept\n", m.More)
	}
	return strings.TrimSuffix(b.String(), "\n")
}
