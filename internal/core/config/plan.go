package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"slipway.dev/internal/core/manifest"
)

// Action is what applying would do to a resource.
type Action string

// The actions.
const (
	Create    Action = "create"
	Update    Action = "update"
	Delete    Action = "delete"
	Unchanged Action = "unchanged"
	Conflict  Action = "conflict" // it would be refused
)

// Change is what applying would do.
type Change struct {
	Kind   string        `json:"kind"`
	Name   string        `json:"name"`
	Action Action        `json:"action"`
	Reason string        `json:"reason,omitempty"` // of a conflict
	Fields []FieldChange `json:"fields,omitempty"` // of an update
	Task   string        `json:"task,omitempty"`   // it must be approved first: name of the task about it
}

// FieldChange is a field that would change. Old and New are as in YAML; empty: not there.
type FieldChange struct {
	Path string `json:"path"` // "spec.run.replicas"
	Old  string `json:"old,omitempty"`
	New  string `json:"new,omitempty"`
}

// Owned is a resource as it is now, and its source.
type Owned struct {
	manifest.Resource
	Source string // empty: nobody's
}

// Plan says what it would change if a source had just what is wanted. With partial,
// resources of the source that are not wanted stay.
func Plan(current []Owned, wanted []manifest.Resource, source string, kind SourceKind, partial bool) []Change {
	now := map[string]Owned{}
	for _, o := range current {
		now[o.ID()] = o
	}
	all := resources(current)
	free, referred := !Asks(all), Referred(all)
	var out []Change
	seen := map[string]bool{}
	for _, w := range wanted {
		seen[w.ID()] = true
		c := change(now, w, source, kind)
		if was := now[w.ID()].Team; w.Kind == manifest.KindService && was != "" && was != w.Team && !free {
			c.Action, c.Fields, c.Reason = Conflict, nil, staysWith(w.Name, was).Error()
		}
		consent := Consent{Free: free, Referred: slices.Contains(referred, w.ID())}
		same := now[w.ID()].Digest == w.Digest
		if _, there := now[w.ID()]; c.Action != Conflict && !same && consent.waits(w.Kind, there) {
			c.Task = TaskName(w.Kind, w.Name)
		}
		out = append(out, c)
	}
	for _, o := range current {
		if o.Source == source && !seen[o.ID()] && !partial {
			c := Change{Kind: o.Kind, Name: o.Name, Action: Delete}
			if (Consent{Free: free}).waits(o.Kind, true) {
				c.Task = TaskName(o.Kind, o.Name)
			}
			out = append(out, c)
		}
	}
	return out
}

func change(now map[string]Owned, w manifest.Resource, source string, kind SourceKind) Change {
	c := Change{Kind: w.Kind, Name: w.Name}
	o, there := now[w.ID()]
	if err := mayHold(kind, w.Kind, w.Name); err != nil {
		c.Action, c.Reason = Conflict, err.Error()
		return c
	}
	switch {
	case !there:
		c.Action = Create
	case o.Source != "" && o.Source != source:
		c.Action, c.Reason = Conflict, ownedBy(w.Kind, w.Name, o.Source).Error()
	case o.Digest == w.Digest && o.Source == source:
		c.Action = Unchanged
	default:
		c.Action, c.Fields = Update, Diff(o.Resource, w)
		if o.Source != source {
			c.Fields = append([]FieldChange{{Path: "source", New: source}}, c.Fields...)
		}
	}
	return c
}

// Diff gives the fields in which two versions of a resource differ, sorted by path.
func Diff(before, after manifest.Resource) []FieldChange {
	return DiffJSON(before.Document(), after.Document())
}

// leaves gives the scalars of a JSON document by path. What is empty has a leaf of its own.
func leaves(document []byte) map[string]string {
	out := map[string]string{}
	var tree any
	d := json.NewDecoder(bytes.NewReader(document))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		return out
	}
	collect(out, "", tree)
	return out
}

func collect(out map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, child := range v {
			if path == "" {
				collect(out, k, child)
			} else {
				collect(out, path+"."+k, child)
			}
		}
		if len(v) == 0 {
			out[path] = "{}"
		}
	case []any:
		for i, child := range v {
			collect(out, fmt.Sprintf("%s[%d]", path, i), child)
		}
	case string:
		out[path] = fmt.Sprintf("%q", v)
	default:
		out[path] = fmt.Sprint(v)
	}
}
