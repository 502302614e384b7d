package gate

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	vsa "github.com/in-toto/attestation/go/predicates/vsa/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"slipway.dev/internal/core/fault"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestStatement(t *testing.T) {
	t.Parallel()
	broken := look{strict(), subject(), satisfied(), monday}
	broken.facts.Answers, broken.facts.Glass, broken.policy.Later = broken.facts.Answers[:1], "glass/tickets.prod", []string{"readiness"}
	hotfix := look{strict(), subject(), satisfied(), monday}
	hotfix.subject.Expedite = true
	fix := look{strict(), subject(), satisfied(), monday}
	fix.policy.Budget, fix.facts.Budgets = BlockExhausted, []Budget{spent("purchase")}
	fix.subject.Fix, fix.subject.RequestedBy = "the pool was too small", "person:ada"
	for name, l := range map[string]look{"passed": {strict(), subject(), satisfied(), monday}, "broken": broken, "hotfix": hotfix, "fix": fix} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			st, err := l.decide().Statement(l.subject, l.now, Verifier{ID: "https://slipway.example.com", Version: "1.2.3"})
			if err != nil {
				t.Fatal(err)
			}
			compare(t, name, st)
			conforms(t, st)
		})
	}
}

func compare(t *testing.T, name string, st Statement) {
	t.Helper()
	raw, err := json.Marshal(st)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		t.Fatal(err)
	}
	b.WriteByte('\n')
	file := filepath.Join("testdata", "vsa", name+".json")
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		t.Errorf("%s differs (-update writes it):\n%s", file, b.Bytes())
	}
}

// conforms reads the predicate as others do, with the type that in-toto publishes.
func conforms(t *testing.T, st Statement) {
	t.Helper()
	var v vsa.VerificationSummary
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(st.Predicate, &v); err != nil {
		t.Fatal(err)
	}
	if v.GetVerifier().GetId() == "" || v.GetTimeVerified().AsTime().IsZero() || v.GetResourceUri() != "slipway:service/tickets/environment/prod" ||
		v.GetPolicy().GetUri() == "" || len(v.GetPolicy().GetDigest()["sha256"]) != 64 || len(v.GetVerifiedLevels()) != 1 {
		t.Errorf("%s", st.Predicate)
	}
	for _, in := range v.GetInputAttestations() {
		if in.GetUri() == "" || in.GetDigest()["sha256"] == "" {
			t.Error(in)
		}
	}
	if v.GetVerificationResult() != map[bool]string{true: "PASSED", false: "FAILED"}[v.GetVerifiedLevels()[0] == Level] {
		t.Error(v.GetVerificationResult(), v.GetVerifiedLevels())
	}
}

func TestStatementRefuses(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]Decision{
		"policy": {Policy: "strict"}, "input": {Policy: "sha256:aa", Inputs: []Input{{URI: "x", Digest: "sha256:"}}},
	} {
		if _, err := d.Statement(subject(), monday, Verifier{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	st, err := Decision{Verdict: Unknown}.Statement(subject(), monday, Verifier{ID: "x"})
	if err != nil || !bytes.Contains(st.Predicate, []byte(`"verificationResult":"FAILED"`)) {
		t.Errorf("unknown is no pass: %s, %v", st.Predicate, err)
	}
}
