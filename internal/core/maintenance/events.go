package maintenance

import (
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// MachineID is the identity of the machine of planned work by its name.
func MachineID(name string) string { return machine.ID("maintenance", name) }

// Events of planned work, with their data. Besides these it takes "timer" and the outcomes of
// its effect notify.EffectNotice.
const (
	EventAnnounced = "maintenance.announced" // Announcement; the time of the event is when it was announced
	EventCancelled = "maintenance.cancelled" // Cancelled
)

// Announcement says what is planned. With neither flows nor services, it is about everything
// in the environment.
type Announcement struct {
	Name        string    `json:"name"`
	Environment string    `json:"environment"`
	Flows       []string  `json:"flows,omitempty"`
	Services    []string  `json:"services,omitempty"` // all flows that these take part in
	From        time.Time `json:"from"`
	Until       time.Time `json:"until"`
	Reason      string    `json:"reason"`
	Teams       []string  `json:"teams,omitempty"` // of the flows; they are told. Looked up by who sends it
}

// Cancelled says why it is not done, or not on.
type Cancelled struct {
	Reason string `json:"reason,omitempty"`
}

// Limits of an announcement.
const (
	MaxNamed  = 100                  // flows, services, teams
	MaxLength = 14 * 24 * time.Hour  // of the work
	MaxAhead  = 366 * 24 * time.Hour // from the announcement to the beginning
	maxReason = 1000                 // bytes
	maxName   = 63                   // bytes
)

// check wants an announcement to be possible at a time.
func (a Announcement) check(now time.Time) error {
	invalid := func(text string) error { return fault.New(fault.Invalid, "the maintenance %.64q %s", a.Name, text) }
	switch {
	case !name(a.Name):
		return invalid("needs a name without slashes and blanks, of at most 63 bytes")
	case !name(a.Environment):
		return invalid("names no environment")
	case strings.TrimSpace(a.Reason) == "" || len(a.Reason) > maxReason:
		return invalid("needs a reason, of at most 1000 bytes")
	case max(len(a.Flows), len(a.Services), len(a.Teams)) > MaxNamed:
		return invalid("names more than 100 flows, services or teams")
	case slices.ContainsFunc(slices.Concat(a.Flows, a.Services, a.Teams), func(s string) bool { return !name(s) }):
		return invalid("names a flow, service or team that has no name")
	case !a.From.Before(a.Until):
		return invalid("ends before it begins")
	case a.Until.Sub(a.From) > MaxLength:
		return invalid("is longer than 14 days")
	case a.From.Before(now):
		return fault.New(fault.Refused, "the maintenance %s would begin at %s, which is past", a.Name, a.From.UTC().Format(time.RFC3339)).
			WithHint("what was not announced before it begins is not planned; announce what is still to come")
	case a.From.Sub(now) > MaxAhead:
		return invalid("begins more than a year from now")
	}
	return nil
}

func name(s string) bool { return s != "" && len(s) <= maxName && !strings.ContainsAny(s, "/ \t\r\n") }
