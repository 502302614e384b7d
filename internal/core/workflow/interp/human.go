package interp

import (
	"fmt"
	"slices"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/jq"
)

// ask asks people: an approval, or a form to be filled in.
func (r *step) ask(f *Frame, kind string, with map[string]any) error {
	r.s.Opened++
	name := fmt.Sprintf("%s.%d", r.s.ID, r.s.Opened)
	a := task.Ask{Name: name, Kind: task.Kind(kind), Title: text(with["title"]), Text: text(with["text"]), Environment: r.s.Environment,
		Subject: MachineID(r.s.ID), Reply: EventAnswered, From: texts(with["from"]), Quorum: 1, AskedBy: r.s.asker()}
	if n, ok := with["quorum"].(int); ok {
		a.Quorum = n
	}
	a.FourEyes, _ = with["fourEyes"].(bool)
	if digests, ok := with["digests"].(map[string]any); ok {
		a.Digests = map[string]string{}
		for name, digest := range digests {
			a.Digests[name] = text(digest)
		}
	}
	if schema := with["schema"]; schema != nil {
		var err error
		if a.Schema, err = jq.Encode(schema); err != nil {
			return err
		}
	}
	if err := r.deadlines(&a, with); err != nil {
		return failing(Validation, "%v", err)
	}
	f.wait(forTask, task.MachineID(name))
	r.send(f.For, task.EventOpened, machine.Must(a))
	return nil
}

// asker gives who asks people for something: whose rights the run has. Who began it is an engine
// for one that another run runs, and would let its starter consent to it with four eyes demanded.
func (s *State) asker() machine.Actor {
	if s.As.Kind == "" {
		return s.By
	}
	return s.As
}

// deadlines reads until when people may answer, and who is told meanwhile.
func (r *step) deadlines(a *task.Ask, with map[string]any) error {
	took := func(name string, v any) (time.Duration, error) {
		if v == nil {
			return 0, nil
		}
		d, err := workflow.DurationOf(v)
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		return d, err
	}
	d, err := took("deadline", with["deadline"])
	if err != nil {
		return err
	}
	if d > 0 {
		a.Deadline = r.at.Add(d)
	}
	if a.Expire, err = took("expire", with["expire"]); err != nil {
		return err
	}
	steps, _ := with["escalation"].([]any)
	for _, s := range steps {
		d, err := took("escalation", dig(s, "after"))
		if err != nil {
			return err
		}
		a.Escalation = append(a.Escalation, task.Step{After: d, Tell: texts(dig(s, "tell"))})
	}
	return nil
}

// texts gives a list of texts; one alone is a list, too.
func texts(v any) []string {
	list, ok := v.([]any)
	if !ok && v != nil {
		list = []any{v}
	}
	var out []string
	for _, item := range list {
		out = append(out, text(item))
	}
	return out
}

// answered takes how a task for people ended. Only consent lets the run go on by itself, so
// that a forgotten condition is no consent.
func (r *step) answered(e task.Ended) error {
	f := r.waits(forTask, task.MachineID(e.Task))
	if f == nil {
		return nil
	}
	f.awake()
	switch e.Outcome {
	case task.Approved:
		out, err := answers(e)
		if err != nil {
			return err
		}
		r.finish(f, hold(out))
	case task.Rejected:
		r.fail(f, problem(Rejected, "%s", e.Reason))
	case task.Expired:
		r.fail(f, problem(Expired, "%s", e.Reason))
	default:
		r.fail(f, problem(Withdrawn, "%s", e.Reason))
	}
	return nil
}

// answers gives what people answered as the output of a task.
func answers(e task.Ended) (map[string]any, error) {
	out := map[string]any{"outcome": string(e.Outcome)}
	list := []any{}
	given := slices.Clone(e.Given)
	slices.SortStableFunc(given, func(a, b task.Given) int { return a.At.Compare(b.At) })
	for _, g := range given {
		a := map[string]any{"person": g.Person, "decision": g.Decision, "at": g.At.UTC().Format(time.RFC3339Nano)}
		if g.Comment != "" {
			a["comment"] = g.Comment
		}
		if len(g.Value) > 0 {
			v, err := jq.Decode(g.Value)
			if err != nil {
				return nil, err
			}
			a["value"], out["value"] = v, v
		}
		list = append(list, a)
	}
	out["answers"] = list
	return out, nil
}
