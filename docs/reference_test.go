// Package docs_test keeps the pages true that can be made from the code.
package docs_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/manifest"
)

var update = flag.Bool("update", false, "write the pages anew")

// field is what the page needs of JSON Schema.
type field struct {
	Ref                  string           `json:"$ref"`
	Description          string           `json:"description"`
	Examples             []any            `json:"examples"`
	Enum                 []any            `json:"enum"`
	Properties           map[string]field `json:"properties"`
	Items                *field           `json:"items"`
	AdditionalProperties json.RawMessage  `json:"additionalProperties"`
	Required             []string         `json:"required"`
}

type schema struct {
	Defs map[string]field `json:"$defs"`
}

// TestManifestReference holds docs/manifest.md to the schema.
func TestManifestReference(t *testing.T) {
	t.Parallel()
	var s schema
	if err := json.Unmarshal(manifest.Schema(), &s); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("manifest.md")
	if err != nil {
		t.Fatal(err)
	}
	const mark = "<!-- From here on: go test ./docs -update -->\n"
	written, old, found := strings.Cut(string(page), mark)
	if !found {
		t.Fatalf("no line %q", mark)
	}
	made := s.reference()
	if *update {
		if err := os.WriteFile("manifest.md", []byte(written+mark+made), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(old, made); diff != "" {
		t.Errorf("manifest.md is out of date: go test ./docs -update (-page +schema)\n%s", diff)
	}
}

func (s schema) reference() string {
	var out strings.Builder
	values := map[string]bool{}
	for _, kind := range []string{
		manifest.KindService, manifest.KindEnvironment, manifest.KindTeam,
		manifest.KindFlow, manifest.KindUseCase, manifest.KindProcess, manifest.KindComponent,
		manifest.KindFreeze, manifest.KindPolicy, manifest.KindSystem, manifest.KindIntegration,
	} {
		fmt.Fprintf(&out, "\n## %s\n\n| field of `spec` | is |\n| --- | --- |\n", kind)
		s.fields(&out, "", s.Defs[kind], values)
	}
	out.WriteString("\n## Values\n\n| value | |\n| --- | --- |\n")
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(&out, "| %s | %s |\n", name, cell(s.Defs[name].Description))
	}
	return out.String()
}

const overrides = "overrides.NAME."

// fields writes a row for each field of an object and of what is in it.
func (s schema) fields(out *strings.Builder, prefix string, object field, values map[string]bool) {
	for _, name := range slices.Sorted(maps.Keys(object.Properties)) {
		f := object.Properties[name]
		inner, suffix := f.inner()
		kind := strings.TrimPrefix(inner.Ref, "#/$defs/")
		def := s.Defs[kind]
		scalar := len(def.Properties) == 0 && def.Description != ""
		if scalar {
			values[kind] = true
		} else {
			kind = ""
		}
		needed := slices.Contains(object.Required, name)
		fmt.Fprintf(out, "| `%s%s%s` | %s |\n", prefix, name, suffix, describe(f, kind, needed))
		if prefix != overrides { // what they have in them is described where it is overridden
			s.fields(out, prefix+name+suffix+".", def, values)
		}
	}
}

// inner gives what a list or a map has in it, with how to write that; else the field itself.
func (f field) inner() (inner field, suffix string) {
	if f.Items != nil {
		return *f.Items, "[]"
	}
	var each field
	if json.Unmarshal(f.AdditionalProperties, &each) == nil && each.Ref != "" {
		return each, ".NAME"
	}
	return f, ""
}

func describe(f field, value string, needed bool) string {
	text := f.Description
	if needed {
		text += " **Needed.**"
	}
	if value != "" {
		text += " *" + value + "*"
	}
	words := f.Enum
	if f.Items != nil {
		words = append(words, f.Items.Enum...)
	}
	if len(words) > 0 {
		text += fmt.Sprintf(" One of %v.", words)
	}
	if len(f.Examples) > 0 {
		example, _ := json.Marshal(f.Examples[0]) // was JSON before
		text += " E.g. `" + string(example) + "`"
	}
	return cell(text)
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
