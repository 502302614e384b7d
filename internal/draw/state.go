package draw

import "strconv"

// Status is how a task of a run stands.
type Status string

// The statuses.
const (
	Done      Status = "done"
	Running   Status = "running"
	Waiting   Status = "waiting" // for a person, an event, time
	Failed    Status = "failed"
	Unknown   Status = "unknown" // an effect's outcome was lost: a person settles it
	Cancelled Status = "cancelled"
	Skipped   Status = "skipped"
)

// State is how a task of a run stands, and how often it was begun. What catches the errors of
// a try is found by the try's pointer with /catch.
type State struct {
	Status Status
	Turns  int
}

// looks says how statuses are shown: tone and icon. Skipped ones are faint besides.
var looks = map[Status]struct{ tone, icon string }{
	Done:      {"good", "check"},
	Running:   {"busy", "dots"},
	Waiting:   {"warn", "pause"},
	Failed:    {"bad", "cross"},
	Unknown:   {"bad", "question"},
	Cancelled: {"soft", "cross"},
	Skipped:   {"soft", "dash"},
}

// words says a state for those who read.
func (s State) words() string {
	if s.Turns > 1 {
		return string(s.Status) + ", " + strconv.Itoa(s.Turns) + " times"
	}
	return string(s.Status)
}
