package run

import (
	"encoding/json"
	"log/slog"
	"sync"

	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
	"slipway.dev/internal/engine"
)

// listener is one wish for events.
type listener struct {
	machine string
	interp.Listening
	from, value string // the correlation that it is found by: an expression over the event, and what it gives; empty: none

	once    sync.Once // most listeners are gone before they are asked
	matcher *interp.Matcher
}

func newListener(w engine.Desired) (*listener, error) {
	n := &listener{machine: w.Machine}
	if err := json.Unmarshal(w.Spec, &n.Listening); err != nil {
		return nil, err
	}
	var filters []struct {
		Keys []struct {
			From  string          `json:"from"`
			Value json.RawMessage `json:"value"`
		} `json:"keys"`
	}
	// A filter of another form is found by its types alone.
	if json.Unmarshal(n.Filter, &filters) == nil && len(filters) == 1 && len(filters[0].Keys) > 0 {
		key := filters[0].Keys[0]
		if v, err := jq.Decode(key.Value); err == nil {
			n.from, n.value = key.From, canonical(v)
		}
	}
	return n, nil
}

// canonical writes a value so that equal ones are equal texts.
func canonical(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// kinds are the types of events that it is found by; "": any.
func (n *listener) kinds() []string {
	if len(n.Types) == 0 {
		return []string{""}
	}
	return n.Types
}

// match says whether an event may be one that is waited for.
func (n *listener) match(e cloudevent.Event) bool {
	n.once.Do(func() {
		m, err := interp.NewMatcher(n.Listening)
		if err != nil {
			slog.Error("a wish for events cannot be read, and gets none", "machine", n.machine, "key", n.Key, "error", err)
			return
		}
		n.matcher = &m
	})
	return n.matcher != nil && n.matcher.Match(e)
}
