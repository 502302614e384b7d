package simulate

import (
	"strings"

	"slipway.dev/internal/core/workflow/interp"
)

// reveal puts secrets in for their marks.
func (w *world) reveal(seed string, v any) any {
	return walk(v, func(s string) any {
		for _, path := range interp.Marks(seed, s) {
			secret := w.secret(path)
			if s == interp.Mark(seed, path) {
				return secret
			}
			if text, ok := secret.(string); ok {
				s = strings.ReplaceAll(s, interp.Mark(seed, path), text)
			}
		}
		return s
	})
}

func (w *world) secret(path string) any {
	name, key, inside := strings.Cut(path, ".")
	v := w.Secrets[name]
	if fields, ok := v.(map[string]any); ok && inside {
		return fields[key]
	}
	return v
}

// mask puts marks in for secrets.
func (w *world) mask(seed string, v any) any {
	return walk(v, func(s string) any {
		for name, secret := range w.Secrets {
			if text, ok := secret.(string); ok && text != "" {
				s = strings.ReplaceAll(s, text, interp.Mark(seed, name))
			}
		}
		return s
	})
}

// walk changes all texts of a value.
func walk(v any, change func(string) any) any {
	switch v := v.(type) {
	case string:
		return change(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = walk(v[i], change)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for name := range v {
			out[name] = walk(v[name], change)
		}
		return out
	}
	return v
}
