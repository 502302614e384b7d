package run

import (
	"context"
	"slices"

	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/job"
)

// maxText is how long a script or another resource may be that is fetched, in bytes.
const maxText = 4 << 20

// job makes a job of what a run task says.
func (e *effect) job(ctx context.Context, in interp.ProcessInput) (job.Job, *interp.Problem) {
	raw, problem := e.read(in.With)
	if problem == nil {
		problem = e.unseen(raw[0], "arguments", "image", "name")
	}
	if problem != nil {
		return job.Job{}, problem
	}
	values, problem := e.open(ctx, in.With)
	if problem != nil {
		return job.Job{}, problem
	}
	with, ok := values[0].(map[string]any)
	if !ok {
		return job.Job{}, problemf(interp.Validation, 400, "a %s is described by an object", in.What)
	}
	j := job.Job{What: job.What(in.What), Network: in.Network, Stdin: textOf(with["stdin"]), Arguments: texts(with["arguments"]), Env: variables(with["environment"])}
	switch j.What {
	case job.Container:
		return j, container(&j, with)
	case job.Shell:
		j.Code = textOf(with["command"])
		return j, nil
	}
	j.Language = textOf(with["language"])
	j.Code, problem = e.code(ctx, with)
	return j, problem
}

// unseen refuses secrets where everybody on the machine could see them.
func (e *effect) unseen(with any, fields ...string) *interp.Problem {
	object, _ := with.(map[string]any)
	for _, field := range fields {
		if slices.Contains(marked(e.at.Seed, object[field]), true) {
			return problemf(interp.Validation, 400, "there is a secret in %s, which everybody on the machine can see; give it in environment or stdin", field)
		}
	}
	return nil
}

func marked(seed string, v any) (found []bool) {
	each(v, func(s string) any {
		found = append(found, seed != "" && len(interp.Marks(seed, s)) > 0)
		return s
	})
	return found
}

func texts(v any) (list []string) {
	items, _ := v.([]any)
	for _, item := range items {
		list = append(list, textOf(item))
	}
	return list
}

func variables(v any) map[string]string {
	object, _ := v.(map[string]any)
	env := make(map[string]string, len(object))
	for name, v := range object {
		env[name] = textOf(v)
	}
	return env
}

// container takes what is said of a container. It is always removed when it has ended, so
// that lifetime has no say; what would open this machine to it is refused.
func container(j *job.Job, with map[string]any) *interp.Problem {
	for _, field := range []string{"volumes", "ports"} {
		if object, _ := with[field].(map[string]any); len(object) > 0 {
			return problemf(interp.Authorization, 403, "containers of workflows get no %s of this machine; give them what they need as stdin, and take it from stdout", field)
		}
	}
	j.Image, j.Code, j.Pull = textOf(with["image"]), textOf(with["command"]), textOf(with["pullPolicy"])
	return nil
}

// code gives a script's code, from here or from where it says.
func (e *effect) code(ctx context.Context, with map[string]any) (string, *interp.Problem) {
	if code, ok := with["code"]; ok {
		return textOf(code), nil
	}
	source, _ := with["source"].(map[string]any)
	if source == nil {
		return "", problemf(interp.Configuration, 400, "a script has either code or source")
	}
	return e.text(ctx, source["endpoint"], nil)
}

// text fetches the text of a resource.
func (e *effect) text(ctx context.Context, endpoint, authentication any) (string, *interp.Problem) {
	if e.d.Caller == nil {
		return "", missing("a resource elsewhere")
	}
	text, problem := e.d.Caller.Fetch(ctx, endpoint, authentication)
	if problem != nil {
		return "", problem
	}
	if len(text) > maxText {
		return "", problemf(interp.Communication, 502, "the resource has %d bytes, and may have up to %d", len(text), maxText)
	}
	return string(text), nil
}
