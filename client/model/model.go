// Package model is what the API says: plain data, the same words in the API, the client,
// the command line and the page. Times are UTC; durations are in the unit their name says.
package model

import (
	"encoding/json"
	"time"
)

// Lane is a service in an environment: what runs there and what is on its way.
type Lane struct {
	Service     string      `json:"service"`
	Environment string      `json:"environment"`
	Team        string      `json:"team,omitempty"`
	Status      string      `json:"status"`            // "idle", or the status of the active deployment, or "held"
	Text        string      `json:"text,omitempty"`    // for a person: what it does or waits for
	Current     *Placed     `json:"current,omitempty"` // what serves, nil before the first
	Active      *Deployment `json:"active,omitempty"`
	Kept        []Placed    `json:"kept,omitempty"` // what one can roll back to, latest first
	Instances   []Instance  `json:"instances,omitempty"`
	URLs        []string    `json:"urls,omitempty"`
	Pending     *Release    `json:"pending,omitempty"` // a newer release that is being built, whose build failed, or that may not go in (its Problems)
}

// Placed is a release that was completed in an environment.
type Placed struct {
	Deployment  string    `json:"deployment"`
	Release     string    `json:"release"`
	Commit      string    `json:"commit,omitempty"`
	Subject     string    `json:"subject,omitempty"`
	Artifact    string    `json:"artifact"`
	Config      string    `json:"config"`
	CompletedAt time.Time `json:"completedAt"`
	Revoked     string    `json:"revoked,omitempty"` // why its release was revoked
	Warm        bool      `json:"warm"`              // its instances still run: going back takes no start
}

// Deployment is a release on its way into, or in, an environment.
type Deployment struct {
	ID             string     `json:"id"` // "tickets.dev.12"
	Service        string     `json:"service"`
	Environment    string     `json:"environment"`
	Release        string     `json:"release"`
	Commit         string     `json:"commit,omitempty"`
	Subject        string     `json:"subject,omitempty"`
	Artifact       string     `json:"artifact"`
	Config         string     `json:"config"`
	Strategy       string     `json:"strategy"`
	Outcome        string     `json:"outcome"`            // its status: preparing … completed, rolledBack …
	Reason         string     `json:"reason,omitempty"`   // why it ended so, or what it waits for
	Cause          string     `json:"cause,omitempty"`    // "push", "manual" or "rollback"
	Expedite       bool       `json:"expedite,omitempty"` // a hotfix: neither soak nor window was asked
	Glass          string     `json:"glass,omitempty"`    // break-glass by which it went in, though the gate was shut
	Train          string     `json:"train,omitempty"`    // that it goes with
	Fix            string     `json:"fix,omitempty"`      // what it mends: it is not held up by a budget
	Judge          *Judgement `json:"judge,omitempty"`    // of a canary: what the judge said last
	Revoked        string     `json:"revoked,omitempty"`  // why its release was revoked
	Weight         int        `json:"weight"`             // percent of the requests that it gets now
	Stage          int        `json:"stage"`              // of Stages
	Stages         int        `json:"stages"`
	Undecided      bool       `json:"undecided,omitempty"` // held: the judge had not enough evidence in its time, and a person is asked
	RequestedAt    time.Time  `json:"requestedAt"`
	CommittedAt    time.Time  `json:"committedAt,omitzero"`
	LiveAt         time.Time  `json:"liveAt,omitzero"`     // first user request could reach it
	FinishedAt     time.Time  `json:"finishedAt,omitzero"` //
	Seconds        float64    `json:"seconds"`             // requested to finished, or until now
	RollbackMillis float64    `json:"rollbackMillis,omitempty"`
}

// Instance is one running copy.
type Instance struct {
	ID         string `json:"id"`
	Deployment string `json:"deployment"`
	State      string `json:"state"`
	Address    string `json:"address,omitempty"`
	Restarts   int    `json:"restarts"`
	Routed     bool   `json:"routed"`
	Detail     string `json:"detail,omitempty"`
}

// Release is a service at a commit, with its artifact once it is built.
type Release struct {
	ID           string            `json:"id"`
	Service      string            `json:"service"`
	Source       string            `json:"source,omitempty"`
	Commit       string            `json:"commit,omitempty"`
	Subject      string            `json:"subject,omitempty"`
	Author       string            `json:"author,omitempty"`
	CommittedAt  time.Time         `json:"committedAt,omitzero"`
	CreatedAt    time.Time         `json:"createdAt"`
	Status       string            `json:"status"` // building, built, failed, cancelled
	Artifact     string            `json:"artifact,omitempty"`
	Provenance   string            `json:"provenance,omitempty"`
	Size         int64             `json:"size,omitempty"` // bytes
	BuildSeconds float64           `json:"buildSeconds,omitempty"`
	Error        string            `json:"error,omitempty"`
	Revoked      string            `json:"revoked,omitempty"`   // why; it may go in nowhere
	RevokedBy    string            `json:"revokedBy,omitempty"` // actor
	Order        int64             `json:"order"`
	Problems     map[string]string `json:"problems,omitempty"` // by environment: why it does not go in there
}

// Source is a git repository that is watched.
type Source struct {
	Name          string    `json:"name"`
	URL           string    `json:"url"`
	Branch        string    `json:"branch"`
	Kind          string    `json:"kind"`                    // "platform" or "service"
	WebhookSecret string    `json:"webhookSecret,omitempty"` // name of the secret that signs its webhooks
	Credential    string    `json:"credential,omitempty"`    // name of the secret with "user:password" or a token, for https
	Head          string    `json:"head,omitempty"`
	SeenAt        time.Time `json:"seenAt,omitzero"`
	Problem       string    `json:"problem,omitempty"`
}

