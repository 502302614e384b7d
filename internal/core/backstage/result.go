package backstage

import "slipway.dev/internal/core/manifest"

// Result is what came of catalog files.
type Result struct {
	YAML      []byte              // manifests, with comments on what was not taken over
	Parts     [][]byte            // the same in parts that are each small enough for a file
	Resources []manifest.Resource // what YAML says
	Notes     []Note              // what was not taken over as it was, in the order of the files
}

// Note is something that was not taken over as it was.
type Note struct {
	At     manifest.Position `json:"at"`
	Entity string            `json:"entity,omitempty"` // "component:default/tickets"; empty: no entity
	Field  string            `json:"field,omitempty"`  // "spec.lifecycle"; empty: the whole entity
	Text   string            `json:"text"`             // what became of it, and why
}

// File is a catalog file.
type File struct {
	Name string
	Data []byte
}
