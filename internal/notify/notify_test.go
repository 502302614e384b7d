package notify

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"slipway.dev/internal/core/notify"
)

// evil is what somebody may put into a title to become more than text.
const evil = "Deploy <!channel> [click](http://evil.example) *now* & \"then\" </script> é 😀"

var one = notify.Message{ID: "chat.1", Channel: "chat", At: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), Notices: []notify.Notice{
	{Topic: notify.Tasks, Title: evil, Text: "first line\nsecond <line>", Service: "tickets", Environment: "prod", Link: "https://slipway.example/tasks/1", About: "task/1"}}}

func many(n, more int) notify.Message {
	m := notify.Message{ID: "chat.2", Channel: "chat", At: one.At, More: more}
	for range n {
		m.Notices = append(m.Notices, one.Notices[0])
	}
	return m
}

// messages are of every form that a channel sends.
func messages() map[string]notify.Message {
	return map[string]notify.Message{"one": one, "three": many(3, 0), "many": many(20, 37), "only a number": many(0, 5)}
}

// other is a strict other side: it takes what its check finds no fault with, and sometimes
// answers that it cannot now.
type other struct {
	*httptest.Server
	mu     sync.Mutex
	taken  [][]byte
	faults []string
	answer []int // statuses to give first
}

func newOther(t *testing.T, success int, check func(r *http.Request, body []byte) string) *other {
	t.Helper()
	o := &other{}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		defer o.mu.Unlock()
		body, err := io.ReadAll(r.Body)
		var wrong string
		switch {
		case err != nil:
			wrong = err.Error()
		case r.Method != http.MethodPost:
			wrong = "the method is " + r.Method
		case r.Header.Get("Content-Type") != "application/json":
			wrong = "the media type is " + r.Header.Get("Content-Type")
		case !json.Valid(body):
			wrong = "it is no JSON"
		default:
			wrong = check(r, body)
		}
		if wrong != "" {
			o.faults = append(o.faults, wrong)
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		if len(o.answer) > 0 {
			status := o.answer[0]
			o.answer = o.answer[1:]
			w.WriteHeader(status)
			io.WriteString(w, "secret inner page")
			return
		}
		o.taken = append(o.taken, body)
		w.WriteHeader(success)
	}))
	t.Cleanup(o.Close)
	return o
}

func (o *other) got() ([][]byte, []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.taken, o.faults
}

// strictly reads JSON and wants no field that is not known.
func strictly(body []byte, into any) string {
	d := json.NewDecoder(strings.NewReader(string(body)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err.Error()
	}
	return ""
}

// busy sends what is first refused with 429, then with 500, and then taken.
func busy(t *testing.T, o *other, send func() error) {
	t.Helper()
	o.mu.Lock()
	o.answer = []int{429, 500}
	o.mu.Unlock()
	for _, says := range []string{"it answers 429 Too Many Requests", "it answers 500 Internal Server Error"} {
		if err := send(); err == nil || err.Error() != says {
			t.Errorf("%v, want %s", err, says)
		}
	}
	if err := send(); err != nil {
		t.Error(err)
	}
	if _, faults := o.got(); len(faults) > 0 {
		t.Errorf("it finds: %q", faults)
	}
}

// TestErrorsTellNoAddress: the address of a chat is its password.
func TestErrorsTellNoAddress(t *testing.T) {
	t.Parallel()
	h := New()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	away := httptest.NewServer(http.RedirectHandler("http://evil.example/T0S3CRET", http.StatusTemporaryRedirect))
	t.Cleanup(away.Close)
	word := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, "no_service\n")
	}))
	t.Cleanup(word.Close)
	for _, c := range []struct {
		name, url string
		private   bool
		says      string
	}{
		{"nobody there", closed.URL + "/T0S3CRET", true, "refused"},
		{"private", closed.URL + "/T0S3CRET", false, "may not be reached"},
		{"redirect", away.URL + "/T0S3CRET", true, "it answers 307"},
		{"says why", word.URL + "/T0S3CRET", true, "it answers 404 Not Found: no_service"},
		{"another scheme", "file:///T0S3CRET", true, "not one of http or https"},
		{"no address", "T0S3CRET", true, "not one of http or https"},
		{"with a password in it", "https://user:T0S3CRET@example.com", true, "not one of http or https"},
		{"broken", "http://T0S3CRET\x00", true, "not one of http or https"},
	} {
		for what, err := range map[string]error{
			"slack":     h.Slack(t.Context(), Chat{URL: c.url, Private: c.private}, one),
			"teams":     h.Teams(t.Context(), Chat{URL: c.url, Private: c.private}, one),
			"pagerduty": h.PagerDuty(t.Context(), Pager{Key: "T0S3CRET", URL: c.url, Private: c.private}, one),
			"webhook":   h.Webhook(t.Context(), Webhook{URL: c.url, Secret: []byte("T0S3CRET"), Private: c.private}, one),
		} {
			if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "S3CRET") {
				t.Errorf("%s, %s: %v", c.name, what, err)
			}
		}
	}
}
