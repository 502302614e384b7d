package manifest

import (
	"reflect"
	"slices"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Bounds of a file.
const (
	MaxFile      = 1 << 20 // bytes
	maxDocuments = 1000
	maxProblems  = 200 // of one file; nobody reads more
)

// Parse reads a file's documents. It gives the resources that are all right, and all that
// is wrong with the others. Files may be parsed at the same time.
func Parse(file string, data []byte) ([]Resource, Problems) {
	found, problems := Look(file, string(data))
	for i := range found {
		found[i].seal()
	}
	return found, problems
}

// Look is Parse for resources that are only looked at, and not kept: they have no Spec and
// no Digest, which take a third of the time.
func Look(file, text string) ([]Resource, Problems) { return look(file, text, &quick{}) }

// look is Look that reads what is plain by a quick reader, if there is one.
func look(file, text string, q *quick) ([]Resource, Problems) {
	d := &decoder{file: file}
	if !d.readable(text) {
		return nil, d.problems
	}
	var out []Resource
	documents := 0
	for p := range d.pages(text, 1, q) {
		if documents++; documents > maxDocuments {
			d.say(&tree{}, "", "there are more than %d documents in this file", maxDocuments)
			break
		}
		if p.top == nil || isNothing(p.top) {
			continue
		}
		if r, ok := d.resource(p); ok {
			out = append(out, r)
		}
	}
	return out, d.finish()
}

func isNothing(n node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

func (d *decoder) finish() Problems {
	d.problems.sort()
	if more := len(d.problems) - maxProblems; more > 0 {
		last := d.problems[maxProblems]
		d.problems = d.problems[:maxProblems]
		d.say(&tree{Line: last.Line, Column: last.Column}, "", "and %d more", more)
	}
	return d.problems
}

// readable looks for what the YAML reader refuses without a position.
func (d *decoder) readable(text string) bool {
	if len(text) > MaxFile {
		d.say(&tree{}, "", "the file is larger than 1 MB")
		return false
	}
	if isPlain(text) {
		return true
	}
	line, column := 1, 1
	for rest := text; rest != ""; {
		r, size := utf8.DecodeRuneInString(rest)
		at := &tree{Line: line, Column: column}
		switch {
		case r == utf8.RuneError && size == 1:
			d.say(at, "", "the file is not UTF-8 text")
			return false
		case r < ' ' && r != '\n' && r != '\r' && r != '\t', r >= 0x7f && r < 0xa0 && r != 0x85, r == 0xfffe, r == 0xffff:
			d.say(at, "", "the control character %U is not allowed; in double quotes it can be written as an escape", r)
			return false
		case r == '\n':
			line, column = line+1, 0
		}
		column++
		rest = rest[size:]
	}
	return true
}

// isPlain says whether a text is nothing but printable ASCII in lines. Nearly all are.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < ' ' || c >= 0x7f) && c != '\n' {
			return false
		}
	}
	return true
}

// header is what a document has, whatever its kind.
type header struct {
	APIVersion string    `json:"apiVersion,omitempty" need:"yes" enum:"slipway.dev/v1" doc:"Always slipway.dev/v1."`
	Kind       string    `json:"kind,omitempty" need:"yes" doc:"What it describes: BusinessProcess, Component, Environment, Flow, Freeze, Integration, Policy, Service, System, Team or UseCase."`
	Metadata   Metadata  `json:"metadata,omitzero" need:"yes" doc:"What all kinds have."`
	Spec       *anything `json:"spec,omitempty" doc:"What is particular to the kind."`
}

// anything is read later, when the kind is known.
type anything struct{}

// resource reads one document.
func (d *decoder) resource(p page) (Resource, bool) {
	n := p.top
	before := len(d.problems)
	d.nodes = 0
	var h header
	d.decodeHeader(n, &h)
	spec := d.decodeSpec(n, h.Kind)
	if h.Kind == KindService && h.Metadata.Team == "" && len(d.problems) == before {
		d.say(follow(lookup(n, "metadata")), "metadata", "field `team` is missing: a service has a team that owns it")
	}
	if len(d.problems) > before {
		return Resource{}, false
	}
	r := Resource{Kind: h.Kind, Name: string(h.Metadata.Name), Team: string(h.Metadata.Team), Labels: h.Metadata.Labels,
		At: Position{d.file, n.Line, n.Column}, page: p.text, line: p.line, parsed: spec}
	if p.text == "" {
		r.tree = n
	}
	return r, true
}

// decodeHeader reads all but the spec, and looks at the kind.
func (d *decoder) decodeHeader(n node, h *header) {
	top := *follow(n)
	if value := lookup(n, "spec"); value != nil && top.Kind == yaml.MappingNode {
		top.Content = slices.Clone(top.Content)
		for i := 0; i+1 < len(top.Content); i += 2 {
			if follow(top.Content[i]).Value == "spec" {
				top.Content[i+1] = &tree{Kind: yaml.MappingNode, Tag: "!!map", Line: value.Line, Column: value.Column}
			}
		}
	}
	d.decode(&top, reflect.ValueOf(h).Elem(), &field{}, 0)
}

// decodeSpec reads the spec of a kind. Of an unknown kind it reads none.
func (d *decoder) decodeSpec(n node, kind string) any {
	at := lookup(n, "kind")
	t, known := kinds[kind]
	if !known {
		if at != nil && kind != "" {
			d.say(at, "kind", "unknown kind %q; %s", short(kind), didYouMean(kind, Kinds()))
		}
		return nil
	}
	spec := reflect.New(t)
	value := lookup(n, "spec")
	if top := follow(n); value == nil && top.Kind == yaml.MappingNode {
		if needed(t) {
			d.say(top, "", "field `spec` is missing: What is particular to the kind.")
			return nil
		}
		value = &tree{Kind: yaml.MappingNode, Tag: "!!map", Line: top.Line, Column: top.Column}
	}
	d.under(turn{name: "spec"}, value, spec.Elem(), &field{}, 1)
	return spec.Interface()
}
