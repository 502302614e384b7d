package backstage

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
)

// Bounds of what is imported at once.
const (
	maxEntities = 10_000
	maxNodes    = 100_000 // of an entity, so that aliases cannot blow it up
)

// entity is one document of a catalog file.
type entity struct {
	ref  ref
	file string
	top  *yaml.Node
	name string // of its manifest; empty: it has none
}

// id is its reference in full: "component:default/tickets".
func (e *entity) id() string { return e.ref.String() }

func (e *entity) at(n *yaml.Node) manifest.Position {
	return manifest.Position{File: e.file, Line: max(n.Line, 1), Column: max(n.Column, 1)}
}

// field gives the value of a field however deep, or nil.
func (e *entity) field(path ...string) *yaml.Node {
	n := e.top
	for _, name := range path {
		if n = value(n, name); n == nil {
			return nil
		}
	}
	return n
}

// text gives a field that is a scalar; "" if it is not there or something else.
func (e *entity) text(path ...string) string { return scalar(e.field(path...)) }

// list gives the scalars of a field that is a list.
func (e *entity) list(path ...string) []*yaml.Node {
	n := e.field(path...)
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	var out []*yaml.Node
	for _, item := range n.Content {
		if item = follow(item); scalar(item) != "" {
			out = append(out, item)
		}
	}
	return out
}

// pair is a field of a mapping.
type pair struct {
	name  string
	value *yaml.Node
}

func pairs(n *yaml.Node) []pair {
	var out []pair
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if key := follow(n.Content[i]); key.Kind == yaml.ScalarNode {
			out = append(out, pair{key.Value, follow(n.Content[i+1])})
		}
	}
	return out
}

func value(n *yaml.Node, name string) *yaml.Node {
	for _, p := range pairs(n) {
		if p.name == name {
			return p.value
		}
	}
	return nil
}

func scalar(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		return ""
	}
	return strings.TrimSpace(n.Value)
}

func follow(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// small says whether a tree, with its aliases written out, has few enough nodes.
func small(n *yaml.Node, left *int) bool {
	if *left--; *left < 0 {
		return false
	}
	if n.Kind == yaml.AliasNode {
		return small(n.Alias, left)
	}
	for _, c := range n.Content {
		if !small(c, left) {
			return false
		}
	}
	return true
}

// read gives the entities of a file. Of what is no entity, a note is taken.
func (i *importer) read(f File) error {
	if len(f.Data) > manifest.MaxFile {
		return fault.New(fault.Invalid, "%s is larger than 1 MB", f.Name)
	}
	loader, err := yaml.NewLoader(bytes.NewReader(f.Data))
	if err != nil {
		return fault.New(fault.Invalid, "%s cannot be read", f.Name).Because(err)
	}
	for {
		var doc yaml.Node
		switch err := loader.Load(&doc); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fault.New(fault.Invalid, "%s is not YAML", f.Name).Because(err).WithHint("Backstage would not read it either: correct it first")
		case doc.Kind != yaml.DocumentNode || len(doc.Content) == 0:
			continue
		case len(i.entities) == maxEntities:
			return fault.New(fault.Invalid, "there are more than %d entities", maxEntities).WithHint("import them in parts")
		}
		i.document(f.Name, follow(doc.Content[0]))
	}
}

// document takes in what is an entity of a kind that is imported.
func (i *importer) document(file string, top *yaml.Node) {
	e := &entity{file: file, top: top}
	left := maxNodes
	if top.Kind == yaml.ScalarNode && scalar(top) == "" {
		return
	}
	version, name := e.text("apiVersion"), e.text("metadata", "name")
	e.ref = ref{strings.ToLower(e.text("kind")), strings.ToLower(orDefault(e.text("metadata", "namespace"))), strings.ToLower(name)}
	switch {
	case top.Kind != yaml.MappingNode || !strings.HasPrefix(version, "backstage.io/"):
		i.note(&entity{file: file, top: top}, top, "", "it is no entity of Backstage (its apiVersion is %q), and was left out", short(version))
	case !small(top, &left):
		i.note(&entity{file: file, top: top}, top, "", "there is too much in this document (its aliases, if it has any, multiply it), and it was left out")
	case name == "":
		i.note(&entity{file: file, top: top}, top, "", "it has no metadata.name, and was left out")
	case e.ref.kind == "location":
		i.note(e, top, "", "the files that it names are not read; give them to the import")
	case !slices.Contains(imported, e.ref.kind):
		i.note(e, top, "", "there is nothing like a %s here, and it was left out", short(e.text("kind")))
	case i.byRef[e.ref] != nil:
		i.note(e, top, "", "it is there twice, and only the first, at %s, was taken over", i.byRef[e.ref].at(i.byRef[e.ref].top))
	default:
		i.entities = append(i.entities, e)
		i.byRef[e.ref] = e
	}
}

// imported are the kinds that are taken over, those first that keep their name.
var imported = []string{"group", "user", "component", "api", "resource", "system", "domain"}
