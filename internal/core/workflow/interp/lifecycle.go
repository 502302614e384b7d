package interp

import (
	"strconv"
	"strings"
	"time"

	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/workflow/jq"
)

// lifecycle is the prefix of the types of lifecycle events. The specification kept it when it moved to its new host.
const lifecycle = "io.serverlessworkflow."

// moments are how the time of an event is named in its data, by what happened.
var moments = map[string]string{"created": "createdAt", "started": "startedAt", "suspended": "suspendedAt", "resumed": "resumedAt",
	"retried": "retriedAt", "cancelled": "cancelledAt", "faulted": "faultedAt", "completed": "completedAt",
	"correlation-started": "startedAt", "correlation-completed": "completedAt"}

// LifecycleEvents gives the events of the specification for what a step did. They have no
// values in them, only what happened where and when, and the error.
func LifecycleEvents(s State, trace []Trace) []cloudevent.Event {
	name := s.ID + "." + s.Namespace
	var out []cloudevent.Event
	for i, t := range trace {
		scope, what, _ := strings.Cut(t.What, ".")
		at, known := moments[what]
		if !known {
			continue
		}
		data := map[string]any{at: t.At.UTC().Format(time.RFC3339Nano)}
		if scope == "task" {
			data["workflow"], data["task"] = name, t.Pointer
		} else {
			data["name"] = name
			if what == "started" {
				data["definition"] = map[string]any{"name": s.Name, "namespace": s.Namespace, "version": s.Version}
			}
		}
		if t.Error != nil {
			data["error"] = t.Error.value()
		}
		if what == "correlation-completed" && t.Datum.V != nil {
			if keys, err := jq.Decode(t.Datum.V); err == nil {
				data["correlationKeys"] = keys
			}
		}
		out = append(out, cloudevent.Event{"specversion": "1.0", "id": s.ID + "-" + strconv.FormatInt(s.Taken, 10) + "-" + strconv.Itoa(i),
			"source": "/runs/" + s.ID, "type": lifecycle + t.What + ".v1", "time": t.At.UTC().Format(time.RFC3339Nano),
			"datacontenttype": "application/json", "data": data})
	}
	return out
}
