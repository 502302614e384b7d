package workflow

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
)

// Parse reads a definition, YAML or JSON, and says all that is wrong with it at once. The
// definition is nil if there is any problem. file is only for the positions.
func Parse(file string, data []byte) (*Definition, manifest.Problems) {
	r := &reader{}
	top := r.read(data)
	if top == nil || r.full {
		return nil, problems(file, r.problems)
	}
	definition.check(r, top)
	d := newBuilder(r, top).build()
	if len(r.problems) > 0 {
		return nil, problems(file, r.problems)
	}
	d.Warnings, d.refusals = problems(file, r.warnings), problems(file, r.refusals)
	return d, nil
}

// Load reads what Parse gave as Canonical, and anything else is an error.
func Load(canonical []byte) (*Definition, error) {
	d, problems := Parse("", canonical)
	switch {
	case problems != nil:
		return nil, fault.New(fault.Internal, "a stored workflow cannot be read").Because(problems)
	case !bytes.Equal(d.Canonical, canonical):
		return nil, fault.New(fault.Internal, "a stored workflow is not in its canonical form")
	}
	for _, t := range d.Tasks {
		t.Line = 0
	}
	for _, ps := range []manifest.Problems{d.Warnings, d.refusals} {
		for i := range ps {
			ps[i].Position = manifest.Position{}
		}
	}
	return d, nil
}

// canonical gives a value as JSON with sorted keys, and its digest.
func canonical(v any) (json.RawMessage, string, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, "", err
	}
	written := bytes.TrimSuffix(out.Bytes(), []byte("\n"))
	sum := sha256.Sum256(written)
	return written, "sha256:" + hex.EncodeToString(sum[:]), nil
}
