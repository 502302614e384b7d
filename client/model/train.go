package model

import "time"

// TrainRequest asks for several services to go into an environment together.
type TrainRequest struct {
	Environment string        `json:"environment"`
	Members     []TrainWanted `json:"members"`
	Force       bool          `json:"force,omitempty"` // also with migrations that cannot be gone back across
	Reason      string        `json:"reason,omitempty"`
}

// TrainWanted is a member that is asked for.
type TrainWanted struct {
	Service string `json:"service"`
	Release string `json:"release,omitempty"` // empty: the one that runs in the environment before
}

// Train is several services that go into an environment together: one plan, one verdict, in
// the order of their needs, and back in reverse.
type Train struct {
	ID          string        `json:"id"`
	Environment string        `json:"environment"`
	Status      string        `json:"status"` // gathering, going, stopping, rollingBack, held, completed, rolledBack, aborted, accepted
	Reason      string        `json:"reason,omitempty"`
	Problem     string        `json:"problem,omitempty"`
	Forced      bool          `json:"forced,omitempty"`
	By          string        `json:"by"`
	At          time.Time     `json:"at"`
	EndedAt     time.Time     `json:"endedAt,omitzero"`
	Members     []TrainMember `json:"members"`        // in the order in which they go in
	Plan        []Plan        `json:"plan,omitempty"` // of all members, as it was asked for; of one train only, not in lists
}

// TrainMember is a service in a train.
type TrainMember struct {
	Service    string   `json:"service"`
	Release    string   `json:"release"`
	Needs      []string `json:"needs,omitempty"`
	Migration  string   `json:"migration,omitempty"`
	Deployment string   `json:"deployment,omitempty"`
	From       string   `json:"from,omitempty"`
	Phase      string   `json:"phase,omitempty"`
	Ready      bool     `json:"ready"`          // its door is open but for the train
	Back       string   `json:"back,omitempty"` // how it stands with its way back
	Reason     string   `json:"reason,omitempty"`
}

// TrainCommand is what a person asks of a train.
type TrainCommand struct {
	Reason string `json:"reason,omitempty"`
}
