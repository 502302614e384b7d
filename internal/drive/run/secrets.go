package run

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/workflow/interp"
)

// open gives the values of inputs with the secrets in them that they have marks of, and makes
// ready to mask all secrets of the workflow in what comes back.
func (e *effect) open(ctx context.Context, data ...interp.Datum) ([]any, *interp.Problem) {
	values, problem := e.read(data...)
	if problem != nil || len(e.at.Secrets) == 0 {
		return values, problem
	}
	var paths []string
	for _, v := range values {
		each(v, func(s string) any {
			paths = append(paths, interp.Marks(e.at.Seed, s)...)
			return s
		})
	}
	used := map[string]string{}
	for _, path := range paths {
		value, problem := e.secret(ctx, path)
		if problem != nil {
			return nil, problem
		}
		used[interp.Mark(e.at.Seed, path)] = value
	}
	others, problem := e.others(ctx)
	if problem != nil {
		return nil, problem
	}
	e.ring = &ring{}
	e.ring.masks(used, others)
	for i, v := range values {
		values[i] = put(v, used)
	}
	return values, nil
}

// read gives the values of inputs, with marks.
func (e *effect) read(data ...interp.Datum) ([]any, *interp.Problem) {
	values := make([]any, len(data))
	for i, datum := range data {
		v, err := e.d.Library.value(datum)
		if err != nil {
			return nil, problemf(interp.Runtime, 500, "what it was given cannot be read: %v", err)
		}
		values[i] = v
	}
	return values, nil
}

// secret gives the value of NAME or NAME.KEY. Only what the workflow declares is opened.
func (e *effect) secret(ctx context.Context, path string) (string, *interp.Problem) {
	name, key := path, ""
	if !slices.Contains(e.at.Secrets, path) {
		name, key, _ = strings.Cut(path, ".")
	}
	if !slices.Contains(e.at.Secrets, name) {
		return "", problemf(interp.Authorization, 403, "the workflow does not name the secret %s in use.secrets", name)
	}
	if e.d.Secrets == nil {
		return "", missing("the secret " + name)
	}
	value, err := e.d.Secrets.Value(ctx, e.at, name)
	if err != nil {
		return "", problemOf(err)
	}
	if key == "" {
		return value, nil
	}
	if member, ok := members(value)[key]; ok {
		return member, nil
	}
	return "", problemf(interp.Configuration, 400, "the secret %s has no key %s", name, key)
}

// others gives the secrets that the workflow declares, whether the effect uses them or not, and
// their members, by their marks.
func (e *effect) others(ctx context.Context) (map[string]string, *interp.Problem) {
	out := map[string]string{}
	if e.d.Secrets == nil {
		return out, nil
	}
	for _, name := range e.at.Secrets {
		value, err := e.d.Secrets.Value(ctx, e.at, name)
		if fault.Is(err, fault.NotFound) {
			continue // one that there is not is in no output
		}
		if err != nil {
			return nil, problemOf(err)
		}
		out[interp.Mark(e.at.Seed, name)] = value
		for key, member := range members(value) {
			out[interp.Mark(e.at.Seed, name+"."+key)] = member
		}
	}
	return out, nil
}

// members gives the members of a secret that is a JSON object, as texts.
func members(secret string) map[string]string {
	var object map[string]any
	if json.Unmarshal([]byte(secret), &object) != nil {
		return nil
	}
	out := make(map[string]string, len(object))
	for key, v := range object {
		text, ok := v.(string)
		if !ok {
			encoded, _ := json.Marshal(v) // it was decoded just now
			text = string(encoded)
		}
		out[key] = text
	}
	return out
}

// put gives v with values in the place of their marks. Where a mark is all there is, and the
// secret a JSON object, the object takes its place.
func put(v any, values map[string]string) any {
	if len(values) == 0 {
		return v
	}
	pairs := make([]string, 0, 2*len(values))
	for mark, value := range values {
		pairs = append(pairs, mark, value)
	}
	replacer := strings.NewReplacer(pairs...)
	return each(v, func(s string) any {
		if whole, ok := values[s]; ok {
			var object map[string]any
			if json.Unmarshal([]byte(whole), &object) == nil {
				return object
			}
			return whole
		}
		return replacer.Replace(s)
	})
}