// Secret is a secret's name and versions. Values never leave.
type Secret struct {
	Name     string          `json:"name"`
	Versions []SecretVersion `json:"versions"`
}

// SecretVersion is when a value was set and by whom.
type SecretVersion struct {
	Number int       `json:"number"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`
}

// SigningKey is a public key with its state.
type SigningKey struct {
	ID     string    `json:"id"`
	Status string    `json:"status"` // current, rotated, revoked
	At     time.Time `json:"at"`
	Public string    `json:"public"` // PEM
}

// File is a manifest file as the user has it.
type File struct {
	Name    string `json:"name"`
	Content string `json:"content"`
}

// Problem is an error in a manifest, at its place.
type Problem struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
	Text   string `json:"text"`
}

// Change is what applying would do, or did, to one resource.
type Change struct {
	Kind   string        `json:"kind"`
	Name   string        `json:"name"`
	Action string        `json:"action"` // create, update, delete, unchanged, conflict
	Reason string        `json:"reason,omitempty"`
	Fields []FieldChange `json:"fields,omitempty"`
	Task   string        `json:"task,omitempty"` // it must be approved first: name of the task about it
}

// FieldChange is one field's old and new value, as JSON text; "" is absent.
type FieldChange struct {
	Path string `json:"path"`
	Old  string `json:"old,omitempty"`
	New  string `json:"new,omitempty"`
}

// ApplyRequest brings files as the whole content of a source. Resources that the source
// owned and that are no longer there are deleted only with Prune.
type ApplyRequest struct {
	Source string `json:"source"` // a name of the user's; made a platform source when new
	Files  []File `json:"files"`
	DryRun bool   `json:"dryRun,omitempty"`
	Prune  bool   `json:"prune,omitempty"`
}

// ApplyResult says what was changed (or would be), or why nothing was.
type ApplyResult struct {
	Changes  []Change  `json:"changes"`
	Problems []Problem `json:"problems,omitempty"`
	Position int64     `json:"position,omitempty"`
}

// DeployRequest puts a release into an environment. With neither Release nor Image: the
// latest built one. Image is an OCI reference ("host/repo@sha256:…", "host/repo:tag") or one
// into an OCI layout on the control plane's machine ("/dir@sha256:…", "/dir:tag").
type DeployRequest struct {
	Service     string `json:"service"`
	Environment string `json:"environment"`
	Release     string `json:"release,omitempty"`
	Image       string `json:"image,omitempty"`
	Force       bool   `json:"force,omitempty"` // also if it was rolled back here before
	Fix         string `json:"fix,omitempty"`   // what it mends: no error budget holds it up
}

// RollbackRequest goes back in an environment. To: a release that was completed there;
// empty: the one before.
type RollbackRequest struct {
	Service     string `json:"service"`
	Environment string `json:"environment"`
	To          string `json:"to,omitempty"`
	Force       bool   `json:"force,omitempty"` // across a contract or irreversible migration
	Reason      string `json:"reason,omitempty"`
}

// AbortRequest stops the deployment under way.
type AbortRequest struct {
	Service     string `json:"service"`
	Environment string `json:"environment"`
	Deployment  string `json:"deployment,omitempty"` // empty: what is under way, or else waits first
	Reason      string `json:"reason,omitempty"`
}

// SettleRequest decides on a held deployment: "retry", "rollback" or "accept".
type SettleRequest struct {
	Service     string `json:"service"`
	Environment string `json:"environment"`
	Decision    string `json:"decision"`
	Reason      string `json:"reason,omitempty"`
}

// Receipt says where in the journal a command was written. Reads can wait for it.
type Receipt struct {
	Position   int64  `json:"position"`
	Deployment string `json:"deployment,omitempty"`
}

// AuditEntry is one entry of the journal.
type AuditEntry struct {
	Position int64           `json:"position"`
	At       time.Time       `json:"at"`
	Actor    string          `json:"actor"`
	Machine  string          `json:"machine"`
	Step     int64           `json:"step"`
	Type     string          `json:"type"`
	Data     json.RawMessage `json:"data,omitempty"`
	Erased   bool            `json:"erased,omitempty"`
	Hash     string          `json:"hash"`
}

// AuditReport is the result of checking the journal's chain and checkpoints.
type AuditReport struct {
	Entries     int64  `json:"entries"`
	Checkpoints int64  `json:"checkpoints"`
	Verified    bool   `json:"verified"`
	Problem     string `json:"problem,omitempty"`
}

// LogLine is a line that an instance or a build printed.
type LogLine struct {
	At     time.Time `json:"at"`
	Origin string    `json:"origin"` // instance ID, or "build"
	Stream string    `json:"stream"` // "out", "err", or "sys" for what is not the app's; with a "+" if the line goes on
	Text   string    `json:"text"`
}

// Happening is one thing that happened, for watch and for the page.
type Happening struct {
	Position int64     `json:"position"`
	At       time.Time `json:"at"`
	Actor    string    `json:"actor"`
	Machine  string    `json:"machine"`
	Type     string    `json:"type"`
	Status   string    `json:"status"` // the machine's status since
	Text     string    `json:"text"`   // one line for a person
}

// System is this control plane.
type System struct {
	Version     string   `json:"version"`
	Commit      string   `json:"commit,omitempty"`
	Go          string   `json:"go"`
	Store       string   `json:"store"` // "sqlite" or "postgres"
	Epoch       int64    `json:"epoch"`
	Leading     bool     `json:"leading"`
	Position    int64    `json:"position"`
	HTTP        []string `json:"http"` // where the edge listens
	HTTPS       []string `json:"https,omitempty"`
	Page        string   `json:"page"`
	Confinement string   `json:"confinement"` // what the host gives, in words
	Warnings    []string `json:"warnings,omitempty"`
}
