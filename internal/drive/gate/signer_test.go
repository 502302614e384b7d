package gate

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/sign"
)

// The decision by which something went in is signed. Anybody who has the public key can read
// from it, offline, what was let in where, by which policy and whose approvals.
func TestDecisionsAreVerifiedOffline(t *testing.T) {
	w := newWorld(t)
	d := w.waiting()
	w.must(w.ask("tickets", "prod"))
	w.await("it is completed and signed", func() bool {
		s := w.lane("tickets", "prod")
		return s.Active == nil && len(s.History) == 1 && s.History[0].VSA != ""
	})
	row := w.lane("tickets", "prod").History[0]
	envelope := try(w.engine.Blobs().Get(t.Context(), row.VSA))(t)
	keys := try(w.vault.Trusted(t.Context()))(t)
	v := try(sign.Verify(t.Context(), envelope, keys))(t)
	if !v.About(row.Artifact) || !v.About(row.Config) || len(v.Subjects) != 2 || v.PredicateType != gate.SummaryType {
		t.Errorf("%+v", v.Statement)
	}
	var said struct {
		ResourceURI        string `json:"resourceUri"`
		VerificationResult string `json:"verificationResult"`
		Verifier           struct {
			ID string `json:"id"`
		} `json:"verifier"`
		Policy            struct{ Digest map[string]string }
		InputAttestations []struct {
			URI    string            `json:"uri"`
			Digest map[string]string `json:"digest"`
		} `json:"inputAttestations"`
		Detail gate.Detail `json:"https://slipway.dev/gate/v1"`
	}
	if err := json.Unmarshal(v.Predicate, &said); err != nil {
		t.Fatal(err)
	}
	policy := strings.TrimPrefix(gate.PolicyDigest(try(w.book.Policy(t.Context(), "prod"))(t)), "sha256:")
	if said.ResourceURI != "slipway:service/tickets/environment/prod" || said.VerificationResult != "PASSED" || said.Verifier.ID != "https://slipway.example.com" ||
		said.Policy.Digest["sha256"] != policy || said.Detail.Commit[:2] != "a1" || said.Detail.Verdict != gate.Pass {
		t.Errorf("%s", v.Predicate)
	}
	if len(said.InputAttestations) != 1 || said.InputAttestations[0].URI != "slipway:task/"+d+"#bob" || len(said.InputAttestations[0].Digest["sha256"]) != 64 {
		t.Errorf("%+v", said.InputAttestations)
	}
	other := try(sign.NewKey())(t)
	for name, err := range map[string]error{
		"with another's key":   second(sign.Verify(t.Context(), envelope, []sign.Trusted{{PEM: other.PEM()}})),
		"with a revoked key":   second(sign.Verify(t.Context(), envelope, []sign.Trusted{{PEM: keys[0].PEM, Revoked: true}})),
		"with another content": second(sign.Verify(t.Context(), bytes.Replace(envelope, []byte(`"payload":"ey`), []byte(`"payload":"eX`), 1), keys)),
	} {
		if !fault.Is(err, fault.Denied) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }
