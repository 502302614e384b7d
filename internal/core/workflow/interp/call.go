package interp

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/jq"
)

// call calls what a task calls.
func (r *step) call(f *Frame, t *workflow.Task) error {
	with, err := r.with(f, t.Call.With)
	if err != nil {
		return err
	}
	if t.Call.Protocol == "function" {
		return r.function(f, t, with)
	}
	if s := t.Call.Subscription; s != nil {
		with = maps.Clone(with)
		with["subscription"] = map[string]any{"amount": s.Amount}
		if err := r.subscribed(f, s); err != nil {
			return err
		}
	}
	in := CallInput{At: r.mine(f), Protocol: t.Call.Protocol}
	if in.With, err = Of(with); err != nil {
		return err
	}
	if templated(with) {
		in.Data = *f.input()
		r.settle(&in.Data)
	}
	if p := policy(with); p != nil {
		if in.Authentication, err = Of(p); err != nil {
			return err
		}
		f.Vars = map[string]Datum{"authorization": hold(authorization(p))}
	}
	class := once(t)
	if repeatable(t.Call.Protocol, with) {
		class = machine.Repeatable
	}
	r.want(f, EffectCall, class, in)
	return nil
}

// with evaluates what a call or run is made with: an object.
func (r *step) with(f *Frame, t *jq.Template) (map[string]any, error) {
	if t == nil {
		return map[string]any{}, nil
	}
	v, err := t.Eval(r.value(f.input()), r.vars(f))
	if err != nil {
		return nil, err
	}
	m, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("with gives %s, and not an object", kindOf(v))
	}
	return m, nil
}

// repeatable says whether a call may be made twice.
func repeatable(protocol string, with map[string]any) bool {
	method, _ := with["method"].(string)
	switch protocol {
	case "http":
		return slices.Contains([]string{"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}, strings.ToUpper(method))
	case "mcp":
		return method != "tools/call"
	case "a2a":
		return slices.Contains([]string{"tasks/get", "tasks/list", "tasks/pushNotificationConfig/get", "tasks/pushNotificationConfig/list",
			"agent/getAuthenticatedExtendedCard"}, method)
	}
	return false
}

// templated says whether an address of a call has {name} in it, which stands for a field of the task's input.
func templated(with map[string]any) bool {
	for _, path := range [][]string{{"endpoint"}, {"endpoint", "uri"}, {"document", "endpoint"}, {"document", "endpoint", "uri"}, {"server"},
		{"server", "uri"}, {"proto", "endpoint"}, {"proto", "endpoint", "uri"}, {"agentCard", "endpoint"}, {"agentCard", "endpoint", "uri"},
		{"transport", "http", "endpoint"}, {"transport", "http", "endpoint", "uri"}} {
		if s, _ := dig(with, path...).(string); strings.Contains(s, "{") {
			return true
		}
	}
	return false
}

func dig(v any, path ...string) any {
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}
