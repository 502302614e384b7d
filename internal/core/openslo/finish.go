package openslo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/slo"
)

// finish writes what came of all.
func (i *importer) finish() (out Result) {
	var b bytes.Buffer
	for _, k := range i.order {
		if r, ok := i.complete(k); ok {
			out.Resources = append(out.Resources, r)
			i.document(&b, "", r.Document(), k.object)
		}
	}
	for _, d := range i.drafts {
		i.draft(&b, d)
	}
	out.YAML = b.Bytes()
	return out
}

// complete gives the manifest of a flow with the targets that its SLOs say.
func (i *importer) complete(k *known) (manifest.Resource, bool) {
	for _, o := range slo.Objectives(k.flow) {
		if !slices.Contains(k.found, o.Name) && o.Target < 1 {
			k.object.note("there is no SLO for its %s; the target is left out", o.Name)
		}
		if o.Target >= 1 { // OpenSLO cannot say it, so that no document can take it back
			k.spec.Targets.Reliability.Availability = k.flow.Spec.Targets.Reliability.Availability
			if len(k.found) == 0 {
				k.spec.Targets.Reliability.Window = k.flow.Spec.Targets.Reliability.Window
			}
		}
	}
	spec, err := json.Marshal(k.spec)
	if err != nil {
		k.object.note("the flow does not encode: %v", err)
		return manifest.Resource{}, false
	}
	r := manifest.Resource{Kind: manifest.KindFlow, Name: k.resource.Name, Team: k.resource.Team, Labels: k.resource.Labels, Spec: spec}
	all, problems := manifest.Parse(i.file, r.Document())
	if len(problems) > 0 || len(all) != 1 {
		why := "nothing is left of it"
		if len(problems) > 0 {
			why = problems[0].Text
		}
		k.object.note("the flow is not right with what its SLOs say (%s); it is left out", clip(why))
		return manifest.Resource{}, false
	}
	return all[0], true
}

// document writes a manifest of JSON.
func (i *importer) document(b *bytes.Buffer, head string, raw []byte, at *object) {
	body, err := block(raw)
	if err != nil {
		at.note("it cannot be written: %v", err)
		return
	}
	if b.Len() > 0 {
		b.WriteString("---\n")
	}
	b.WriteString(head)
	b.Write(body)
}

// block writes JSON as YAML people read.
func block(raw []byte) ([]byte, error) {
	var n yaml.Node
	if err := yaml.Load(raw, &n); err != nil {
		return nil, err
	}
	plain(&n)
	return yaml.Dump(&n, yaml.WithIndent(2), yaml.WithLineWidth(-1))
}

func plain(n *yaml.Node) {
	n.Style = 0
	for _, c := range n.Content {
		plain(c)
	}
}

// draft writes a flow that is not complete, with what is missing in its place.
func (i *importer) draft(b *bytes.Buffer, d draft) {
	var spec struct {
		Description manifest.Text    `json:"description,omitempty"`
		Targets     manifest.Targets `json:"targets"`
	}
	spec.Description, spec.Targets = manifest.Text(d.text), d.targets
	raw, err := json.Marshal(spec)
	if err != nil {
		return // of texts only
	}
	body, err := block(raw)
	if err != nil {
		return
	}
	if b.Len() > 0 {
		b.WriteString("---\n")
	}
	fmt.Fprintf(b, "# From %s. It is not complete: fill in what begins with #.\napiVersion: %s\nkind: %s\nmetadata:\n  name: %s\n  # team: whose it is\nspec:\n%s",
		clean(d.from), manifest.APIVersion, manifest.KindFlow, d.name, missing)
	for line := range bytes.Lines(body) {
		b.WriteString("  ")
		b.Write(line)
	}
}
