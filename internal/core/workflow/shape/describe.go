package shape

import (
	"fmt"
	"slices"
	"strings"

	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/jq"
)

// Describe says in short what a task does: "GET https://example.com", "30 s".
func Describe(t *workflow.Task) string {
	switch {
	case t.Call != nil:
		return call(t.Call)
	case t.Emit != nil:
		return word(t.Emit.Raw(), "type")
	case t.For != nil:
		return plain(fmt.Sprintf("each $%s in %s", or(t.For.Each, "item"), show(raw(t.For.In))))
	case t.Fork != nil && t.Fork.Compete:
		return fmt.Sprintf("first of %d", len(t.Fork.Branches))
	case t.Fork != nil:
		return fmt.Sprintf("%d at once", len(t.Fork.Branches))
	case t.Listen != nil:
		return consume(t.Listen.To)
	case t.Raise != nil:
		return raise(t.Raise)
	case t.Run != nil:
		return run(t.Run)
	case t.Set != nil:
		return set(t.Set.Raw())
	case t.Kind == workflow.Switch:
		return many(len(t.Switch), "case")
	case t.Wait != nil:
		return duration(t.Wait)
	}
	return ""
}

func call(c *workflow.CallTask) string {
	with := raw(c.With)
	switch c.Protocol {
	case "http":
		return plain(strings.ToUpper(word(with, "method")) + " " + endpoint(get(with, "endpoint")))
	case "openapi":
		return or(word(with, "operationId"), endpoint(get(with, "document")))
	case "grpc":
		return plain(word(with, "service", "name") + "." + word(with, "method"))
	case "asyncapi":
		return or(word(with, "operation"), word(with, "channel"), endpoint(get(with, "document")))
	case "mcp":
		return plain(strings.TrimSpace(word(with, "method") + " " + or(word(with, "parameters", "name"), word(with, "parameters", "uri"))))
	case "a2a":
		return word(with, "method")
	}
	return plain(c.Function)
}

// endpoint is the address of an endpoint, which is a text or has a uri.
func endpoint(v any) string {
	if m, ok := v.(map[string]any); ok {
		for _, key := range []string{"endpoint", "uri"} {
			if m[key] != nil {
				return endpoint(m[key])
			}
		}
	}
	return show(v)
}

func run(r *workflow.RunTask) string {
	with := raw(r.With)
	switch r.What {
	case "container":
		return word(with, "image")
	case "script":
		return or(word(with, "language"), "a script") + " script"
	case "shell":
		return word(with, "command")
	case "workflow":
		return plain(word(with, "namespace") + "/" + word(with, "name") + " " + word(with, "version"))
	}
	return plain(r.What)
}

func raise(e *workflow.ErrorTemplate) string {
	kind := show(raw(e.Type))
	if i := strings.LastIndexByte(kind, '/'); i >= 0 && i+1 < len(kind) {
		kind = kind[i+1:]
	}
	return plain(strings.TrimSpace(or(show(raw(e.Title)), kind) + " " + show(raw(e.Status))))
}

// set names what is set.
func set(v any) string {
	m, ok := v.(map[string]any)
	if !ok {
		return show(v)
	}
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return plain(strings.Join(keys, ", "))
}

func or(words ...string) string {
	for _, w := range words {
		if w != "" {
			return w
		}
	}
	return ""
}

func many(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func raw(t *jq.Template) any {
	if t == nil {
		return nil
	}
	return t.Raw()
}
