package web

import (
	"slices"
	"strings"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// alarms are what every page says on top: emergencies, and what waits for who looks.
type alarms struct {
	Glasses []model.Glass // waiting, open or to be reviewed; overdue ones first
	Alerts  []model.Alert // that wake people, and are not over
	Now     time.Time
	Asked   int // tasks that the visitor may answer
	Who     model.Whoami
	Confirm bool // the visitor may break glass
}

func (h *handler) alarms(v visit) (alarms, error) {
	a := alarms{Who: v.who, Now: v.now, Confirm: v.may("glass")}
	glasses, err := h.Control.Glasses(v.ctx)
	if fault.Is(err, fault.Denied) {
		return a, nil // of who may see nothing
	}
	if err != nil {
		return a, err
	}
	for _, g := range glasses {
		if g.Status == "waiting" || g.Status == "open" || g.Status == "review" {
			a.Glasses = append(a.Glasses, g)
		}
	}
	slices.SortStableFunc(a.Glasses, func(x, y model.Glass) int {
		return rank(y) - rank(x)
	})
	if a.Alerts, err = h.pages(v); err != nil {
		return a, err
	}
	mine, err := h.Control.Tasks(v.ctx, model.TasksQuery{Mine: true})
	if !strings.HasSuffix(v.r.URL.Path, "/tasks") { // there they are seen themselves
		a.Asked = len(mine)
	}
	return a, err
}

// pages gives the alerts that wake people, except where they are seen themselves.
func (h *handler) pages(v visit) ([]model.Alert, error) {
	at := strings.TrimPrefix(v.r.URL.Path, "/events")
	if at == "/flows" || at == path("flows", v.r.PathValue("flow")) {
		return nil, nil
	}
	all, err := h.alerts(v)
	return slices.DeleteFunc(all, func(a model.Alert) bool { return a.Severity != "page" || at == path("tasks", a.Task) }), err
}

// rank is how much a break-glass asks of whoever looks.
func rank(g model.Glass) int {
	switch {
	case g.Overdue:
		return 3
	case g.Status == "open":
		return 2
	case g.Status == "waiting":
		return 1
	}
	return 0
}

// target names what the glass was broken of.
func target(g model.Glass) string {
	if g.System != "" {
		return g.System
	}
	return g.Service + " in " + g.Environment
}
