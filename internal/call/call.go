package call

import (
	"context"
	"crypto/x509"
	"net/http"
	"slices"
	"time"

	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/netguard"
)

// Bounds of a call.
const (
	maxReply    = 16 << 20        // bytes of a reply: what a run can keep as one value, and a machine with 2 GB can hold for many
	maxDocument = 16 << 20        // bytes of a description; the longest OpenAPI documents in use have 10 MB
	maxToken    = 1 << 20         // bytes of what a token endpoint answers
	defaultTime = 5 * time.Minute // of a call that says nothing: longer than proxies wait
)

// Options say what a Caller may do. Nothing set: it calls public addresses, and reads no file.
type Options struct {
	Private bool           // addresses of this machine and of private networks may be called, too
	Files   string         // folder that file: addresses are in; empty: none may be read
	Reply   int64          // bytes of a reply at most; 0: 16 MiB
	Roots   *x509.CertPool // whose certificates of servers are trusted; nil: those of the machine
	Version string         // of slipway, for User-Agent
	// Transport answers HTTP in place of the network, in tests. Nil: the network, guarded.
	Transport http.RoundTripper
	Now       func() time.Time // nil: time.Now
}

// Caller makes calls. It is for all runs, at the same time.
type Caller struct {
	Options
	guard     netguard.Policy
	network   *http.Transport
	documents documents
	tokens    tokens
}

// New makes a Caller.
func New(o Options) *Caller {
	if o.Reply <= 0 {
		o.Reply = maxReply
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	c := &Caller{Options: o, guard: netguard.Policy{Private: o.Private}}
	c.network = c.guard.Transport()
	c.network.TLSClientConfig = c.tls(nil)
	return c
}

// Close ends connections that are kept open.
func (c *Caller) Close() { c.network.CloseIdleConnections() }

// Request is a call. The arguments are evaluated, with the values of secrets in them.
type Request struct {
	Protocol       string        // http, openapi, grpc, asyncapi, a2a or mcp
	With           any           // JSON values: the arguments as the specification has them
	Data           any           // the task's input, for {name} in addresses
	Authentication any           // policy of the call itself, resolved; nil: what With says
	IdempotencyKey string        // sent with calls that change something, so that a service can tell a repetition
	Timeout        time.Duration // 0: the context's, or 5 minutes
}

// Reply is what came of a call. Numbers in Output are json.Number, so that none loses digits.
type Reply struct {
	Output  any
	Problem *interp.Problem // nil: it succeeded; its Instance is the caller's to say
}

// protocols are the ways to call.
var protocols = map[string]func(*attempt, context.Context) (any, error){
	"http": (*attempt).http, "openapi": (*attempt).openapi, "grpc": (*attempt).grpc,
	"asyncapi": (*attempt).asyncapi, "a2a": (*attempt).a2a, "mcp": (*attempt).mcp,
}

// attempt is one call under way.
type attempt struct {
	*Caller
	Request
	masks []string // derived credentials, that services may echo
}

// Do makes a call. It waits no longer than the request's timeout.
func (c *Caller) Do(ctx context.Context, r Request) Reply {
	ctx, cancel := bound(ctx, r)
	defer cancel()
	a := &attempt{Caller: c, Request: r}
	run, known := protocols[r.Protocol]
	if !known {
		return Reply{Problem: problem(ctx, configuration("there is no protocol %q", r.Protocol))}
	}
	output, err := run(a, ctx)
	if err != nil {
		p := problem(ctx, err)
		p.Detail = a.mask(p.Detail)
		return Reply{Problem: p}
	}
	return Reply{Output: output}
}

// bound gives a call its time. A subscription may be as long as it says, and sees to that itself.
func bound(ctx context.Context, r Request) (context.Context, context.CancelFunc) {
	_, has := ctx.Deadline()
	switch {
	case r.Timeout > 0:
		return context.WithTimeout(ctx, r.Timeout)
	case has || r.Protocol == "asyncapi":
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, defaultTime)
}

// hide remembers credentials that were derived from those in the policy: nobody else knows
// what to look for. Short ones would hit innocent text.
func (a *attempt) hide(values ...string) {
	for _, v := range values {
		if len(v) >= 8 && !slices.Contains(a.masks, v) {
			a.masks = append(a.masks, v)
		}
	}
}
