package deploy

import (
	"cmp"
	"fmt"
	"slices"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
)

// RecordVersion is the version of Ended as the state of Record.
const RecordVersion = 1

// EventEnded is what a lane sends to the record of each deployment that ends, with Ended. It
// is sent once more when a completed one is rolled back.
const EventEnded = "deployment.ended"

// Ended is a deployment as it is remembered when its lane has long forgotten it.
type Ended struct {
	Service     string `json:"service"`
	Environment string `json:"environment"`
	Row
}

// RecordID is the identity of a deployment's record.
func RecordID(deployment string) string { return machine.ID("deployment", deployment) }

// Record is the machine of a deployment's record: it remembers, and has people told of how it
// ended where that concerns them.
type Record struct{}

// Step implements machine.Machine.
func (Record) Step(s Ended, e machine.Event) (machine.Next[Ended], error) {
	switch e.Type {
	case EventEnded:
	case notify.EffectNotice + ".done", notify.EffectNotice + ".failed", notify.EffectNotice + ".unknown":
		return machine.Next[Ended]{State: s}, nil
	default:
		return machine.Next[Ended]{}, fault.New(fault.Invalid, "the record of a deployment takes no %s", e.Type)
	}
	ended, err := machine.Decode[Ended](e)
	if ended.Conditions == nil { // the lane tells them once
		ended.Conditions = s.Conditions
	}
	ended.Fix = cmp.Or(ended.Fix, s.Fix) // the same
	if j := ended.Judge; j != nil && j.Flows == nil && s.Judge != nil {
		ended.Judge = s.Judge
	}
	next := machine.Next[Ended]{State: ended}
	if n, ok := ended.notice(); ok && err == nil && ended.Outcome != s.Outcome {
		next.Effects = []machine.Effect{{Kind: notify.EffectNotice, Class: machine.Repeatable, Input: machine.Must(n)}}
	}
	return next, err
}

// Desired implements machine.Machine: a record wants nothing.
func (Record) Desired(Ended) []machine.Desired { return nil }

// Summary implements machine.Machine.
func (Record) Summary(s Ended) machine.Summary {
	return machine.Summary{Status: string(s.Outcome), Title: s.Reason, Done: true, Keeps: statements(s.Row),
		Labels: map[string]string{"service": s.Service, "environment": s.Environment, "release": s.Release}}
}

// Upgrade implements machine.Machine.
func (Record) Upgrade(from int, _ []byte) (Ended, error) {
	return Ended{}, fmt.Errorf("deploy: no record of version %d is known, the latest is %d", from, RecordVersion)
}

// statements are the digests of the blobs that a row refers to: its plan, and the signed
// decision by which it began.
func statements(r Row) []string {
	return slices.DeleteFunc([]string{r.Plan, r.VSA}, func(digest string) bool { return digest == "" })
}

// report sends a row of the history to its record.
func (w *work) report(row Row) {
	w.messages = append(w.messages, machine.Message{To: RecordID(row.Deployment), Type: EventEnded,
		Data: machine.Must(Ended{Service: w.Service, Environment: w.Environment, Row: row})})
}
