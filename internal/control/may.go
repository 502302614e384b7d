package control

import (
	"context"
	"slices"
	"strings"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/engine"
)

type callerKey struct{}

// WithCaller says who asks for what is done with the context.
func WithCaller(ctx context.Context, c access.Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// WithActor is WithCaller for an actor that nothing limits but its roles.
func WithActor(ctx context.Context, a machine.Actor) context.Context {
	c := access.Caller{Actor: a}
	if a.Kind == "person" {
		c.Person = a.Name
	}
	return WithCaller(ctx, c)
}

// caller gives who asks.
func caller(ctx context.Context) (access.Caller, error) {
	c, ok := ctx.Value(callerKey{}).(access.Caller)
	if !ok {
		return c, fault.New(fault.Denied, "nobody is signed in").WithHint("slipway login, send a token, or use the unix socket")
	}
	return c, nil
}

// may gives the actor of a context if it is allowed the operation on what the scope names.
// The empty scope is for what belongs to no team and no environment.
func (c *Control) may(ctx context.Context, op access.Operation, s access.Scope) (machine.Actor, error) {
	who, d, err := c.known(ctx)
	if err != nil {
		return who.Actor, err
	}
	if !d.Allowed(who, op, s) {
		if c.Refused != nil {
			c.Refused(who, op, s)
		}
		return who.Actor, fault.New(fault.Denied, "%s may not %s%s", who.Actor, op, where(s)).WithHint("%s", hintFor(who, op))
	}
	return who.Actor, nil
}

// maySomewhere refuses who may do it to nothing at all. It comes before anything is told of
// what they name; may with its scope comes once that is known.
func (c *Control) maySomewhere(ctx context.Context, op access.Operation) error {
	who, d, err := c.known(ctx)
	if err != nil || somewhere(d, who, op) {
		return err
	}
	_, err = c.may(ctx, op, access.Scope{})
	return err
}

// somewhere says whether a caller may do it to anything.
func somewhere(d *access.Directory, who access.Caller, op access.Operation) bool {
	if d.Allowed(who, op, access.Scope{}) {
		return true
	}
	return slices.ContainsFunc(d.Given(who), func(b access.Binding) bool {
		return d.Allowed(who, op, access.Scope{Team: b.Team, Environment: b.Environment})
	})
}

// known gives who asks and the directory to look them up in.
func (c *Control) known(ctx context.Context) (access.Caller, *access.Directory, error) {
	who, err := caller(ctx)
	if err != nil {
		return who, nil, err
	}
	d, err := c.Directory(ctx)
	return who, d, err
}

func where(s access.Scope) string {
	switch {
	case s.Team != "" && s.Environment != "":
		return " what " + s.Team + " owns in " + s.Environment
	case s.Team != "":
		return " what " + s.Team + " owns"
	case s.Environment != "":
		return " in " + s.Environment
	}
	return ""
}

func hintFor(who access.Caller, op access.Operation) string {
	switch {
	case who.Scopes != nil:
		return "a token may do what its owner may, within its scopes"
	case who.Person == "" && op == access.Approve:
		return "only people approve: slipway login"
	}
	return "somebody who manages people can give the right: slipway user grant"
}

// scope is what a service and an environment are for rights.
func (c *Control) scope(ctx context.Context, service, environment string) access.Scope {
	s := access.Scope{Environment: environment}
	if service != "" { // of one that is not there, nobody owns anything
		r, _, _ := engine.Load[config.ResourceState](ctx, c.Engine, config.ResourceID(manifest.KindService, service))
		s.Team = r.Team
	}
	return s
}

// sight says what of a list the caller may see.
type sight struct {
	caller     access.Caller
	directory  *access.Directory
	everything bool // of all teams and environments
}

// sees gives the sight of a caller who may read something.
func (c *Control) sees(ctx context.Context) (sight, error) {
	if _, err := c.may(ctx, access.Read, access.Scope{}); err != nil {
		return sight{}, err
	}
	who, d, err := c.known(ctx)
	if err != nil {
		return sight{}, err
	}
	return sight{who, d, d.Allowed(who, access.Read, access.Scope{Team: "*", Environment: "*"})}, nil
}

func (s sight) of(team, environment string) bool {
	return s.everything || s.directory.Allowed(s.caller, access.Read, access.Scope{Team: team, Environment: environment})
}

// machine says whether the caller may see that something happened to a machine. What
// happens to accounts is for those who read the audit log.
func (s sight) machine(id string, names subjects) bool {
	kind, rest, _ := strings.Cut(id, "/")
	switch kind {
	case "person", "session", "token", "access", "security":
		return s.directory.Allowed(s.caller, access.Audit, access.Scope{})
	case "traffic":
		return s.of("", rest)
	case "deploy":
		service, environment, _ := strings.Cut(rest, "/")
		return s.of(names.team(service), environment)
	case "slo", "alert": // slo/prod/purchase-ticket, alert/prod/purchase-ticket/3
		environment, rest, _ := strings.Cut(rest, "/")
		flow, _, _ := strings.Cut(rest, "/")
		return s.of(names.flowTeam(flow), environment)
	case "trigger", "chaos", "load":
		environment, name, _ := strings.Cut(rest, "/") // of a service or a workflow
		return s.of(names.team(name), environment)
	case "run": // prod.clean-up.7
		parts := strings.Split(rest, ".")
		return s.of(names.team(parts[min(1, len(parts)-1)]), parts[0])
	case "release":
		service, _, _ := strings.Cut(rest, "/")
		return s.of(names.team(service), "")
	case "deployment": // tickets.prod.12
		parts := strings.Split(rest, ".")
		return s.of(names.team(parts[0]), parts[min(1, len(parts)-1)])
	}
	return true
}
