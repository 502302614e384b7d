package backstage

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
)

// made is a manifest of an entity.
type made struct {
	APIVersion string   `yaml:"apiVersion"`
	Kind       string   `yaml:"kind"`
	Metadata   metadata `yaml:"metadata"`
	Spec       any      `yaml:"spec"`

	of *entity
}

type metadata struct {
	Name   string            `yaml:"name"`
	Team   string            `yaml:"team,omitempty"`
	Labels map[string]string `yaml:"labels,omitempty"`
}

// make makes what an entity becomes.
func (i *importer) make(e *entity) {
	switch e.ref.kind {
	case "group":
		i.team(e)
	case "user":
		i.person(e)
	default:
		i.component(e)
	}
}

func (i *importer) put(e *entity, kind string, spec any) *made {
	m := &made{APIVersion: manifest.APIVersion, Kind: kind, Metadata: metadata{Name: e.name}, Spec: spec, of: e}
	i.made = append(i.made, m)
	return m
}

// Bounds of a part. A file of manifests has at most 1000 documents.
const (
	maxPart     = 900
	maxComments = 200 // of an entity
)

// write gives all that was made. Each manifest is parsed again, as a last word on whether
// hostile text got into it.
func (i *importer) write() (Result, error) {
	i.sortNotes()
	comments := map[string][]string{}
	for _, n := range i.notes {
		switch list := comments[n.Entity]; {
		case len(list) < maxComments:
			comments[n.Entity] = append(list, comment(n))
		case len(list) == maxComments:
			comments[n.Entity] = append(list, "# and more, which the import tells\n")
		}
	}
	r := Result{Notes: i.notes}
	var p parts
	p.add(strings.Join(comments[""], ""), 0)
	written := map[string]bool{"": true}
	for _, m := range i.made {
		body, err := yaml.Dump(m, yaml.WithIndent(2), yaml.WithLineWidth(-1))
		if err != nil {
			return Result{}, fault.New(fault.Internal, "%s cannot be written", m.of.id()).Because(err)
		}
		found, problems := manifest.Parse("", body)
		if len(problems) > 0 || len(found) != 1 {
			return Result{}, fault.New(fault.Internal, "%s becomes a manifest that is wrong", m.of.id()).Because(problems)
		}
		r.Resources = append(r.Resources, found...)
		id := plain(m.of.id())
		written[id] = true
		p.add("---\n"+strings.Join(comments[id], "")+string(body), 1)
	}
	for _, n := range i.notes { // of those that nothing was made of
		if !written[n.Entity] {
			p.add(comment(n), 0)
		}
	}
	r.Parts = p.done()
	r.YAML = bytes.Join(r.Parts, nil)
	if problems := manifest.Check(r.Resources, nil, false); len(problems) > 0 {
		return Result{}, fault.New(fault.Internal, "what was made does not fit together").Because(problems)
	}
	return r, nil
}

// parts are texts that are each small enough for a file.
type parts struct {
	list      [][]byte
	now       []byte
	documents int
}

func (p *parts) add(text string, documents int) {
	if len(p.now)+len(text) > manifest.MaxFile || p.documents+documents > maxPart {
		p.list = append(p.list, p.now)
		p.now, p.documents = nil, 0
	}
	p.now = append(p.now, text...)
	p.documents += documents
}

func (p *parts) done() [][]byte {
	if len(p.now) > 0 {
		p.list = append(p.list, p.now)
	}
	return p.list
}

func comment(n Note) string {
	text := n.Text
	if n.Field != "" {
		text = n.Field + ": " + text
	}
	if n.Entity != "" {
		text = n.Entity + ": " + text
	}
	return fmt.Sprintf("# %s\n", text)
}

// sortNotes puts the notes into the order of the files.
func (i *importer) sortNotes() {
	slices.SortStableFunc(i.notes, func(a, b Note) int {
		return cmp.Or(i.order[a.At.File]-i.order[b.At.File], a.At.Line-b.At.Line, a.At.Column-b.At.Column)
	})
}
