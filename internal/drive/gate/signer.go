package gate

import (
	"context"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/sign"
)

// Keyring signs statements with the control plane's key.
type Keyring interface {
	Sign(ctx context.Context, s sign.Statement) ([]byte, error)
}

// Signer writes a decision down as a signed verification summary.
type Signer struct {
	Engine *engine.Engine
	Keys   Keyring
	By     gate.Verifier // who the control plane is
}

// Run signs the decision by which a deployment went in, and keeps it as a blob.
func (s Signer) Run(ctx context.Context, c engine.EffectCall) (machine.Value, error) {
	in, err := engine.Decode[deploy.SignInput](c)
	if err != nil {
		return nil, err
	}
	st, err := in.Decision.Statement(in.Subject, in.At, s.By)
	if err != nil {
		return nil, err
	}
	subjects := make([]sign.Subject, len(st.Subjects))
	for i, one := range st.Subjects {
		subjects[i] = sign.Subject(one)
	}
	envelope, err := s.Keys.Sign(ctx, sign.Statement{Subjects: subjects, PredicateType: st.PredicateType, Predicate: st.Predicate})
	if err != nil {
		return nil, err
	}
	digest, err := s.Engine.Blobs().Put(ctx, envelope)
	if err != nil {
		return nil, err
	}
	return machine.Must(deploy.Signed{Deployment: in.Deployment, VSA: digest}), nil
}
