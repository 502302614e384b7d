package backstage

import (
	"fmt"
	"strings"
)

// ref names an entity. References are told apart without regard to case.
type ref struct{ kind, namespace, name string }

// String gives it in full: "component:default/tickets".
func (r ref) String() string { return short(r.kind) + ":" + short(r.namespace) + "/" + short(r.name) }

// parseRef reads "[kind:][namespace/]name". What is left out is as given: the kind by the
// field that the reference is in, the namespace by the entity that it is of.
func parseRef(s, kind, namespace string) (ref, error) {
	r := ref{kind, namespace, strings.TrimSpace(s)}
	if k, rest, ok := strings.Cut(r.name, ":"); ok {
		r.kind, r.name = k, rest
	}
	if n, rest, ok := strings.Cut(r.name, "/"); ok {
		r.namespace, r.name = n, rest
	}
	if r.kind == "" || r.namespace == "" || r.name == "" || strings.ContainsAny(r.name, ":/ ") {
		return ref{}, fmt.Errorf("%q is no reference like kind:namespace/name", short(s))
	}
	return ref{strings.ToLower(r.kind), strings.ToLower(r.namespace), strings.ToLower(r.name)}, nil
}

func orDefault(namespace string) string {
	if namespace == "" {
		return "default"
	}
	return namespace
}

func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
