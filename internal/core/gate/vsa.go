package gate

import (
	"encoding/json"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
)

// SummaryType is the type of the statement about a decision: a SLSA Verification Summary,
// see https://slsa.dev/spec/v1.2/verification_summary.
const SummaryType = "https://slsa.dev/verification_summary/v1"

// DetailKey names the extension of the summary in which the conditions are.
const DetailKey = "https://slipway.dev/gate/v1"

// Level is what a passed gate verifies. SLSA leaves names of levels that do not begin with
// SLSA_ to others.
const Level = "SLIPWAY_GATE"

// Statement is an in-toto statement that is to be signed.
type Statement struct {
	Subjects      []StatementSubject
	PredicateType string
	Predicate     json.RawMessage
}

// StatementSubject is what a statement is about. Digest is "sha256:…".
type StatementSubject struct{ Name, Digest string }

// Verifier is who decided: a URI, and the version of its program.
type Verifier struct{ ID, Version string }

// Detail is what a summary says in its extension, beyond SLSA.
type Detail struct {
	Service     string      `json:"service"`
	Environment string      `json:"environment"`
	Release     string      `json:"release"`
	Commit      string      `json:"commit,omitempty"`
	Verdict     Verdict     `json:"verdict"`
	Conditions  []Condition `json:"conditions,omitempty"`
	Glass       string      `json:"glass,omitempty"` // break-glass by which it went in although the verdict is no pass
	Expedited   bool        `json:"expedited,omitempty"`
	Fix         string      `json:"fix,omitempty"`         // why it is the fix, as who asked said
	RequestedBy string      `json:"requestedBy,omitempty"` // of a fix: who said so
}

// The parts of a summary, as SLSA names them.
type (
	summary struct {
		Verifier           summaryVerifier `json:"verifier"`
		TimeVerified       time.Time       `json:"timeVerified"`
		ResourceURI        string          `json:"resourceUri"`
		Policy             reference       `json:"policy"`
		InputAttestations  []reference     `json:"inputAttestations,omitempty"`
		VerificationResult string          `json:"verificationResult"`
		VerifiedLevels     []string        `json:"verifiedLevels"`
		Detail             Detail          `json:"https://slipway.dev/gate/v1"`
	}
	summaryVerifier struct {
		ID      string            `json:"id"`
		Version map[string]string `json:"version,omitempty"`
	}
	reference struct {
		URI    string            `json:"uri"`
		Digest map[string]string `json:"digest,omitempty"`
	}
)

// Statement tells a decision about a subject, made at a time. Its result is what the gate
// said: a broken glass makes no PASSED of it. The error is fault.Invalid for a digest that
// is none.
func (d Decision) Statement(s Subject, at time.Time, by Verifier) (Statement, error) {
	v := summary{
		Verifier: summaryVerifier{ID: by.ID}, TimeVerified: at.UTC(), ResourceURI: "slipway:service/" + s.Service + "/environment/" + s.Environment,
		VerificationResult: "FAILED", VerifiedLevels: []string{"FAILED"},
		Detail: Detail{
			Service: s.Service, Environment: s.Environment, Release: s.Release, Commit: s.Commit,
			Verdict: d.Verdict, Conditions: d.Conditions, Glass: d.Glass, Expedited: d.Expedited,
		},
	}
	if by.Version != "" {
		v.Verifier.Version = map[string]string{"slipway": by.Version}
	}
	if d.Verdict == Pass {
		v.VerificationResult, v.VerifiedLevels = "PASSED", []string{Level}
	}
	if s.Fix != "" {
		v.Detail.Fix, v.Detail.RequestedBy = s.Fix, s.RequestedBy
	}
	var err error
	if v.Policy, err = refer("slipway:environment/"+s.Environment+"/gate", d.Policy); err != nil {
		return Statement{}, err
	}
	for _, in := range d.Inputs {
		r, err := refer(in.URI, in.Digest)
		if err != nil {
			return Statement{}, err
		}
		v.InputAttestations = append(v.InputAttestations, r)
	}
	predicate, err := json.Marshal(v)
	if err != nil {
		return Statement{}, fault.New(fault.Invalid, "the decision about %s does not encode", s.Release).Because(err)
	}
	return Statement{
		Subjects: []StatementSubject{
			{Name: s.Service + "@" + s.Release, Digest: s.Artifact},
			{Name: "config of " + s.Service + " in " + s.Environment, Digest: s.Config},
		},
		PredicateType: SummaryType, Predicate: predicate,
	}, nil
}

// refer names what a decision used. There may be no digest of it.
func refer(uri, digest string) (reference, error) {
	if digest == "" {
		return reference{URI: uri}, nil
	}
	algorithm, hex, ok := strings.Cut(digest, ":")
	if !ok || algorithm == "" || hex == "" {
		return reference{}, fault.New(fault.Invalid, "%.80q is no digest of %s", digest, uri)
	}
	return reference{URI: uri, Digest: map[string]string{algorithm: hex}}, nil
}
