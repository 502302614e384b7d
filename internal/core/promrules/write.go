package promrules

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/flow"
)

// head is what a file begins with.
const head = `# Made by Slipway of the reliability targets of flows; changes are lost when it is made anew.
# The rules read what Slipway's /metrics has, scraped at least every 30 s.
`

// YAML writes the file as Prometheus reads it.
func (f File) YAML() ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(head)
	for _, n := range f.Notes {
		b.WriteString("# " + n + "\n")
	}
	if f.Groups == nil {
		f.Groups = []Group{}
	}
	body, err := yaml.Dump(f, yaml.WithIndent(2), yaml.WithLineWidth(-1))
	if err != nil {
		return nil, fmt.Errorf("rules do not encode: %w", err)
	}
	b.Write(body)
	return b.Bytes(), nil
}

// notes says what of a flow's targets the rules do not know.
func notes(f flow.Flow, environment string) (out []string) {
	r := f.Spec.Targets.Reliability
	if r.Hours != "" && r.Hours != "always" || len(r.Windows) > 0 {
		out = append(out, where(f, environment)+"its targets hold in certain hours only; these rules count every hour, and alert in every hour.")
	}
	if f.Notice() > 0 {
		out = append(out, where(f, environment)+"planned maintenance does not count for Slipway; here it does. Silence the alerts meanwhile.")
	}
	return out
}

func where(f flow.Flow, environment string) string {
	return "flow " + f.Name + " in " + environment + ": "
}

// plain keeps a text of a manifest from being taken for a template.
func plain(text string) string { return strings.ReplaceAll(text, "{{", "{ {") }
