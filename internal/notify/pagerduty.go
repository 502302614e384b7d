package notify

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"slipway.dev/internal/core/notify"
)

// Pager is a service of PagerDuty.
type Pager struct {
	Key     string // routing key
	URL     string // of the Events API v2; empty: PagerDuty's own
	Private bool   // it may be in a private network
}

const eventsAPI = "https://events.pagerduty.com/v2/enqueue"

// pages is how many notices of one message are alerts of their own; more are one alert.
const pages = 5

// event is one of the Events API v2.
type event struct {
	RoutingKey string   `json:"routing_key"`
	Action     string   `json:"event_action"`
	DedupKey   string   `json:"dedup_key"`
	Payload    *payload `json:"payload,omitempty"`
	Links      []link   `json:"links,omitempty"`
	Client     string   `json:"client,omitempty"`
}

type payload struct {
	Summary   string         `json:"summary"`
	Source    string         `json:"source"`
	Severity  string         `json:"severity"`
	Timestamp string         `json:"timestamp,omitempty"`
	Component string         `json:"component,omitempty"`
	Group     string         `json:"group,omitempty"`
	Class     string         `json:"class,omitempty"`
	Details   map[string]any `json:"custom_details,omitempty"`
}

type link struct {
	Href string `json:"href"`
	Text string `json:"text,omitempty"`
}

// PagerDuty ends the alerts that are over and raises one for each notice; for many, one for
// all, which a person must end. Trying again changes nothing that is done.
func (h *Hand) PagerDuty(ctx context.Context, to Pager, m notify.Message) error {
	for _, e := range events(to.Key, m) {
		body, err := encode(e)
		if err != nil {
			return err
		}
		if err := h.post(ctx, to.Private, cmp.Or(to.URL, eventsAPI), nil, body); err != nil {
			return err
		}
	}
	return nil
}

func events(key string, m notify.Message) (list []event) {
	for _, about := range m.Over {
		list = append(list, event{RoutingKey: key, Action: "resolve", DedupKey: dedup(about)})
	}
	if len(m.Notices) > pages || m.More > 0 {
		p := &payload{Summary: cut(m.Title(), 1024), Source: "slipway", Severity: worst(m.Notices), Timestamp: m.At.UTC().Format(time.RFC3339),
			Details: map[string]any{"notices": strings.Split(m.Body(), "\n")}}
		return append(list, event{RoutingKey: key, Action: "trigger", DedupKey: dedup(m.ID), Payload: p, Client: "Slipway"})
	}
	for _, n := range m.Notices {
		p := &payload{Summary: cut(n.Title, 1024), Source: cmp.Or(n.Service, n.Environment, "slipway"), Severity: severity(n.Topic),
			Timestamp: m.At.UTC().Format(time.RFC3339), Component: n.Service, Group: n.Environment, Class: n.Topic}
		if n.Text != "" {
			p.Details = map[string]any{"text": n.Text}
		}
		e := event{RoutingKey: key, Action: "trigger", DedupKey: dedup(cmp.Or(n.About, n.Key, m.ID)), Payload: p, Client: "Slipway"}
		if strings.HasPrefix(n.Link, "http") {
			e.Links = []link{{Href: n.Link, Text: "Open in Slipway"}}
		}
		list = append(list, e)
	}
	return list
}

// severities are PagerDuty's, from the least to the worst.
var severities = []string{"info", "warning", "error", "critical"}

func severity(topic string) string {
	switch topic {
	case notify.BreakGlass, notify.Security, notify.Alerts:
		return "critical"
	case notify.Escalations:
		return "error"
	case notify.Tasks:
		return "warning"
	}
	return "info"
}

func worst(notices []notify.Notice) string {
	for i := len(severities) - 1; i > 0; i-- {
		for _, n := range notices {
			if severity(n.Topic) == severities[i] {
				return severities[i]
			}
		}
	}
	return severities[0]
}

// dedup makes a key that PagerDuty takes: at most 255 characters.
func dedup(key string) string {
	if len(key) <= 255 {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}
