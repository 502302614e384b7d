package call

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"slipway.dev/internal/core/workflow"
)

// mcpArguments are those of call: mcp.
type mcpArguments struct {
	ProtocolVersion string
	Method          string
	Parameters      any
	Timeout         any
	Transport       struct {
		HTTP *struct {
			Endpoint endpoint
			Headers  map[string]scalar
		}
		Stdio   any
		Options map[string]string
	}
	Client struct {
		Name, Version string
	}
}

// mcpVersions are those of the Model Context Protocol that are spoken over HTTP in the way that is known here.
var mcpVersions = []string{"2025-03-26", "2025-06-18", "2025-11-25"}

// mcpMethods are those that the specification knows.
var mcpMethods = []string{"tools/list", "tools/call", "prompts/list", "prompts/get", "resources/list", "resources/read", "resources/templates/list"}

func (a *attempt) mcp(ctx context.Context) (any, error) {
	with := mcpArguments{ProtocolVersion: "2025-06-18"}
	if err := a.decode(&with); err != nil {
		return nil, err
	}
	switch {
	case with.Transport.HTTP == nil:
		return nil, configuration("MCP is spoken over HTTP here: a server on stdio would be a program started by the call; start it with run, or give transport.http")
	case !slices.Contains(mcpVersions, with.ProtocolVersion):
		return nil, configuration("the protocolVersion %q is not spoken here; %s are", brief(with.ProtocolVersion), mcpVersions)
	case !slices.Contains(mcpMethods, with.Method):
		return nil, configuration("there is no MCP method %q to call", brief(with.Method))
	}
	if with.Timeout != nil {
		wait, err := durationOf(with.Timeout)
		if err != nil {
			return nil, configuration("timeout: %s", err)
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, wait)
		defer cancel()
	}
	params, err := object(with.Parameters)
	if err != nil {
		return nil, err
	}
	p, err := a.peer(ctx, with.Transport.HTTP.Endpoint, with.Transport.HTTP.Headers)
	if err != nil {
		return nil, err
	}
	if err := p.initialize(ctx, with); err != nil {
		return nil, err
	}
	defer p.leave(ctx)
	result, _, err := p.request(ctx, with.Method, params)
	return result, err
}

// peer finds out how to talk to a service.
func (a *attempt) peer(ctx context.Context, at endpoint, said map[string]scalar) (*peer, error) {
	p := &peer{attempt: a}
	var err error
	if p.to.url, p.to.shown, err = a.address(at.URI); err != nil {
		return nil, err
	}
	p.to.method = http.MethodPost
	if p.to.header, err = headers(said); err != nil {
		return nil, err
	}
	p.to.auth, err = a.credentials(ctx, a.policy(at.Authentication))
	return p, err
}

// initialize begins a session. What the server says of it goes with each request from now on.
func (p *peer) initialize(ctx context.Context, with mcpArguments) error {
	name, version := with.Client.Name, with.Client.Version
	if name == "" {
		name, version = "slipway", p.Version
	}
	result, header, err := p.request(ctx, "initialize", map[string]any{
		"protocolVersion": with.ProtocolVersion, "capabilities": map[string]any{},
		"clientInfo": map[string]any{"name": name, "version": version},
	})
	if err != nil {
		return err
	}
	said, _ := result.(map[string]any)
	agreed, _ := said["protocolVersion"].(string)
	if !slices.Contains(mcpVersions, agreed) {
		return communication(http.StatusBadGateway, "%s speaks version %q of MCP, which is not spoken here; %s are", p.to.name(), brief(agreed), mcpVersions)
	}
	p.to.header.Set("MCP-Protocol-Version", agreed)
	if session := header.Get("Mcp-Session-Id"); session != "" {
		p.to.header.Set("Mcp-Session-Id", session)
	}
	return p.notify(ctx, message{Method: "notifications/initialized"})
}

// leave ends the session, so that the server need not wait for its end. Servers may refuse.
func (p *peer) leave(ctx context.Context) {
	if p.to.header.Get("Mcp-Session-Id") == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	o := p.to
	o.method = http.MethodDelete
	_, _ = p.send(ctx, o, p.Reply) // the result is there already
}

// object wants an object of parameters, or nothing.
func object(v any) (any, error) {
	switch v.(type) {
	case nil:
		return map[string]any{}, nil
	case map[string]any:
		return v, nil
	}
	return nil, configuration("the parameters are an object, not text or a list")
}

// durationOf reads a duration of the specification.
func durationOf(v any) (time.Duration, error) {
	if fields, ok := v.(map[string]any); ok {
		whole := make(map[string]any, len(fields))
		for name, amount := range fields {
			whole[name] = amount
			if n, isNumber := amount.(json.Number); isNumber {
				if i, err := n.Int64(); err == nil {
					whole[name] = int(i)
				}
			}
		}
		v = whole
	}
	return workflow.DurationOf(v)
}
