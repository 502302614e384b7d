package release

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/machine"
)

// Version is the version of State.
const Version = 1

// Status is how a release stands.
type Status string

// The statuses.
const (
	Building   Status = "building"
	Built      Status = "built"
	Failed     Status = "failed"
	Cancelled  Status = "cancelled"
	Superseded Status = "superseded"
)

// State is a release.
type State struct {
	config.Release
	Status     Status            `json:"status"`
	Artifact   Artifact          `json:"artifact,omitzero"`
	Error      string            `json:"error,omitempty"`     // why it failed, or was cancelled
	Running    bool              `json:"running,omitempty"`   // a build is under way, wanted or not
	Again      bool              `json:"again,omitempty"`     // when it ends, another is to begin
	Problems   map[string]string `json:"problems,omitempty"`  // by environment: why it does not go in there
	By         machine.Actor     `json:"by,omitzero"`         // who asked for it first
	Revoked    string            `json:"revoked,omitempty"`   // why; it may not go in anywhere, nor be gone back to
	RevokedBy  string            `json:"revokedBy,omitempty"` // actor
	CreatedAt  time.Time         `json:"createdAt,omitzero"`  // when it was first asked for
	FinishedAt time.Time         `json:"finishedAt,omitzero"` // when the last build ended
}

// Desired gives nothing: a build is an effect, a deployment is its lane's.
func (Machine) Desired(State) []machine.Desired { return nil }

// Summary gives a release's row.
func (Machine) Summary(s State) machine.Summary {
	out := machine.Summary{Status: string(s.Status), Title: s.title(), Done: s.Status != Building,
		Labels: map[string]string{"service": s.Service, "release": s.ID, "source": s.Source, "order": strconv.FormatInt(s.Order, 10)}}
	for _, label := range []struct{ name, value string }{{"commit", s.Commit}, {"artifact", s.Artifact.Digest}} {
		if label.value != "" {
			out.Labels[label.name] = label.value
		}
	}
	if s.Revoked != "" {
		out.Labels["revoked"] = s.Revoked
	}
	if len(s.Problems) > 0 {
		env := slices.Sorted(maps.Keys(s.Problems))[0]
		out.Labels["problem"] = env + ": " + s.Problems[env]
	}
	if s.Spec != "" {
		out.Keeps = []string{s.Spec}
	}
	return out
}

func (s State) title() string {
	switch {
	case s.Subject != "":
		return s.Subject
	case s.Image != "":
		return s.Image
	}
	return s.ID
}

// Upgrade reads states of older versions, of which there are none.
func (Machine) Upgrade(from int, _ []byte) (State, error) {
	return State{}, fmt.Errorf("a release's state of version %d", from)
}
