package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"slipway.dev/client/model"
)

// Decision is what the signed statement says by which a promotion went in.
type Decision struct {
	Result   string `json:"result"`   // PASSED or FAILED
	Resource string `json:"resource"` // service and environment that it is for
	Inputs   int    `json:"inputs"`   // approvals and other evidence that it names
	Verified bool   `json:"verified"` // by `slipway verify`, which asks no control plane
}

// verify fetches the signed decision about a promotion and has it checked as somebody would
// who has only the file and the public key.
func (s *stage) verify(ctx context.Context, p *Promotion) error {
	file, keys, err := s.fetch(ctx, p.Deployment)
	if err != nil {
		return err
	}
	detail, err := s.house.client.Deployment(ctx, p.Deployment)
	if err != nil {
		return err
	}
	out, err := s.house.command(ctx, "verify", file, "--key", keys, "--digest", detail.Artifact, "-o", "json").Output()
	if err != nil {
		return &Otherwise{fmt.Sprintf("the decision about %s does not verify: %v", p.Deployment, err)}
	}
	var told struct {
		Valid     bool
		Predicate struct {
			VerificationResult string
			ResourceURI        string `json:"resourceUri"`
			InputAttestations  []json.RawMessage
		}
	}
	if err := json.Unmarshal(out, &told); err != nil {
		return err
	}
	d := Decision{Result: told.Predicate.VerificationResult, Resource: told.Predicate.ResourceURI, Inputs: len(told.Predicate.InputAttestations), Verified: told.Valid}
	s.doors.decided(p, d)
	s.say("%s  the decision about %s is signed, and verified offline (slipway verify): %s, over artifact, config and %s.", p.Environment, p.Deployment, d.Result, count(d.Inputs, "approval"))
	return nil
}

// fetch writes the signed decision about a deployment, and the public keys, into the demo's
// directory.
func (s *stage) fetch(ctx context.Context, deployment string) (file, keys string, err error) {
	e, err := s.decision(ctx, deployment)
	if err != nil {
		return "", "", err
	}
	var trusted strings.Builder
	for _, k := range e.Keys {
		trusted.WriteString(k.Public)
	}
	file, keys = filepath.Join(s.house.dir, deployment+".dsse.json"), filepath.Join(s.house.dir, "slipway.pub")
	if err := os.WriteFile(file, e.Envelope, 0o600); err != nil {
		return "", "", err
	}
	return file, keys, os.WriteFile(keys, []byte(trusted.String()), 0o600)
}

// decision waits for the signed decision: it is signed beside the deployment that it let in.
func (s *stage) decision(ctx context.Context, deployment string) (model.Envelope, error) {
	for {
		e, err := s.house.client.Decision(ctx, deployment)
		if err == nil || !refused(err) {
			return e, err
		}
		if err := pause(ctx); err != nil {
			return e, err
		}
	}
}
