package interp

import (
	"cmp"
	"fmt"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
)

// process runs a command, a container, a script or another workflow.
func (r *step) process(f *Frame, t *workflow.Task) error {
	with, err := r.with(f, t.Run.With)
	if err != nil {
		return err
	}
	if t.Run.What == "workflow" {
		return r.resolve(f, with)
	}
	in := ProcessInput{At: r.mine(f), What: t.Run.What, Return: t.Run.Return, Detached: !t.Run.Await, Network: t.Metadata["network"] == true}
	in.Network, _ = t.Metadata["network"].(bool)
	if in.With, err = Of(with); err != nil {
		return err
	}
	if t.Run.Await {
		r.want(f, EffectProcess, once(t), in)
		return nil
	}
	r.want(nil, EffectProcess, once(t), in)
	r.finish(f, *f.input())
	return nil
}

// resolve asks which definition a workflow has.
func (r *step) resolve(f *Frame, with map[string]any) error {
	if r.s.Depth >= maxDepth {
		return failing(Runtime, "workflows run workflows %d deep, and no deeper; put tasks of the innermost ones into one definition, or end the recursion", maxDepth)
	}
	in := ResolveInput{At: r.mine(f), Namespace: text(with["namespace"]), Name: text(with["name"]), Version: text(with["version"])}
	input := with["input"]
	if input == nil {
		input = map[string]any{}
	}
	f.Output = hold(input)
	r.want(f, EffectResolve, machine.Repeatable, in)
	return nil
}

// resolved starts the run of another workflow.
func (r *step) resolved(f *Frame, t *workflow.Task, out Datum) error {
	found := r.value(&out)
	digest, _ := dig(found, "definition").(string)
	if digest == "" {
		return fmt.Errorf("there is no such workflow")
	}
	with, err := r.with(f, t.Run.With)
	if err != nil {
		return err
	}
	// The one that was found, and looked at for rights: an expression may give another name by now.
	name := cmp.Or(text(dig(found, "name")), text(with["name"]))
	r.s.Opened++
	input := f.Output
	r.settle(&input)
	s := Start{ID: fmt.Sprintf("%s.%d", r.s.ID, r.s.Opened), Definition: digest, Namespace: text(with["namespace"]), Name: name,
		Version: text(with["version"]), Environment: r.s.Environment, Release: text(dig(found, "release")), Input: input,
		Seed: sealed(r.s.Seed, "run/"+f.Name()), As: r.s.As, Trigger: "workflow", Parent: MachineID(r.s.ID), Key: f.Name(), Depth: r.s.Depth + 1,
		Workflow: name, Secrets: namedTexts(dig(found, "secrets")), Labels: map[string]string{"team": text(dig(found, "team"))}}
	if t.Run.Await {
		s.Notify = EventChild
	}
	r.send(MachineID(s.ID), EventStarted, machine.Must(s))
	if !t.Run.Await {
		r.finish(f, *f.input())
		return nil
	}
	f.wait(forChild, MachineID(s.ID))
	return nil
}

// childEnded takes how a workflow ended that this one runs.
func (r *step) childEnded(c Child) error {
	f := r.waits(forChild, MachineID(c.Run))
	if f == nil {
		return nil
	}
	f.awake()
	r.remember(c.Output)
	switch {
	case c.Status == Completed && !c.Output.IsZero():
		r.finish(f, c.Output)
	case c.Status == Completed:
		r.finish(f, hold(nil))
	case c.Error != nil:
		p := *c.Error
		p.Instance = ""
		r.fail(f, p)
	case c.Status == Cancelled:
		r.fail(f, problem(Runtime, "the run %s was cancelled", c.Run))
	default:
		return fault.New(fault.Invalid, "the run %s is %s, and has not ended", c.Run, c.Status)
	}
	return nil
}

// namedTexts gives the texts of an object by name.
func namedTexts(v any) map[string]string {
	object, _ := v.(map[string]any)
	if len(object) == 0 {
		return nil
	}
	out := make(map[string]string, len(object))
	for name, value := range object {
		out[name] = text(value)
	}
	return out
}
