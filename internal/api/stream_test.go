package api_test

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/api"
	"slipway.dev/internal/api/apitest"
)

func TestLogsAreLines(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	answer, text := s.ask(t, "GET", "/v1/logs?service=tickets&environment=dev", "")
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "application/x-ndjson" || strings.Count(text, "\n") != 3 {
		t.Errorf("%s %s", answer.Status, text)
	}
	if answer, text := s.ask(t, "GET", "/v1/logs?service=nothing&environment=dev", ""); answer.StatusCode != http.StatusNotFound {
		t.Errorf("before the first line: %s %s", answer.Status, text)
	}
	_, text = s.ask(t, "GET", "/v1/logs?service=tickets&environment=dev&instance=breaks", "")
	last := text[strings.LastIndex(strings.TrimSpace(text), "\n")+1:]
	if !strings.HasPrefix(last, `{"error":{`) || !strings.Contains(last, "the log's disk is gone") {
		t.Errorf("after the first line: %s", text)
	}
}

func TestWatchTellsAndStaysAlive(t *testing.T) {
	t.Parallel()
	s := start(t, func(o *api.Options) { o.Heartbeat = time.Millisecond })
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/v1/watch", nil)
	r.Header.Set("Authorization", "Bearer "+s.token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	if !lines.Scan() || lines.Text() != "" {
		t.Fatalf("no heartbeat: %q %v", lines.Text(), lines.Err())
	}
	s.ask(t, "POST", "/v1/sources/shop/poll", "")
	for lines.Scan() {
		if lines.Text() != "" {
			break
		}
	}
	if !strings.Contains(lines.Text(), `"type":"source.polled"`) {
		t.Errorf("watch: %s %v", lines.Text(), lines.Err())
	}
}

func TestHalfAFileIsNotAWholeOne(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	if answer, text := s.ask(t, "GET", "/v1/backup", ""); answer.StatusCode != http.StatusOK || !strings.HasPrefix(text, "backup at ") {
		t.Errorf("%s %s", answer.Status, text)
	}
	s.ask(t, "POST", "/v1/sources", `{"name":"half","url":"x","branch":"main","kind":"service"}`)
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+"/v1/backup", nil)
	r.Header.Set("Authorization", "Bearer "+s.token)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err == nil {
		t.Errorf("a backup that failed looks complete: %q", text)
	}
}

func TestWebhookProvesItself(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	body := `{"ref":"refs/heads/main"}`
	mac := hmac.New(sha256.New, []byte(apitest.WebhookSecret))
	mac.Write([]byte(body))
	sum := "sha256=" + hex.EncodeToString(mac.Sum(nil))
	answer, text := s.ask(t, "POST", "/v1/sources/shop/webhook", body, "Authorization", "", "X-Hub-Signature-256", sum)
	if answer.StatusCode != http.StatusOK {
		t.Errorf("%s %s", answer.Status, text)
	}
	if _, journal := s.ask(t, "GET", "/v1/audit?after=1", ""); !strings.Contains(journal, `"machine":"source/shop"`) {
		t.Errorf("the push is not of the source: %s", journal)
	}
	answer, _ = s.ask(t, "POST", "/v1/sources/shop/webhook", body+" ", "X-Hub-Signature-256", sum)
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("another body: %s", answer.Status)
	}
}
