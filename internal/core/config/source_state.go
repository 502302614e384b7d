package config

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
)

// SourceVersion is the version of SourceState.
const SourceVersion = 2

// SourceState is a source and what it holds.
type SourceState struct {
	Spec      SourceSpec        `json:"spec"`
	Head      string            `json:"head,omitempty"`   // the commit seen last
	Commit    string            `json:"commit,omitempty"` // the last one whose manifests were all right
	SeenAt    time.Time         `json:"seenAt,omitzero"`
	Holds     map[string]string `json:"holds,omitempty"`     // "Kind/name" -> digest
	Asked     map[string]string `json:"asked,omitempty"`     // "Kind/name" -> digest that waits for consent; empty: its removal does
	Trouble   string            `json:"trouble,omitempty"`   // why it cannot be fetched
	Mistakes  string            `json:"mistakes,omitempty"`  // in the manifests of Head
	Conflicts map[string]string `json:"conflicts,omitempty"` // "Kind/name" -> why it was refused
	Removed   bool              `json:"removed,omitempty"`
}

// Problem is all that is wrong with a source, for a person; "" if nothing is.
func (s SourceState) Problem() string {
	var lines []string
	if s.Trouble != "" {
		lines = append(lines, s.Trouble)
	}
	if s.Mistakes != "" {
		lines = append(lines, s.Mistakes)
	}
	for _, id := range slices.Sorted(maps.Keys(s.Conflicts)) {
		lines = append(lines, s.Conflicts[id])
	}
	return strings.Join(lines, "\n")
}

// exists says whether the source was added and not removed.
func (s SourceState) exists() bool { return s.Spec.Name != "" && !s.Removed }

// Reconsiders says whether the source by now wants something else than what of it waits for
// consent. With partial, what is not wanted is not meant to go.
func (s SourceState) Reconsiders(wanted []manifest.Resource, partial bool) bool {
	digests := map[string]string{}
	for _, w := range wanted {
		digests[w.ID()] = w.Digest
	}
	for id, asked := range s.Asked {
		if digest, there := digests[id]; there && digest != asked {
			return true
		}
	}
	for id := range s.Holds {
		if _, there := digests[id]; !there && !partial {
			return true
		}
	}
	return false
}

// Desired gives the watch of a repository.
func (Source) Desired(s SourceState) []machine.Desired {
	if !s.exists() || s.Spec.URL == "" {
		return nil
	}
	return []machine.Desired{{Kind: DesiredWatch, Key: s.Spec.Name, Spec: machine.Must(s.Spec)}}
}

// Summary gives a source's row.
func (Source) Summary(s SourceState) machine.Summary {
	out := machine.Summary{Status: "watched", Title: s.Spec.URL, Done: s.Removed || s.Spec.URL == "",
		Labels: map[string]string{"kind": string(s.Spec.Kind)}}
	switch {
	case s.Removed:
		out.Status = "removed"
	case s.Problem() != "":
		out.Status = "broken"
		out.Title, _, _ = strings.Cut(s.Problem(), "\n")
	case s.Spec.URL == "":
		out.Status = "applied"
	}
	return out
}

// Upgrade reads states of older versions. In the first one nothing waited for consent.
func (Source) Upgrade(from int, raw []byte) (SourceState, error) {
	if from != 1 {
		return SourceState{}, fmt.Errorf("a source's state of version %d", from)
	}
	var s SourceState
	return s, json.Unmarshal(raw, &s)
}
