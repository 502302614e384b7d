package apitest

import (
	"context"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// QuietWindow proposes one for prod; of other environments too little is known.
func (f *Fake) QuietWindow(ctx context.Context, environment, zone string) (model.QuietWindow, error) {
	if err := f.enter(ctx); err != nil {
		return model.QuietWindow{}, err
	}
	defer f.mu.Unlock()
	q := model.QuietWindow{Environment: environment, Since: f.now.AddDate(0, 0, -9), Requests: 12345, Watched: 168}
	switch environment {
	case "prod":
		q.Known, q.Reason = true, "these are the hours with the least of 12345 requests since "+q.Since.Format(time.DateOnly)
		q.Window = &model.Window{Weekdays: "mon-fri", From: "03:00", To: "05:00", Zone: zone}
		q.Manifest = "gate:\n  windows:\n    - {weekdays: \"mon-fri\", from: \"03:00\", to: \"05:00\", zone: \"" + zone + "\"}\n"
	case "dev":
		q.Watched, q.Requests = 20, 7
		q.Reason = "requests are counted since " + q.Since.Format(time.DateOnly) + ", and so far in 20 of the 168 hours of a week: a whole week is needed"
	default:
		return model.QuietWindow{}, fault.New(fault.NotFound, "there is no Environment %s", environment)
	}
	return q, nil
}
