package app_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"slipway.dev/client/model"
	"slipway.dev/internal/app"
	"slipway.dev/internal/core/fault"
)

// TestBackup: what was sealed opens after a restore, and what was signed verifies.
func TestBackup(t *testing.T) {
	t.Parallel()
	first := start(t, dataDir(t)).says("Ctrl-C stops it")
	_, err := first.SetSecret(t.Context(), "hook", []byte("open sesame"))
	must(t, err)
	_, err = first.AddSource(t.Context(), model.Source{Name: "shop", URL: "/nowhere/shop.git", WebhookSecret: "hook"})
	must(t, err)
	keys, err := first.SigningKeys(t.Context())
	must(t, err)
	if report, err := first.VerifyAudit(t.Context()); err != nil || !report.Verified || report.Checkpoints == 0 {
		t.Fatalf("%+v, %v", report, err)
	}
	var backup bytes.Buffer
	must(t, first.Backup(t.Context(), &backup))
	whole := backup.Bytes()
	first.end()

	data := dataDir(t)
	for what, b := range map[string][]byte{"cut": whole[:len(whole)-10], "cut early": whole[:40], "empty": nil, "text": []byte("hello")} {
		if err := app.Restore(t.Context(), data, "", bytes.NewReader(b), quiet); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
		if exists(filepath.Join(data, "age.key")) {
			t.Errorf("%s: an identity was left", what)
		}
	}
	must(t, app.Restore(t.Context(), data, "", bytes.NewReader(whole), quiet))
	if err := app.Restore(t.Context(), data, "", bytes.NewReader(whole), quiet); !fault.Is(err, fault.Refused) || !strings.Contains(err.Error(), "in use") {
		t.Errorf("into one that is in use: %v", err)
	}
	second := start(t, data).says("Ctrl-C stops it")
	if restored, err := second.SigningKeys(t.Context()); err != nil || len(restored) != 1 || restored[0] != keys[0] {
		t.Errorf("%+v, %v", restored, err)
	}
	if report, err := second.VerifyAudit(t.Context()); err != nil || !report.Verified {
		t.Errorf("%+v, %v", report, err)
	}
	// The secret opens: with it, and only with it, a webhook is taken.
	for secret, want := range map[string]bool{"open sesame": true, "guess": false} {
		if status := push(t, second, secret); (status/100 == 2) != want {
			t.Errorf("signed with %q: %d", secret, status)
		}
	}
}

// push sends a webhook to a control plane.
func push(t *testing.T, u *up, secret string) int {
	t.Helper()
	body := `{"ref":"refs/heads/main","before":"` + strings.Repeat("a", 40) + `","after":"` + strings.Repeat("b", 40) + `"}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, u.page()+"v1/sources/shop/webhook", strings.NewReader(body))
	must(t, err)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-GitHub-Event", "push")
	r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	res, err := http.DefaultClient.Do(r)
	must(t, err)
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	must(t, err)
	return res.StatusCode
}
