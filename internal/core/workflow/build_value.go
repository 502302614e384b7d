package workflow

import (
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/workflow/jq"
)

// expr compiles a condition, or another text that is an expression in any case. scope has the
// variables of its place.
func (b *builder) expr(n *node, scope []string) *jq.Expr {
	if !n.is(isText) {
		return nil
	}
	e, err := jq.Compile(n.text(), scope...)
	if err != nil {
		b.say(n, "%v", err)
		return nil
	}
	b.secrets(n, e)
	return e
}

// bare compiles what is an expression if it is text (from, as, in), and a template if not.
func (b *builder) bare(n *node, scope []string) *jq.Template {
	if !n.is(isText) {
		return b.template(n, scope)
	}
	if b.expr(n, scope) == nil {
		return nil
	}
	t, err := jq.CompileTemplate(n.text(), b.def.Loose, true, scope...)
	if err != nil {
		b.say(n, "%v", err)
	}
	return t
}

// template compiles a value that may have expressions in it. References in it are resolved.
func (b *builder) template(n *node, scope []string) *jq.Template {
	if n == nil || !b.expressions(n, scope) {
		return nil
	}
	t, err := jq.CompileTemplate(b.resolved(n), b.def.Loose, false, scope...)
	if err != nil {
		b.say(n, "%v", err)
		return nil
	}
	return t
}

// expressions compiles each expression in a value by itself, so that what is wrong has its place.
func (b *builder) expressions(n *node, scope []string) bool {
	ok := true
	for _, f := range n.fields {
		ok = b.expressions(f.value, scope) && ok
	}
	for _, item := range n.items {
		ok = b.expressions(item, scope) && ok
	}
	if n.form != isText {
		return ok
	}
	switch s := n.text(); {
	case isExpression(s):
		return b.expr(n, scope) != nil
	case b.def.Loose:
		if e, err := jq.Compile(s, scope...); err == nil {
			b.secrets(n, e)
		}
	case strings.Contains(s, "${") && n.name != "command" && n.name != "code": // shells have such variables
		b.warn(n, "this is not evaluated, as only a text that is ${ … } as a whole is; write ${ \"text \\(.name)\" }")
	}
	return ok
}

// secrets wants the secrets of an expression to be declared.
func (b *builder) secrets(n *node, e *jq.Expr) {
	for _, s := range e.Secrets() {
		b.secret(n, s)
	}
}

func (b *builder) secret(n *node, s string) bool {
	declared := slices.Contains(b.def.Secrets, s)
	if !declared {
		b.say(n, "the secret `%s` is not in use.secrets; %s", short(s), b.near(s, b.def.Secrets))
	}
	return declared
}

// resolved is a value with policies of use.authentications instead of their names, and the
// expression of a secret instead of a secret's name.
func (b *builder) resolved(n *node) any {
	name := n.get("use")
	switch {
	case b.secretAt[n]:
		if !b.secret(name, name.text()) {
			return nil
		}
		return "${ $secrets[" + quote(name.text()) + "] }"
	case b.policyAt[n] && name != nil:
		if policy := b.refer(name, "authentications", "authentication"); policy != nil {
			return b.resolved(policy)
		}
	}
	return n.assemble(b.resolved)
}

func (b *builder) input(n *node, scope []string) Input {
	return Input{Schema: b.schema(n.get("schema"), scope), From: b.bare(n.get("from"), scope)}
}

func (b *builder) output(n *node, scope []string) Output {
	return Output{Schema: b.schema(n.get("schema"), scope), As: b.bare(n.get("as"), scope)}
}

func (b *builder) export(n *node, scope []string) Export {
	return Export{Schema: b.schema(n.get("schema"), scope), As: b.bare(n.get("as"), scope)}
}

func (b *builder) schema(n *node, scope []string) *Schema {
	if n == nil {
		return nil
	}
	if format := n.get("format"); format != nil && !isJSON(format.text()) {
		b.refuse(format, "schemas of the format %s cannot be checked, only JSON Schema", short(format.text()))
	}
	if r := n.get("resource"); r != nil {
		b.refuse(r, "a schema elsewhere is not fetched; write it here, as `document`")
		return &Schema{Resource: &Resource{Name: r.get("name").text(), Endpoint: b.template(r.get("endpoint"), scope)}}
	}
	return &Schema{Document: n.get("document").value()}
}

// isJSON says whether a format of schemas, with or without a version, is JSON Schema.
func isJSON(format string) bool {
	kind, _, _ := strings.Cut(format, ":")
	return kind == "json" || kind == ""
}

func (b *builder) timeout(n *node, scope []string) *Timeout {
	if n.is(isText) {
		n = b.refer(n, "timeouts", "timeout")
	}
	if n == nil {
		return nil
	}
	return &Timeout{After: b.duration(n.get("after"), scope)}
}

func (b *builder) duration(n *node, scope []string) *Duration {
	switch {
	case n == nil:
		return nil
	case isExpression(n.text()):
		return &Duration{Expression: b.template(n, scope)}
	}
	d, err := DurationOf(n.value())
	if err != nil {
		return nil // the grammar has said so
	}
	return &Duration{Constant: d}
}

// problem reads an error that is raised.
func (b *builder) problem(n *node, scope []string) *ErrorTemplate {
	if n.is(isText) {
		n = b.refer(n, "errors", "error")
	}
	if n == nil {
		return nil
	}
	part := func(name string) *jq.Template { return b.template(n.get(name), scope) }
	return &ErrorTemplate{part("type"), part("status"), part("instance"), part("title"), part("detail")}
}

func (b *builder) retry(n *node, scope []string) *Retry {
	if n.is(isText) {
		n = b.refer(n, "retries", "retry policy")
	}
	if n == nil {
		return nil
	}
	limit := n.get("limit")
	r := &Retry{
		When: b.expr(n.get("when"), scope), ExceptWhen: b.expr(n.get("exceptWhen"), scope),
		Delay:      b.duration(n.get("delay"), scope),
		JitterFrom: b.duration(n.get("jitter", "from"), scope), JitterTo: b.duration(n.get("jitter", "to"), scope),
		Count: limit.get("attempt", "count").integer(), Each: b.duration(limit.get("attempt", "duration"), scope),
		Total: b.duration(limit.get("duration"), scope),
	}
	for _, f := range n.get("backoff").each() {
		r.Backoff = f.name
		r.BackoffWith, _ = f.value.value().(map[string]any)
	}
	if longer(r.JitterFrom, r.JitterTo) {
		b.say(n.get("jitter"), "jitter goes from the shorter to the longer duration")
	}
	return r
}

func longer(a, b *Duration) bool {
	constant := func(d *Duration) (time.Duration, bool) {
		if d == nil || d.Expression != nil {
			return 0, false
		}
		return d.Constant, true
	}
	x, xok := constant(a)
	y, yok := constant(b)
	return xok && yok && x > y
}
