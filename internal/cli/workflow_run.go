package cli

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/app"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
)

// ranLocally is how a run without a control plane ended.
type ranLocally struct {
	Status interp.Status   `json:"status"`
	Output json.RawMessage `json:"output"`
	Error  *interp.Problem `json:"error"`
}

func workflowRun(s *session) *cobra.Command {
	var in inputFlags
	var secrets, answer string
	var network bool
	cmd := &cobra.Command{
		Use: "run FILE", Short: "Run a workflow here, without a control plane",
		Long: `Run runs a workflow in memory, from its begin to its end: calls are made, scripts and
commands run (confined, and without a network unless you say --network), waits are waited.
Approvals and forms are asked of you. What needs a control plane (deploy, rollback, gate …)
is an error of its task. Sub-workflows are found in the folder of FILE.

It prints the output; -o json prints {"status","output","error"}. It exits with 7 if the
workflow did not complete.`,
		Example: `  slipway workflow run greet.yaml --input '{"name":"Ada"}'
  slipway workflow run restart.yaml --input @input.json --answer approve -o json`,
		Args: exactly("FILE"),
		RunE: func(cmd *cobra.Command, args []string) error {
			def, err := s.workflowFile(args[0])
			if err != nil {
				return err
			}
			input, err := s.localInput(cmd.Context(), in, def)
			if err != nil {
				return err
			}
			values, err := s.localSecrets(secrets)
			if err != nil {
				return err
			}
			ask, err := s.answering(answer)
			if err != nil {
				return err
			}
			result, err := app.RunWorkflow(cmd.Context(), args[0], def, input, app.LocalRun{Secrets: values, Answer: ask, Print: s.localLine, Network: network})
			if err != nil {
				return err
			}
			return s.ranLocally(args[0], ranLocally(result))
		},
	}
	in.flags(cmd)
	cmd.Flags().StringVar(&secrets, "secrets", "", "file with secrets: an object of names and values, JSON or YAML")
	cmd.Flags().StringVar(&answer, "answer", "", "answer of every approval: approve or reject")
	cmd.Flags().BoolVar(&network, "network", false, "let scripts and commands use the network")
	return cmd
}

// ranLocally prints how a run ended, and makes an error of an end that was not wanted.
func (s *session) ranLocally(file string, r ranLocally) error {
	if len(r.Output) == 0 {
		r.Output = json.RawMessage("null")
	}
	err := s.print(r, func(w io.Writer) {
		if r.Error == nil {
			fmt.Fprintf(w, "%s\n", r.Output)
		}
	})
	if err != nil || r.Status == interp.Completed {
		return err
	}
	what := file + " is " + string(r.Status)
	if p := r.Error; p != nil {
		what += fmt.Sprintf(": %s (%d) at %s", strings.TrimSuffix(p.Title+": "+p.Detail, ": "), p.Status, p.Instance)
	}
	return badly("slipway workflow graph "+file+" shows where that is", "%s", what)
}

// localInput is the input of a run here: as it was given, asked for, or {}.
func (s *session) localInput(ctx context.Context, in inputFlags, def *workflow.Definition) (json.RawMessage, error) {
	var input json.RawMessage
	var err error
	switch {
	case in.input != "":
		input, err = s.jsonArgument("--input", in.input)
	case terminal(s.in) && def.Input.Schema != nil && def.Input.Schema.Document != nil:
		var schema []byte
		if schema, err = json.Marshal(def.Input.Schema.Document); err == nil {
			input, err = s.form(ctx, schema)
		}
	}
	if len(input) == 0 {
		input = json.RawMessage("{}")
	}
	return input, err
}

// localSecrets reads the file with the secrets of a run.
func (s *session) localSecrets(file string) (map[string]string, error) {
	if file == "" {
		return nil, nil
	}
	raw, err := s.readFile(file)
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	if err := yaml.Unmarshal(raw, &values); err != nil {
		return nil, fault.New(fault.Invalid, "%s has no secrets", file).Because(err).WithHint(`it is an object of names and values: {"token":"…"}`)
	}
	return values, nil
}

func (s *session) localLine(l app.Printed) {
	fmt.Fprintf(s.err, "%s %s\n", s.paint(s.err)("dim", clean(l.Pointer)), printed(l.Text))
}

// answering gives who answers the tasks of a run here: a word for all, or the person at the
// terminal, one question after the other.
func (s *session) answering(word string) (func(context.Context, app.Question) (app.Answer, error), error) {
	if word != "" && word != task.Approve && word != task.Reject {
		return nil, fault.New(fault.Invalid, "--answer is approve or reject, and not %q", word)
	}
	var one sync.Mutex
	lines := bufio.NewReader(io.LimitReader(s.in, maxSecret))
	return func(ctx context.Context, q app.Question) (app.Answer, error) {
		one.Lock()
		defer one.Unlock()
		person := fmt.Sprintf("you%d", len(q.Given)+1) // a quorum of several is played by as many
		switch {
		case word != "" && q.Kind != task.Form && q.Problem == "":
			return app.Answer{Person: person, Answer: task.Answer{Decision: word, Digests: q.Digests}}, nil
		case q.Kind == task.Form && terminal(s.in):
			fmt.Fprintf(s.err, "\n%s %s\n", clean(q.Title), clean(q.Problem))
			value, err := s.form(ctx, q.Schema)
			return app.Answer{Person: person, Answer: task.Answer{Decision: task.Submit, Value: value, Digests: q.Digests}}, err
		case !terminal(s.in):
			return app.Answer{}, fault.New(fault.Refused, "nobody is here to answer %q", q.Title).WithHint("give --answer approve or reject; forms need a terminal").
				Because(cmp.Or[error](ctx.Err()))
		}
		fmt.Fprintf(s.err, "\n%s\n%s\n%sApprove? [yes/no] ", clean(q.Title), clean(q.Text), clean(q.Problem))
		text, err := lines.ReadString('\n')
		decision := task.Reject
		if strings.HasPrefix(strings.ToLower(strings.TrimSpace(text)), "y") {
			decision = task.Approve
		}
		return app.Answer{Person: person, Answer: task.Answer{Decision: decision, Digests: q.Digests}}, err
	}, nil
}
