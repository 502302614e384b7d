package control

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/trigger"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/engine"
)

// Functions are what workflows may call of ours. Each call has the rights of its run, and goes
// through the same doors as a person.
type Functions struct{ c *Control }

// NewFunctions gives the functions of a control plane.
func NewFunctions(c *Control) Functions { return Functions{c} }

var functions = map[string]func(*Control, context.Context, interp.FunctionInput, json.RawMessage) (any, error){
	"deploy":   (*Control).callDeploy,
	"rollback": (*Control).callRollback,
	"promote":  (*Control).callPromote,
	"gate":     (*Control).callGate,
	"smoke":    (*Control).callSmoke,
	"notify":   (*Control).callNotify,
	"incident": (*Control).callIncident,
	"metric":   (*Control).callMetric,
	"load":     (*Control).callLoad,
	"fault":    (*Control).callFault,
}

// Call does what a workflow calls. Key names the call, so that one which is made again after a
// crash does nothing twice. It gives its output, or the error that it is for the workflow.
func (f Functions) Call(ctx context.Context, in interp.FunctionInput, key string, with any) (any, *interp.Problem) {
	do := functions[in.Name]
	if do == nil {
		return nil, &interp.Problem{Type: interp.Configuration, Status: 400, Title: "There is no such function",
			Detail: "this control plane has no function " + in.Name}
	}
	raw, err := json.Marshal(with)
	if err != nil {
		return nil, problemFor(err)
	}
	who, err := f.c.actingAs(ctx, in.As)
	if err != nil {
		return nil, problemFor(err)
	}
	out, err := do(f.c, keyed(WithCaller(ctx, who), key), in, raw)
	if ended := (*ended)(nil); errors.As(err, &ended) {
		return nil, &interp.Problem{Type: "https://slipway.dev/errors/deployment", Status: 409,
			Title: "The deployment ended as " + ended.Outcome, Detail: ended.ID + ": " + ended.Reason}
	}
	if err != nil {
		return nil, problemFor(err)
	}
	return out, nil
}

// MayRun says whether a run may run another workflow with its input: as who starts it
// themselves, or as one of the same team.
func (f Functions) MayRun(ctx context.Context, of interp.At, wanted trigger.State) error {
	own, _, err := engine.Load[trigger.State](ctx, f.c.Engine, trigger.MachineID(of.Environment, of.Workflow))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if own.Team != "" && own.Team == wanted.Team && own.Environment == wanted.Environment {
		return nil
	}
	who, err := f.c.actingAs(ctx, of.As)
	if err == nil {
		_, err = f.c.may(WithCaller(ctx, who), access.Deploy, access.Scope{Team: wanted.Team, Environment: wanted.Environment})
	}
	return err
}

// actingAs gives the caller that an actor is now: a token that has ended, or an account that
// is disabled, may nothing any more.
func (c *Control) actingAs(ctx context.Context, a machine.Actor) (access.Caller, error) {
	who := access.Caller{Actor: a}
	switch {
	case a == access.LocalToken:
	case a.Kind == "person":
		who.Person = a.Name
	case a.Kind == "token":
		t, _, err := engine.Load[access.TokenState](ctx, c.Engine, machine.ID("token", a.Name))
		if err == nil && !t.Live(c.Engine.Now()) {
			err = fault.New(fault.Denied, "the token %s that began the run has ended", a.Name)
		}
		return access.TokenCaller(t.Owner, t.Name, t.Operations()), err
	}
	return who, nil
}

// problemFor gives an error of ours as a workflow's.
func problemFor(err error) *interp.Problem {
	kind, status := interp.Runtime, 500
	switch fault.CodeOf(err) {
	case fault.Invalid, fault.TooLarge:
		kind, status = interp.Validation, 400
	case fault.Denied:
		kind, status = interp.Authorization, 403
	case fault.NotFound:
		kind, status = interp.Configuration, 404
	case fault.Refused, fault.Conflict:
		status = 409
	case fault.Unavailable:
		kind, status = interp.Communication, 503
	}
	return &interp.Problem{Type: kind, Status: status, Title: "It was refused", Detail: err.Error()}
}

// argument reads what a function is called with.
func argument[T any](with json.RawMessage) (T, error) {
	var t T
	d := json.NewDecoder(bytes.NewReader(with))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return t, fault.New(fault.Invalid, "what the function is called with cannot be read").Because(err)
	}
	return t, nil
}

type keyKey struct{}

// keyed has every event that is submitted with the context carry the key, so that it is
// taken once.
func keyed(ctx context.Context, key string) context.Context {
	return context.WithValue(ctx, keyKey{}, key)
}

func keyOf(ctx context.Context) string {
	key, _ := ctx.Value(keyKey{}).(string)
	return key
}

// ended is a deployment that did not end as it should.
type ended struct{ model.DeploymentDetail }

func (e *ended) Error() string { return e.ID + " ended as " + e.Outcome + ": " + e.Reason }

// until waits until a deployment has ended, and how.
func (c *Control) until(ctx context.Context, id string) (model.DeploymentDetail, error) {
	for {
		head, err := c.Journal.Head(ctx)
		if err != nil {
			return model.DeploymentDetail{}, err
		}
		d, err := c.Deployment(ctx, id)
		switch {
		case err != nil:
			return d, err
		case d.Outcome == "completed":
			return d, nil
		case !d.FinishedAt.IsZero():
			return d, &ended{d}
		}
		if _, err := c.Engine.Await(ctx, head); err != nil {
			return d, err
		}
		if err := pause(ctx, settleEvery); err != nil {
			return d, err
		}
	}
}

// settleEvery is how long who waits for a deployment rests between two looks.
const settleEvery = 200 * time.Millisecond

// keyName makes a name of a key: the same for the same key.
func keyName(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:4])
}
