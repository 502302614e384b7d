package web

import (
	"net/http"
	"regexp"
	"slices"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

func (h *handler) deployments() {
	h.page("/deployments/{id}", h.deployment)
	h.mux.HandleFunc("GET /deployments/{id}/decision", h.signedIn(h.decision))
	h.page("/glass/{id}", h.glass)
	h.form("/glass/{id}/confirm", func(v visit) (string, error) {
		_, err := h.Control.ConfirmGlass(v.ctx, v.r.PathValue("id"))
		return "/", err
	})
	h.form("/glass/{id}/close", func(v visit) (string, error) {
		_, err := h.Control.CloseGlass(v.ctx, v.r.PathValue("id"), model.GlassClose{Reason: v.value("reason")})
		return "/", err
	})
}

// deployment shows one with its gate, and takes the visitor's answer if it is asked.
func (h *handler) deployment(v visit) (view, error) {
	d, err := h.Control.Deployment(v.ctx, v.r.PathValue("id"))
	if err != nil {
		return view{}, err
	}
	shown := view{Title: d.Service + " to " + d.Environment, Here: "/"}
	t, err := h.Control.Task(v.ctx, d.ID)
	if fault.Is(err, fault.NotFound) {
		shown.Live = deploymentPage(d, nil, v)
		return shown, nil
	}
	if err != nil {
		return shown, err
	}
	shown.Live = deploymentPage(d, &t, v)
	if asks(t, v.who) {
		shown.Still, shown.Stance, shown.Rest = true, stance(t, v.who), answerForms(t, v.who, path("deployments", d.ID))
	}
	return shown, nil
}

// decision gives the signed decision as a file that `slipway verify` reads.
func (h *handler) decision(v visit) {
	id := v.r.PathValue("id")
	e, err := h.Control.Decision(v.ctx, id)
	if err != nil {
		h.fail(v, err)
		return
	}
	v.w.Header().Set("Content-Type", "application/vnd.in-toto+json")
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+unsafe.ReplaceAllString(id, "-")+`.dsse.json"`)
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(e.Envelope) // the client went away: nobody to tell
}

// unsafe is what a file's name, in a header, is without.
var unsafe = regexp.MustCompile(`[^A-Za-z0-9._-]`)

// statusOfDeployment gives how one is shown.
func statusOfDeployment(d model.DeploymentDetail) status {
	if d.Gate != nil && d.FinishedAt.IsZero() && d.LiveAt.IsZero() && d.Outcome == "waiting" {
		return status{"Waits at the gate", "pause", warn}
	}
	if d.Outcome == "completed" {
		return status{"Completed", "check", good}
	}
	return statusOf(d.Outcome, false)
}

// glass shows one break-glass, with what can be done about it.
func (h *handler) glass(v visit) (view, error) {
	all, err := h.Control.Glasses(v.ctx)
	if err != nil {
		return view{}, err
	}
	i := slices.IndexFunc(all, func(g model.Glass) bool { return g.ID == v.r.PathValue("id") })
	if i < 0 {
		return view{}, fault.New(fault.NotFound, "there is no break-glass %s", v.r.PathValue("id"))
	}
	return view{Title: "Break-glass of " + target(all[i]), Still: true, Live: glassHead(all[i]), Rest: glassForms(all[i], v.who)}, nil
}
