package openslo

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
)

// Bounds of a file.
const (
	maxFile      = 1 << 20 // bytes
	maxDocuments = 1000
	maxNotes     = 500 // nobody reads more
)

// object is a document.
type object struct {
	view
	kind, name string
	used       bool                           // something refers to it
	parts      map[*yaml.Node]map[string]bool // what was read of each mapping in it
}

func (o *object) String() string { return o.kind + " " + o.name }

// reader reads a file. What is noted stays in the order of the file.
type reader struct {
	file    string
	objects []*object
	index   map[string]*object // by kind and name
	notes   []Note
}

// read gives all documents of OpenSLO v1 in a file. The error is fault.Invalid for what is no
// YAML, or has none of them.
func read(file string, data []byte) (*reader, error) {
	r := &reader{file: file, index: map[string]*object{}}
	if len(data) > maxFile {
		return nil, fault.New(fault.TooLarge, "%s is larger than 1 MB", file)
	}
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		return nil, r.broken(err)
	}
	for n := 0; ; n++ {
		var doc yaml.Node
		if err := loader.Load(&doc); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, r.broken(err)
		}
		if n >= maxDocuments {
			return nil, fault.New(fault.TooLarge, "%s has more than %d documents", file, maxDocuments)
		}
		if doc.Kind == yaml.DocumentNode && len(doc.Content) > 0 {
			r.document(doc.Content[0])
		}
	}
	if len(r.objects) == 0 && len(r.notes) == 0 {
		return nil, fault.New(fault.Invalid, "%s has no documents of OpenSLO", file)
	}
	return r, nil
}

func (r *reader) broken(err error) error {
	var e *yaml.LoadError
	if errors.As(err, &e) {
		at := manifest.Position{File: r.file, Line: max(1, e.Mark.Line), Column: max(1, e.Mark.Column)}
		return fault.New(fault.Invalid, "%s: not YAML: %s", at, strings.TrimPrefix(strings.TrimSpace(e.ContextMsg+": "+e.Message), ": "))
	}
	return fault.New(fault.Invalid, "%s is not YAML: %v", r.file, err)
}

// document takes in one document, or a list of them.
func (r *reader) document(n *yaml.Node) {
	n = follow(n)
	if n.Kind == yaml.SequenceNode {
		for _, item := range n.Content {
			if follow(item).Kind != yaml.SequenceNode {
				r.document(item)
			}
		}
		return
	}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return
	}
	o := &object{parts: map[*yaml.Node]map[string]bool{}}
	o.view = view{r: r, n: n, of: o, seen: o.mapping(n)}
	if n.Kind != yaml.MappingNode {
		o.note("a document must have apiVersion, kind, metadata and spec; this one is left out")
		return
	}
	version := o.text("apiVersion")
	o.kind, o.name = o.text("kind"), o.in("metadata").text("name")
	switch {
	case version != Version:
		o.in("apiVersion").note("only %s can be read, not %q; it is left out", Version, clip(version))
	case o.name == "":
		o.in("metadata").note("a name is missing; it is left out")
	case r.find(o.kind, o.name) != nil:
		o.in("metadata").in("name").note("%s %s stands before this one; it is left out", clip(o.kind), clip(o.name))
	default:
		r.take(o)
	}
}

func (r *reader) take(o *object) {
	switch o.kind {
	case kindDataSource, kindSLO, kindSLI, kindPolicy, kindCondition, kindTarget, kindService:
		r.objects, r.index[o.kind+"/"+o.name] = append(r.objects, o), o
	default:
		o.in("kind").note("OpenSLO v1 has no kind %q; it is left out", clip(o.kind))
	}
}

// find gives an object; nil: there is none.
func (r *reader) find(kind, name string) *object { return r.index[kind+"/"+name] }

// clip bounds what is told of a text.
func clip(text string) string { return shorten(clean(text), 80) }
