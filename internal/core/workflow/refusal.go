package workflow

import (
	"fmt"
	"slices"

	"slipway.dev/internal/core/manifest"
)

// Refusals are tasks that can be read, as the language has them, and would be refused when
// they run, as Slipway has no such transport, language or schema. `slipway workflow check` tells
// them as warnings; what begins a run or deploys a release refuses the definition.
func (d *Definition) Refusals() manifest.Problems { return d.refusals }

func (b *builder) refuse(n *node, format string, args ...any) {
	b.refusals = append(b.refusals, finding{n, "this can be read, and would be refused when it runs: " + fmt.Sprintf(format, args...)})
}

// refuseCall looks for what cannot be called. Only HTTP is spoken besides gRPC.
func (b *builder) refuseCall(n *node, protocol string) {
	with := n.get("with")
	switch protocol {
	case "asyncapi":
		if p := with.get("protocol"); p != nil && p.text() != "http" && with.get("server") == nil {
			b.refuse(p, "messages are exchanged over http, and not %s", short(p.text()))
		}
	case "mcp":
		if stdio := with.get("transport", "stdio"); stdio != nil {
			b.refuse(stdio, "an MCP server is called over http; start it elsewhere, and use `transport: {http: {endpoint: …}}`")
		}
	case "a2a":
		if with.is(isObject) && with.get("server") == nil && with.get("agentCard") == nil {
			b.say(with, "an A2A call needs one of `agentCard`, `server`")
		}
	}
}

// languages are those of scripts that the specification names.
var languages = []string{"js", "javascript", "python"}

func (b *builder) refuseRun(n *node) {
	if l := n.get("script", "language"); l.is(isText) && !slices.Contains(languages, l.text()) {
		b.refuse(l, "scripts are written in js or python, and not %s; run another language in a container", short(l.text()))
	}
}
