package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/cli"
	"slipway.dev/internal/sign"
)

// TestVerifyForPrograms signs a statement and has it verified; programs read the names of the
// fields, which are as those of all other answers.
func TestVerifyForPrograms(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key, err := sign.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	digest := "sha256:" + strings.Repeat("4", 64)
	envelope, err := key.Sign(t.Context(), sign.Statement{
		Subjects: []sign.Subject{{Name: "tickets", Digest: digest}}, PredicateType: "https://slsa.dev/verification_summary/v1",
		Predicate: json.RawMessage(`{"verificationResult":"PASSED"}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	file, public := filepath.Join(dir, "s.json"), filepath.Join(dir, "slipway.pub")
	for name, text := range map[string][]byte{file: envelope, public: []byte(key.PEM())} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var stdout, stderr bytes.Buffer
	if code := cli.Run(t.Context(), []string{"verify", file, "--key", public, "--digest", digest, "-o", "json"}, strings.NewReader(""), &stdout, &stderr); code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr.String())
	}
	var got any
	if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"valid": true, "key": key.ID(), "predicateType": "https://slsa.dev/verification_summary/v1",
		"subjects": []any{map[string]any{"name": "tickets", "digest": digest}}, "predicate": map[string]any{"verificationResult": "PASSED"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
