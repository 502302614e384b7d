package interp

import (
	"fmt"
	"maps"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
)

// emit publishes an event. Its ID follows from the run and the place in it, so that who gets
// it twice after a crash knows it again.
func (r *step) emit(f *Frame, t *workflow.Task) error {
	with, err := r.with(f, t.Emit)
	if err != nil {
		return err
	}
	e := maps.Clone(with)
	id := sealed(r.s.Seed, "event/"+f.Name())
	defaults := map[string]any{
		"specversion": "1.0",
		"id":          fmt.Sprintf("%s-%s-%s-%s-%s", id[:8], id[8:12], id[12:16], id[16:20], id[20:32]),
		"time":        r.at.UTC().Format(time.RFC3339Nano),
		"source":      "/" + r.s.Namespace + "/" + r.s.Name + "/" + r.s.Version,
	}
	for name, v := range defaults {
		if e[name] == nil {
			e[name] = v
		}
	}
	for _, name := range []string{"type", "source", "id"} {
		if s, ok := e[name].(string); !ok || s == "" {
			return fmt.Errorf("the %s of an event is a text, and not %s", name, kindOf(e[name]))
		}
	}
	f.Output = hold(e)
	in := EmitInput{At: r.mine(f)}
	if in.Event, err = Of(e); err != nil {
		return err
	}
	r.want(f, EffectEmit, machine.Repeatable, in)
	return nil
}
