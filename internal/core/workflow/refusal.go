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
	for _, field := range []string{"volumes", "ports"} {
		if given := n.get("container", field); given != nil && len(given.fields) > 0 {
			b.refuse(given, "containers of workflows get no %s of the machine; give them what they need as stdin, and take it from stdout", field)
		}
	}
}

// refuseGrants looks for policies that need a person, who is not there.
func (b *builder) refuseGrants() {
	policies := slices.Clone(b.policies)
	for _, f := range b.top.get("use", "authentications").each() {
		policies = append(policies, f.value)
	}
	for _, n := range policies {
		for _, scheme := range []string{"oauth2", "oidc"} {
			if grant := n.get(scheme, "grant"); grant.text() == "authorization_code" {
				b.refuse(grant, "the grant authorization_code needs a person in a browser; use client_credentials, refresh_token or token-exchange")
			}
		}
	}
}
