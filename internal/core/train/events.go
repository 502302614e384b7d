package train

import (
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/machine"
)

// MachineID is the identity of a train.
func MachineID(id string) string { return machine.ID("train", id) }

// Events of a train, with their data. Besides these it takes "timer", "message.refused" and
// the outcomes of its effect EffectRollback.
const (
	EventRequested = "train.requested"  // Request: the first event
	EventMember    = deploy.EventMember // deploy.Member, from the lanes
	EventAbort     = "train.abort"      // Reason: it stops, and those that went in go back
	EventRollback  = "train.rollback"   // Reason: all members of a train that arrived go back; or what failed on the way back is tried again
	EventAccept    = "train.accept"     // Reason: a person takes a held train as it stands
)

// Request asks for several services to go into an environment together.
type Request struct {
	ID          string   `json:"id"`
	Environment string   `json:"environment"`
	Members     []Wanted `json:"members"`
	Plan        string   `json:"plan,omitempty"`  // digest of the blob with the plans of all members
	Force       bool     `json:"force,omitempty"` // also with migrations that cannot be gone back across
	Reason      string   `json:"reason,omitempty"`
}

// Wanted is a member that is asked for. Train and Environment of its Request are filled
// in by the train.
type Wanted struct {
	deploy.Request
	Needs []string `json:"needs,omitempty"` // services; those that are members go in before it
}

// Reason says why.
type Reason struct {
	Text string `json:"text,omitempty"`
}

// EffectRollback has a lane take a member back. It is Repeatable; its input is Back, its
// output nothing. The driver submits deploy.EventRollback, with the identity of the effect
// as the event's ID, to the lane of Service in Environment; the lane's refusal is the
// effect's error. It is an effect and not a message because only an event comes with facts,
// and without them no lane goes back.
const EffectRollback = "train.back"

// Back is a member that is to go back.
type Back struct {
	Service     string                 `json:"service"`
	Environment string                 `json:"environment"`
	Request     deploy.RollbackRequest `json:"request"`
}
