// Package cloudevent has events of the outside and of workflows: CloudEvents 1.0.
package cloudevent

// Event is a CloudEvent as its JSON format decodes: attributes by name, "data" among them.
// Attributes are strings, booleans or numbers; data is any JSON value.
type Event map[string]any

// ID, Type and Source give attributes; empty: there is none.
func (e Event) ID() string { return e.text("id") }

// Type gives the event's type.
func (e Event) Type() string { return e.text("type") }

// Source gives where the event comes from.
func (e Event) Source() string { return e.text("source") }

func (e Event) text(name string) string { s, _ := e[name].(string); return s }
