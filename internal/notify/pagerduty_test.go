package notify

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"slipway.dev/internal/core/notify"
)

// checkPager is what the Events API v2 takes.
func checkPager(_ *http.Request, body []byte) string {
	var e struct {
		RoutingKey string `json:"routing_key"`
		Action     string `json:"event_action"`
		DedupKey   string `json:"dedup_key"`
		Client     string
		Payload    *struct {
			Summary, Source, Severity, Timestamp, Component, Group, Class string
			Details                                                       map[string]any `json:"custom_details"`
		}
		Links []struct{ Href, Text string }
	}
	if wrong := strictly(body, &e); wrong != "" {
		return wrong
	}
	switch {
	case len(e.RoutingKey) != 32:
		return "routing_key"
	case e.DedupKey == "" || len(e.DedupKey) > 255:
		return "dedup_key"
	case e.Action == "resolve":
		if e.Payload != nil {
			return "a resolve with a payload"
		}
	case e.Action != "trigger":
		return "event_action"
	case e.Payload == nil || e.Payload.Summary == "" || len([]rune(e.Payload.Summary)) > 1024 || e.Payload.Source == "":
		return "payload"
	case !slices.Contains([]string{"critical", "error", "warning", "info"}, e.Payload.Severity):
		return "severity"
	}
	return ""
}

func TestPagerDuty(t *testing.T) {
	t.Parallel()
	key := strings.Repeat("k", 32)
	for name, c := range map[string]struct {
		m    notify.Message
		want []string // actions, keys and severities in order
	}{
		"one":  {one, []string{"trigger task/1 warning"}},
		"over": {notify.Message{ID: "p.1", Over: []string{"task/1", "task/2"}}, []string{"resolve task/1", "resolve task/2"}},
		"over and again": {notify.Message{ID: "p.1", Over: []string{"task/1"}, Notices: []notify.Notice{{Topic: notify.Escalations, Title: "x", About: "task/1"}}},
			[]string{"resolve task/1", "trigger task/1 error"}},
		"no key":   {notify.Message{ID: "p.1", Notices: []notify.Notice{{Topic: notify.Deployments, Title: "x"}}}, []string{"trigger p.1 info"}},
		"long key": {notify.Message{ID: "p.1", Notices: []notify.Notice{{Topic: notify.Security, Title: "x", About: strings.Repeat("k", 300)}}}, []string{"trigger " + dedup(strings.Repeat("k", 300)) + " critical"}},
		"a flood":  {many(6, 37), []string{"trigger chat.2 warning"}},
	} {
		t.Run(name, func(t *testing.T) {
			o := newOther(t, http.StatusAccepted, checkPager)
			if err := New().PagerDuty(t.Context(), Pager{Key: key, URL: o.URL, Private: true}, c.m); err != nil {
				t.Fatal(err)
			}
			var got []string
			taken, faults := o.got()
			for _, body := range taken {
				var e event
				if err := json.Unmarshal(body, &e); err != nil {
					t.Fatal(err)
				}
				line := e.Action + " " + e.DedupKey
				if e.Payload != nil {
					line += " " + e.Payload.Severity
				}
				got = append(got, line)
			}
			if !slices.Equal(got, c.want) || len(faults) > 0 {
				t.Errorf("%q, want %q; %q", got, c.want, faults)
			}
			busy(t, o, func() error { return New().PagerDuty(t.Context(), Pager{Key: key, URL: o.URL, Private: true}, c.m) })
		})
	}
}
