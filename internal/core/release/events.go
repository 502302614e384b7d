package release

import (
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
)

// MachineID is the identity of the machine of a service's release.
func MachineID(service, id string) string { return machine.ID("release", service, id) }

// Events that a release takes, with their data. Besides these it takes the outcomes of its
// effects and "message.refused".
const (
	EventRequested  = config.EventReleaseRequested // config.Release, with an Order
	EventRetry      = "release.retry"              // none
	EventCancel     = "release.cancel"             // Reason
	EventRevoke     = "release.revoke"             // Reason: it may not go in anywhere, nor be gone back to
	EventSuperseded = "release.superseded"         // Reason: its build did not begin, for a newer one came
)

// Reason says why.
type Reason struct {
	Text string `json:"text,omitempty"`
}

// Effects of a release, with their input. All are Repeatable.
const (
	EffectBuild  = "artifact.build"  // BuildInput; gives Artifact
	EffectImport = "artifact.import" // ImportInput; gives Artifact
	EffectCancel = "artifact.cancel" // CancelInput: stops the build or import of a release, which then fails
)

// BuildInput says what to build. The same input gives the same artifact.
type BuildInput struct {
	Service string         `json:"service"`
	Release string         `json:"release"`
	Source  string         `json:"source"`
	URL     string         `json:"url"`
	Commit  string         `json:"commit"`
	Path    string         `json:"path,omitempty"` // of the service in the repository
	Build   manifest.Build `json:"build"`
	// Workflow is what it is: its file is held to the language before it is taken.
	Workflow *config.WorkflowItem `json:"workflow,omitempty"`
}

// ImportInput says which image to take in.
type ImportInput struct {
	Service string `json:"service"`
	Release string `json:"release"`
	Image   string `json:"image"`
}

// CancelInput says whose build or import to stop.
type CancelInput struct {
	Service string `json:"service"`
	Release string `json:"release"`
}

// Artifact is what a build or import gave.
type Artifact struct {
	Digest     string  `json:"digest"` // "sha256:…"
	Size       int64   `json:"size"`   // bytes
	Provenance string  `json:"provenance,omitempty"`
	Seconds    float64 `json:"seconds"` // that it took
}

// Facts are what the outcome of a build, and release.retry, come with.
type Facts struct {
	Environments []Environment `json:"environments,omitempty"`
}

// Environment is one that takes the release by itself.
type Environment struct {
	Name    string         `json:"name"`
	Config  string         `json:"config,omitempty"`  // digest of the config.Resolved blob
	Rollout config.Rollout `json:"rollout,omitzero"`  //
	Problem string         `json:"problem,omitempty"` // why there is no configuration
}
