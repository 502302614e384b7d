package backstage

import "slipway.dev/internal/core/manifest"

// Result is what came of a file.
type Result struct {
	YAML      []byte              // manifests with comments on what was not taken over
	Resources []manifest.Resource // what YAML says
	Notes     []Note              // in the order of the file
}

// Note is something that was not taken over as it was.
type Note struct {
	At     manifest.Position `json:"at"`
	Entity string            `json:"entity"` // "component:default/tickets"; empty: of the file
	Field  string            `json:"field"`  // "spec.lifecycle"; empty: of the whole entity
	Text   string            `json:"text"`   // what became of it, and why
}
