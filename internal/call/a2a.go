package call

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// a2aArguments are those of call: a2a.
type a2aArguments struct {
	Method     string
	AgentCard  *resource
	Server     *endpoint
	Parameters any
}

// a2aMethods are those that the specification knows; true: the agent streams its results.
var a2aMethods = map[string]bool{
	"message/send": false, "message/stream": true, "tasks/get": false, "tasks/list": false, "tasks/cancel": false,
	"tasks/resubscribe": true, "tasks/pushNotificationConfig/set": false, "tasks/pushNotificationConfig/get": false,
	"tasks/pushNotificationConfig/list": false, "tasks/pushNotificationConfig/delete": false, "agent/getAuthenticatedExtendedCard": false,
}

func (a *attempt) a2a(ctx context.Context) (any, error) {
	var with a2aArguments
	if err := a.decode(&with); err != nil {
		return nil, err
	}
	stream, known := a2aMethods[with.Method]
	if !known {
		return nil, configuration("there is no A2A method %q to call", brief(with.Method))
	}
	params, err := object(with.Parameters)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(with.Method, "message/") {
		params = a.complete(params.(map[string]any))
	}
	at, err := a.agent(ctx, with)
	if err != nil {
		return nil, err
	}
	p, err := a.peer(ctx, at, nil)
	if err != nil {
		return nil, err
	}
	if stream {
		all, _, err := p.requestAll(ctx, with.Method, params, true)
		if err != nil {
			return nil, err
		}
		return all, nil
	}
	result, _, err := p.request(ctx, with.Method, params)
	return result, err
}

// agent says where the agent is: as its card says, or as the call does.
func (a *attempt) agent(ctx context.Context, with a2aArguments) (endpoint, error) {
	switch {
	case with.AgentCard == nil && with.Server == nil:
		return endpoint{}, configuration("a2a needs an agentCard or a server")
	case with.AgentCard == nil:
		return *with.Server, nil
	}
	described, err := a.fetch(ctx, *with.AgentCard)
	if err != nil {
		return endpoint{}, err
	}
	at, err := cardAddress(described)
	if err != nil {
		return endpoint{}, err
	}
	// A card may name any host: only the one that has the card gets what it was fetched with.
	u, err := parseURL(at.URI)
	if err == nil && described.asked != nil && sameOrigin(u, described.asked) {
		at.Authentication = with.AgentCard.Endpoint.Authentication
	}
	return at, err
}

// cardAddress finds where an agent speaks JSON-RPC.
func cardAddress(described *text) (endpoint, error) {
	type face struct{ URL, Transport string }
	var card struct {
		URL                  string
		PreferredTransport   string
		AdditionalInterfaces []face
	}
	if err := json.Unmarshal(described.body, &card); err != nil {
		return endpoint{}, configuration("the agent's card is no JSON")
	}
	faces := append([]face{{card.URL, card.PreferredTransport}}, card.AdditionalInterfaces...)
	i := slices.IndexFunc(faces, func(f face) bool {
		return f.URL != "" && (f.Transport == "" || strings.EqualFold(f.Transport, "JSONRPC"))
	})
	if i < 0 {
		return endpoint{}, configuration("the agent's card names no address where it speaks JSON-RPC")
	}
	// It is an address, not a template: braces in it stand for themselves.
	return endpoint{URI: strings.NewReplacer("{", "%7B", "}", "%7D").Replace(faces[i].URL)}, nil
}

// complete gives a message what each must have. Its identity follows from the call's key, so
// that an agent can tell a repetition.
func (a *attempt) complete(params map[string]any) map[string]any {
	said, _ := params["message"].(map[string]any)
	full := map[string]any{"kind": "message", "role": "user", "messageId": a.uuid()}
	for name, value := range said {
		full[name] = value
	}
	out := map[string]any{}
	for name, value := range params {
		out[name] = value
	}
	out["message"] = full
	return out
}

// uuid gives a UUID: of the call's key (version 8), or without one a random one (version 4).
func (a *attempt) uuid() string {
	var b [16]byte
	version := byte(0x40)
	if a.IdempotencyKey == "" {
		_, _ = rand.Read(b[:]) // never fails
	} else {
		sum := sha256.Sum256([]byte("slipway call " + a.IdempotencyKey))
		copy(b[:], sum[:])
		version = 0x80
	}
	b[6], b[8] = b[6]&0x0f|version, b[8]&0x3f|0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
