package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// receiver checks webhooks as the documentation tells a receiver to.
type receiver struct {
	secret string
	seen   map[string]bool
}

func (v *receiver) check(r *http.Request, body []byte) string {
	timestamp, delivered := r.Header.Get("Slipway-Timestamp"), r.Header.Get("Slipway-Delivery")
	mac := hmac.New(sha256.New, []byte(v.secret))
	fmt.Fprintf(mac, "%s.%s", timestamp, body)
	sent, ok := strings.CutPrefix(r.Header.Get("Slipway-Signature"), "v1=")
	got, err := hex.DecodeString(sent)
	if !ok || err != nil || !hmac.Equal(got, mac.Sum(nil)) {
		return "the signature is wrong"
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if age := time.Since(time.Unix(seconds, 0)); err != nil || age > 5*time.Minute || age < -5*time.Minute {
		return "the timestamp is too old"
	}
	if v.seen[delivered] {
		return "delivered already"
	}
	var d struct {
		Delivery, At, Title string
		More                int
		Notices             []struct{ Topic, Title, Text, Team, Service, Environment, Link, About string }
	}
	if wrong := strictly(body, &d); wrong != "" {
		return wrong
	}
	if d.Delivery != delivered || d.Title == "" || d.Notices == nil && d.More == 0 {
		return "the body is not of this delivery"
	}
	return ""
}

func TestWebhook(t *testing.T) {
	t.Parallel()
	for name, m := range messages() {
		t.Run(name, func(t *testing.T) {
			v := &receiver{secret: "hook-key", seen: map[string]bool{}}
			o := newOther(t, http.StatusNoContent, v.check)
			to := Webhook{URL: o.URL, Secret: []byte("hook-key"), Private: true}
			busy(t, o, func() error { return New().Webhook(t.Context(), to, m) })
			// The same once more, as a replay or a lost answer would be.
			v.seen[m.ID] = true
			if err := New().Webhook(t.Context(), to, m); err == nil {
				t.Error("a replay is taken")
			}
			v.seen[m.ID] = false
			to.Secret = []byte("another")
			if err := New().Webhook(t.Context(), to, m); err == nil {
				t.Error("a wrong signature is taken")
			}
			to.Secret = nil
			if err := New().Webhook(t.Context(), to, m); err == nil || !strings.Contains(err.Error(), "empty") {
				t.Error(err)
			}
			if taken, faults := o.got(); len(taken) != 1 || strings.Join(faults, ", ") != "delivered already, the signature is wrong" {
				t.Errorf("%d taken; %q", len(taken), faults)
			}
		})
	}
}
