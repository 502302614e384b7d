package release

import (
	"strings"
	"testing"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/release"
	corevault "slipway.dev/internal/core/vault"
)

const environments = `apiVersion: slipway.dev/v1
kind: Environment
metadata: {name: dev}
spec: {target: {process: {}}}
---
apiVersion: slipway.dev/v1
kind: Environment
metadata: {name: prod}
spec: {after: dev, target: {process: {}}}
`

// TestFacts: without the lane's machine nothing is sent; what stands in the way is kept.
func TestFacts(t *testing.T) {
	w := newWorld(t)
	w.applied(environments)
	w.digest = w.applied(strings.Replace(service, "  run:", "  secrets: {KEY: {from: payment-key}}\n  run:", 1))
	w.request("r1", "cp app $OUT/app")
	s := w.ended("r1")
	if s.Status != release.Built || len(s.Problems) != 1 || !strings.Contains(s.Problems["dev"], "payment-key") {
		t.Errorf("%+v", s)
	}
	// For one environment by name, that there is not.
	w.tell(release.MachineID("tickets", "r2"), release.EventRequested, config.Release{ID: "r2", Service: "tickets", Image: "not a reference",
		Spec: w.digest, To: "nowhere", Order: 2})
	if s := w.ended("r2"); s.Status != release.Failed || !strings.Contains(w.log("r2"), "taking in not a reference") {
		t.Errorf("%+v\n%s", s, w.log("r2"))
	}
}

func TestResolve(t *testing.T) {
	w := newWorld(t)
	w.applied(environments)
	digest, c, err := w.driver.Resolve(t.Context(), w.digest, "prod")
	w.must(err)
	if c.Environment != "prod" || c.Command[0] != "./app" {
		t.Errorf("%+v", c)
	}
	again, _, err := w.driver.Resolve(t.Context(), w.digest, "prod")
	if err != nil || again != digest {
		t.Errorf("the same gives another digest: %s, %s, %v", digest, again, err)
	}
	if dev, _, err := w.driver.Resolve(t.Context(), w.digest, "dev"); err != nil || dev == digest {
		t.Errorf("%s, %v", dev, err)
	}
	if _, _, err := w.driver.Resolve(t.Context(), w.digest, "nowhere"); !fault.Is(err, fault.NotFound) || !strings.Contains(err.Error(), "there is no Environment nowhere") {
		t.Error(err)
	}
	// With a secret, its version as it is now is part of the configuration.
	spec := w.applied(strings.Replace(service, "  run:", "  secrets: {KEY: {from: payment-key}}\n  run:", 1))
	if _, _, err := w.driver.Resolve(t.Context(), spec, "dev"); !fault.Is(err, fault.Refused) {
		t.Error(err)
	}
	set := corevault.SecretValue{Name: "payment-key", Sealed: corevault.Sealed{Bytes: []byte("sealed")}}
	w.tell(corevault.SecretID("payment-key"), corevault.EventSecretSet, set)
	w.tell(corevault.SecretID("payment-key"), corevault.EventSecretSet, set)
	if _, c, err := w.driver.Resolve(t.Context(), spec, "dev"); err != nil || c.Secrets["KEY"] != "payment-key@2" {
		t.Errorf("%v, %v", c.Secrets, err)
	}
	w.tell(corevault.SecretID("payment-key"), corevault.EventSecretRemoved, nil)
	if _, _, err := w.driver.Resolve(t.Context(), spec, "dev"); !fault.Is(err, fault.Refused) {
		t.Error(err)
	}
}
