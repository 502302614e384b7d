package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"slipway.dev/client"
	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// inputFlags are how the input of a run is given.
type inputFlags struct{ input string }

func (f *inputFlags) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.input, "input", "", "the input: JSON, or @FILE (@- is standard input)")
}

// runInput gives the input of a run: as it was given, or asked for field by field at a
// terminal.
func (s *session) runInput(ctx context.Context, f inputFlags, about func() (model.WorkflowDetail, error)) (json.RawMessage, error) {
	if f.input != "" {
		return s.jsonArgument("--input", f.input)
	}
	if !terminal(s.in) {
		return nil, nil
	}
	d, err := about()
	if err != nil || len(d.Input) == 0 {
		return nil, err
	}
	return s.form(ctx, d.Input)
}

// field is a property of a form's schema.
type field struct {
	Type        any    `json:"type"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Default     any    `json:"default"`
	Enum        []any  `json:"enum"`
}

// fields are the properties of a form's schema, and which of them are needed.
type fields struct {
	Properties map[string]field `json:"properties"`
	Required   []string         `json:"required"`
}

// form asks for each property of a JSON Schema; of a schema of something else, for nothing.
// The control plane checks what was said.
func (s *session) form(ctx context.Context, schema json.RawMessage) (json.RawMessage, error) {
	var doc fields
	if json.Unmarshal(schema, &doc) == nil && len(doc.Properties) > 0 {
		return s.fillIn(ctx, doc)
	}
	return nil, nil
}

func (s *session) fillIn(ctx context.Context, doc fields) (json.RawMessage, error) {
	lines := bufio.NewReader(io.LimitReader(s.in, maxSecret))
	values := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(doc.Properties)) {
		p := doc.Properties[name]
		fmt.Fprintf(s.err, "%s: ", p.question(name, slices.Contains(doc.Required, name)))
		answer, err := lines.ReadString('\n')
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "the form was not filled in").WithHint("give it with --input")
		}
		if answer = strings.TrimSpace(answer); answer != "" {
			values[name] = p.value(answer)
		}
	}
	return json.Marshal(values)
}

// question tells what a field is for, what it may be, and what it is if nothing is said.
func (f field) question(name string, required bool) string {
	text := name
	if f.Title != "" {
		text = f.Title
	}
	if f.Description != "" {
		text += " (" + f.Description + ")"
	}
	if len(f.Enum) > 0 {
		text += fmt.Sprintf(" %v", f.Enum)
	}
	switch {
	case f.Default != nil:
		text += fmt.Sprintf(" [%v]", f.Default)
	case !required:
		text += " [none]"
	}
	return clean(text)
}

// value reads an answer: as JSON unless the field is a text.
func (f field) value(answer string) any {
	if f.Type == "string" {
		return answer
	}
	var v any
	if err := json.Unmarshal([]byte(answer), &v); err != nil {
		return answer // whoever checks it says what is wrong with it
	}
	return v
}

// asJSON refuses what is not JSON.
func asJSON(name string, raw []byte) (json.RawMessage, error) {
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, fault.New(fault.Invalid, "%s is not JSON", name).Because(err).WithHint(`give it as '{"name":"value"}' or @FILE`)
	}
	return raw, nil
}

// followRun waits for a run's end and prints it. A run that did not complete is an error.
func (s *session) followRun(ctx context.Context, c *client.Client, run string) error {
	var told string
	for {
		r, err := c.Run(ctx, run)
		if err != nil {
			return err
		}
		if !r.EndedAt.IsZero() {
			return s.runEnded(r)
		}
		if now := strings.Join(r.Waits, "; "); now != told && now != "" {
			told = now
			fmt.Fprintf(s.err, "%s waits for %s\n", clean(run), clean(now))
		}
		select {
		case <-ctx.Done():
			fmt.Fprintf(s.err, "The run goes on without you.\n  see it:  slipway run show %s\n  stop it: slipway run cancel %s\n", clean(run), clean(run))
			return ctx.Err()
		case <-time.After(lookEvery):
		}
	}
}
