package load

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/load"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/sign"
)

// PredicateType is in-toto's own for results of tests:
// https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md
const PredicateType = "https://in-toto.io/attestation/test-result/v0.1"

// predicate is a test result. What in-toto has no words for is under a name of ours.
type predicate struct {
	Result        string         `json:"result"` // PASSED or FAILED
	Configuration []resource     `json:"configuration"`
	PassedTests   []string       `json:"passedTests,omitempty"`
	FailedTests   []string       `json:"failedTests,omitempty"`
	Load          measuredInLoad `json:"https://slipway.dev/load/v1"`
}

// resource is a resource descriptor.
type resource struct {
	Name      string            `json:"name"`
	Digest    map[string]string `json:"digest"`
	Content   []byte            `json:"content"`
	MediaType string            `json:"mediaType"`
}

// measuredInLoad is what was seen, where and when.
type measuredInLoad struct {
	load.Measured
	Test        string    `json:"test"` // digest of all that was asked for, headers and body too
	Service     string    `json:"service"`
	Environment string    `json:"environment"`
	Release     string    `json:"release"`
	Deployment  string    `json:"deployment"`
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
}

// sign writes down what came of a test as a signed statement about the artifact, and keeps it.
func (d *Driver) sign(ctx context.Context, r Request, serves deploy.Release, m load.Measured, began time.Time) (Evidence, error) {
	full := digest(machine.Must(r))
	r.Headers, r.Body = nil, nil // they may hold what is nobody's business, such as a token
	test := machine.Must(r)
	p := predicate{
		Result: "PASSED", PassedTests: []string{"load"},
		Configuration: []resource{{
			Name: "load test", Digest: map[string]string{"sha256": strings.TrimPrefix(digest(test), "sha256:")},
			Content: test, MediaType: "application/json",
		}},
		Load: measuredInLoad{Measured: m, Test: full, Service: r.Service, Environment: r.Environment, Release: serves.Release, Deployment: serves.Deployment,
			From: began, To: d.Engine.Now()},
	}
	if !m.Passed {
		p.Result, p.PassedTests, p.FailedTests = "FAILED", nil, []string{"load"}
	}
	envelope, err := d.Keys.Sign(ctx, sign.Statement{
		Subjects:      []sign.Subject{{Name: r.Service, Digest: serves.Artifact}},
		PredicateType: PredicateType, Predicate: machine.Must(p),
	})
	if err != nil {
		return Evidence{}, err
	}
	kept, err := d.Engine.Blobs().Put(ctx, envelope)
	return Evidence{Digest: kept, Subject: serves.Artifact, Statement: envelope}, err
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// environmentOf gives the environment of "load/ENVIRONMENT/SERVICE".
func environmentOf(id string) string {
	rest, _ := strings.CutPrefix(id, "load/")
	environment, _, _ := strings.Cut(rest, "/")
	return environment
}
