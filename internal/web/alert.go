package web

import (
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// alerts gives what is wrong with flows and not over; nothing to who may see nothing.
func (h *handler) alerts(v visit) ([]model.Alert, error) {
	all, err := h.Control.Alerts(v.ctx)
	if fault.Is(err, fault.Denied) {
		return nil, nil
	}
	return slices.DeleteFunc(all, func(a model.Alert) bool { return a.Status == "resolved" }), err
}

// alertTone says how much an alert asks of whoever looks.
func alertTone(a model.Alert) tone {
	if a.Severity == "page" && a.By == "" {
		return bad
	}
	return warn
}

// alertStory says in one line who sees to an alert.
func alertStory(a model.Alert) string {
	switch {
	case a.By != "" && a.Comment != "":
		return a.By + " sees to it: " + a.Comment
	case a.By != "":
		return a.By + " sees to it"
	case a.Severity == "page":
		return "nobody has taken it on"
	}
	return "for the next days; nobody has taken it on"
}

// mostAlerts is how many every page shows; the page of the flows has all.
const mostAlerts = 5
