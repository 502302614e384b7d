package web

import (
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// laneForms serves what can be done in a lane: each a page of its own that says what will
// happen, with a form that does it.
func (h *handler) laneForms() {
	const lane = "/lanes/{service}/{environment}"
	h.page(lane+"/promote", h.promoteForm)
	h.form(lane+"/promote", h.promote)
	h.page(lane+"/rollback", func(v visit) (view, error) {
		l, err := h.laneOf(v)
		return view{Title: "Roll back " + l.Service, Still: true, Live: laneHead("Roll back", l, v.now), Rest: rollbackForm(l, v.now)}, err
	})
	h.form(lane+"/rollback", func(v visit) (string, error) {
		service, environment := laneNamed(v)
		r, err := h.Control.Rollback(v.ctx, model.RollbackRequest{
			Service: service, Environment: environment, To: v.value("to"), Force: v.value("force") != "", Reason: v.value("reason"),
		})
		return after(r), err
	})
	h.page(lane+"/abort", func(v visit) (view, error) {
		l, err := h.laneOf(v)
		return view{Title: "Abort " + l.Service, Still: true, Live: laneHead("Abort", l, v.now), Rest: abortForm(l)}, err
	})
	h.form(lane+"/abort", func(v visit) (string, error) {
		service, environment := laneNamed(v)
		r, err := h.Control.Abort(v.ctx, model.AbortRequest{Service: service, Environment: environment, Reason: v.value("reason")})
		return after(r), err
	})
	h.page(lane+"/settle", func(v visit) (view, error) {
		l, err := h.laneOf(v)
		return view{Title: "Decide about " + l.Service, Still: true, Live: settleHead(l, v.now), Rest: settleForm(l), Stance: settleStance(l)}, err
	})
	h.form(lane+"/settle", func(v visit) (string, error) {
		service, environment := laneNamed(v)
		r, err := h.Control.Settle(v.ctx, model.SettleRequest{
			Service: service, Environment: environment, Decision: v.value("decision"), Reason: v.value("reason"),
		})
		return after(r), err
	})
}

func laneNamed(v visit) (service, environment string) {
	return v.r.PathValue("service"), v.r.PathValue("environment")
}

func (h *handler) laneOf(v visit) (model.Lane, error) {
	return h.Control.Lane(v.ctx, v.r.PathValue("service"), v.r.PathValue("environment"))
}

// goodChoice gives the latest release that one can go back to.
func goodChoice(l model.Lane) string {
	for _, k := range l.Kept {
		if k.Revoked == "" {
			return k.Release
		}
	}
	return ""
}

// after leads to the deployment that a command made or was about.
func after(r model.Receipt) string {
	if r.Deployment == "" {
		return "/"
	}
	return path("deployments", r.Deployment)
}

// promoteForm shows the plan of a promotion before it is asked for.
func (h *handler) promoteForm(v visit) (view, error) {
	service, environment := laneNamed(v)
	p, err := h.Control.Plan(v.ctx, service, environment, v.value("release"))
	return view{Title: "Promote " + service, Still: true, Live: promotion(p, v.now), Rest: promoteForm(p)}, err
}

// promote asks for the release that was shown, also if there is a newer one meanwhile.
func (h *handler) promote(v visit) (string, error) {
	service, environment := laneNamed(v)
	request := model.PromoteRequest{
		Service: service, Environment: environment, Release: v.value("release"),
		Expedite: v.value("expedite") != "", Reason: v.value("reason"),
	}
	switch v.value("when") {
	case "window":
		request.Window = true
	case "at":
		at, err := time.Parse("2006-01-02T15:04", v.value("at"))
		if err != nil {
			return "", fault.New(fault.Invalid, "the time %q is none", v.value("at")).WithHint("in UTC, as 2026-11-23T09:00")
		}
		request.At = at
	}
	r, err := h.Control.Promote(v.ctx, request)
	return after(r), err
}

// settleStance says what the form of a decision is made for: its words differ.
func settleStance(l model.Lane) string {
	switch {
	case l.Active != nil && l.Active.Undecided:
		return "undecided " + l.Active.ID
	case l.Active != nil && held(*l.Active):
		return "held " + l.Active.ID
	}
	return "not held"
}
