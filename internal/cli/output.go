package cli

import (
	"encoding/json"
	"fmt"
	"io"

	"go.yaml.in/yaml/v4"
)

// print writes a value as JSON or YAML, or as a person reads it.
func (s *session) print(v any, human func(w io.Writer)) error {
	switch s.output {
	case "json":
		e := json.NewEncoder(s.out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(v)
	case "yaml":
		return writeYAML(s.out, v)
	}
	human(s.out)
	return nil
}

// line writes one object of a stream: as JSON on a line, as a YAML document, or for a person.
func (s *session) line(v any, human func(w io.Writer)) error {
	switch s.output {
	case "json":
		return json.NewEncoder(s.out).Encode(v)
	case "yaml":
		fmt.Fprintln(s.out, "---")
		return writeYAML(s.out, v)
	}
	human(s.out)
	return nil
}

// writeYAML writes what JSON would say, with the same names in the same order.
func writeYAML(w io.Writer, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var node yaml.Node
	if err := yaml.Unmarshal(raw, &node); err != nil {
		return err
	}
	plain(&node)
	out, err := yaml.Dump(&node, yaml.WithIndent(2))
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

// plain takes JSON's braces and quotes off; what needs quotes gets them again.
func plain(n *yaml.Node) {
	n.Style = 0
	for _, c := range n.Content {
		plain(c)
	}
}

// paint gives a function that colours text for a stream, or leaves it as it is.
func (s *session) paint(stream io.Writer) func(color, text string) string {
	if !s.colored(stream) {
		return func(_, text string) string { return text }
	}
	codes := map[string]string{"red": "31", "green": "32", "yellow": "33", "cyan": "36", "dim": "2", "bold": "1"}
	return func(color, text string) string {
		if codes[color] == "" || text == "" {
			return text
		}
		return "\x1b[" + codes[color] + "m" + text + "\x1b[0m"
	}
}

// statusColor is the colour of a status.
func statusColor(status string) string {
	switch status {
	case "completed", "built", "healthy", "running", "current", "create", "ok", "promote":
		return "green"
	case "failed", "rollbackFailed", "held", "crashed", "revoked", "conflict", "delete", "exhausted", "missed", "rollback", "error":
		return "red"
	case "rolledBack", "rollingBack", "aborted", "cancelled", "update", "burning", "warning", "finding":
		return "yellow"
	case "idle", "empty", "superseded", "unchanged", "rotated", "unknown", "notMeasured", "notAssessed", "info":
		return "dim"
	case "":
		return ""
	}
	return "cyan"
}
