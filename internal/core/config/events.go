package config

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
)

// SourceID is the identity of a source's machine.
func SourceID(name string) string { return machine.ID("source", name) }

// ResourceID is the identity of a resource's machine.
func ResourceID(kind, name string) string { return machine.ID("resource", kind, name) }

// Events of a source, with their data. Besides these it takes "message.refused".
const (
	EventSourceAdded   = "source.added"     // SourceSpec
	EventSourceChanged = "source.changed"   // SourceSpec
	EventSourceRemoved = "source.removed"   // none
	EventPushed        = "source.pushed"    // Pushed; facts: Facts
	EventProblem       = "source.problem"   // Trouble: it cannot be fetched, or can be again
	EventSettled       = "resource.settled" // Settled: what came of a change that waited for consent
)

// Events of a resource, with their data.
const (
	EventApplied  = "resource.applied"  // Applied
	EventRemoved  = "resource.removed"  // From: its source has it no longer
	EventReleased = "resource.released" // From: another source may take it
	EventRelease  = "resource.release"  // Release: somebody asks for a release of this service
	EventDecided  = "resource.decided"  // task.Ended: the task about a change that waits has ended
)

// EventReleaseRequested is what a service's resource sends to the machine of a release. Its
// data is a Release.
const EventReleaseRequested = "release.requested"

// DesiredWatch is what a source with a URL desires; its spec is a SourceSpec.
const DesiredWatch = "watch.source"

// SourceKind says what a source may hold.
type SourceKind string

// The kinds of sources.
const (
	Platform SourceKind = "platform" // everything; only an administrator registers one
	Services SourceKind = "service"  // services
)

// SourceSpec describes a source.
type SourceSpec struct {
	Name       string     `json:"name"`
	Kind       SourceKind `json:"kind"`
	URL        string     `json:"url,omitempty"` // path or remote; empty: applied by hand
	Branch     string     `json:"branch,omitempty"`
	Interval   Duration   `json:"interval,omitempty"`   // between two polls
	Webhook    string     `json:"webhook,omitempty"`    // name of the secret that signs its webhooks
	Credential string     `json:"credential,omitempty"` // name of the secret with "user:password" or a token, for https
}

// Pushed says what a source has now. The documents of its resources are in the blob store
// before the event is.
type Pushed struct {
	Commit      string    `json:"commit,omitempty"`
	Previous    string    `json:"previous,omitempty"` // the commit that Changed was found against: the source's last good one
	CommittedAt time.Time `json:"committedAt,omitzero"`
	Authors     []string  `json:"authors,omitempty"`
	Subject     string    `json:"subject,omitempty"`
	Items       []Item    `json:"items,omitempty"`
	Partial     bool      `json:"partial,omitempty"` // what is not named stays
	Problem     string    `json:"problem,omitempty"` // its manifests are wrong: nothing of it counts
}

// Item is a resource in a Pushed.
type Item struct {
	Kind    string       `json:"kind"`
	Name    string       `json:"name"`
	Team    string       `json:"team,omitempty"`
	Digest  string       `json:"digest"` // of its Document
	Service *ServiceItem `json:"service,omitempty"`
}

// ServiceItem is what a release needs of a service.
type ServiceItem struct {
	Path   string          `json:"path,omitempty"`
	Branch string          `json:"branch,omitempty"`
	Build  *manifest.Build `json:"build,omitempty"`
	Image  string          `json:"image,omitempty"`
	// Workflow is what it is; Build then is one that takes its file.
	Workflow *WorkflowItem `json:"workflow,omitempty"`
	Changed  bool          `json:"changed,omitempty"` // something below Path did
}

// ItemOf makes an Item of a manifest. Changed says whether something below a path changed.
func ItemOf(r manifest.Resource, changed func(path string) bool) (Item, error) {
	item := Item{Kind: r.Kind, Name: r.Name, Team: r.Team, Digest: r.Digest}
	if r.Kind != manifest.KindService {
		return item, nil
	}
	s, err := r.Service()
	if err != nil {
		return item, err
	}
	item.Service = &ServiceItem{Path: string(s.Source.Path), Branch: string(s.Source.Branch), Image: string(s.Image)}
	item.Service.Build, item.Service.Workflow = BuildOf(s)
	item.Service.Changed = item.Service.Build != nil && changed != nil && changed(item.Service.Path)
	return item, nil
}

// Trouble says why a source cannot be fetched. An empty text: it can again.
type Trouble struct {
	Text string `json:"text,omitempty"`
}

// Applied gives a resource its content. The first to apply it becomes its source.
type Applied struct {
	Source     string     `json:"source"`
	SourceKind SourceKind `json:"sourceKind"`
	Kind       string     `json:"kind"`
	Name       string     `json:"name"`
	Team       string     `json:"team,omitempty"`
	Digest     string     `json:"digest"` // of its Document
	Commit     string     `json:"commit,omitempty"`
	Release    *Release   `json:"release,omitempty"` // of a service: asked for when this is taken
	Consent
}

// From names the source that speaks.
type From struct {
	Source string `json:"source"`
	Consent
}

// Settled says how a resource that governs is in force now.
type Settled struct {
	Kind   string `json:"kind"`
	Name   string `json:"name"`
	Digest string `json:"digest,omitempty"` // empty: it is not
}

// Release describes a release that is to be made: either Build or Image is set. It is the
// data of release.requested.
type Release struct {
	ID          string          `json:"id"` // within the service; see ReleaseName
	Service     string          `json:"service"`
	Source      string          `json:"source"`
	URL         string          `json:"url,omitempty"`
	Commit      string          `json:"commit,omitempty"`
	CommittedAt time.Time       `json:"committedAt,omitzero"`
	Authors     []string        `json:"authors,omitempty"`
	Subject     string          `json:"subject,omitempty"`
	Path        string          `json:"path,omitempty"` // of the service in the repository
	Build       *manifest.Build `json:"build,omitempty"`
	Image       string          `json:"image,omitempty"`
	Workflow    *WorkflowItem   `json:"workflow,omitempty"` // what it is; Build then is one that takes its file
	Spec        string          `json:"spec"`               // digest of the service's Document
	To          string          `json:"to,omitempty"`       // the environment that it is asked for; empty: those that take releases by themselves
	Order       int64           `json:"order,omitempty"`    // set by the service's resource: each is higher than those before
}

// ReleaseName gives a release's name within its service: the start of its commit, or of a
// digest of image and spec for what has no commit.
func ReleaseName(commit, image, spec string) string {
	if len(commit) >= 12 {
		return commit[:12]
	}
	sum := sha256.Sum256([]byte(commit + "\n" + image + "\n" + spec))
	return hex.EncodeToString(sum[:])[:12]
}
