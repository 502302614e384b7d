package workflow

import (
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
)

// Parse reads a definition, YAML or JSON, and says all that is wrong with it at once. The
// definition is nil if there is any problem. file is only for the positions.
func Parse(file string, data []byte) (*Definition, manifest.Problems) {
	return nil, manifest.Problems{{Position: manifest.Position{File: file, Line: 1, Column: 1}, Text: "workflows cannot be read yet"}}
}

// Load reads what Parse gave as Canonical, and anything else is an error.
func Load(canonical []byte) (*Definition, error) {
	return nil, fault.New(fault.Internal, "workflows cannot be read yet")
}
