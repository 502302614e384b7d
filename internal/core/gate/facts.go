package gate

import "time"

// Subject is who asks to enter.
type Subject struct {
	Service     string    `json:"service"`
	Team        string    `json:"team,omitempty"`
	Environment string    `json:"environment"`
	Release     string    `json:"release"`
	Artifact    string    `json:"artifact"`
	Config      string    `json:"config"`
	Commit      string    `json:"commit,omitempty"`
	CommittedAt time.Time `json:"committedAt,omitzero"`
	Order       int64     `json:"order,omitempty"`
	Migration   string    `json:"migration,omitempty"`
	Labels      map[string]string
	Expedite    bool      `json:"expedite,omitempty"` // a hotfix: no soak, no window; everything else holds
	Fix         string    `json:"fix,omitempty"`      // why it mends what uses up a budget; RequestedBy says so
	NotBefore   time.Time `json:"notBefore,omitzero"` // asked for at a time
	Train       string    `json:"train,omitempty"`    // it enters together with others
	RequestedBy string    `json:"requestedBy,omitempty"`
}

// Facts are what is known when the gate is evaluated. What could not be found out is said in
// the field that has Unknown in its name; it makes the condition unknown.
type Facts struct {
	// Contributors are authors, co-authors and committers of every commit since the release
	// that runs there. ContributorsUnknown says why they cannot be told.
	Contributors        []Contributor
	ContributorsUnknown string
	Answers             []Answer // to the approval task of this subject, in their order
	Previous            *Running // in the environment before; nil: nothing runs there
	Dependencies        []Dependency
	UnderWay            []string       // services with a deployment under way in the environment, without this one
	Revoked             string         // why the release was revoked; empty: it was not
	Glass               string         // identity of an open break-glass for this subject
	GlassUntil          time.Time      // when it closes by itself; zero: it does not
	Train               *Train         // of a Subject that enters with others
	Budgets             []Budget       // of the objectives of all flows that the service takes part in, in this environment
	BudgetsUnknown      string         // why they cannot be told
	Extra               map[string]any // "flows" and "evidence" for rules; what is missing is unknown to them
}

// Contributor is one who wrote, or helped to write, or committed a commit.
type Contributor struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Answer is a person's decision on an approval task.
type Answer struct {
	Task     string // identity of the task
	Person   string // account
	Approve  bool   // false: rejected
	At       time.Time
	Artifact string // what it was given for
	Config   string
	Digest   string // of the signed answer, for the decision's inputs
}

// Running is a release that runs in an environment.
type Running struct {
	Release  string
	Artifact string
	Since    time.Time // when it was completed there
	Healthy  bool
	Text     string // how it does, for a person
}

// Dependency is a service that this one needs, as it is in the environment.
type Dependency struct {
	Service string
	Running bool
	Healthy bool
	Text    string
}

// Train is what is known of the train that a subject enters with.
type Train struct {
	ID   string
	Go   bool   // it is this one's turn
	Text string // what it waits for
}
