package train

import (
	"fmt"
	"slices"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/machine"
)

// member takes in how a member stands.
func (w *work) member(d deploy.Member) error {
	i := w.find(d.Service)
	if i < 0 {
		return refuse("%.64s is no member of the train %s", d.Service, w.ID)
	}
	m := &w.Members[i]
	if d.Undo != "" {
		return w.wentBack(m, d)
	}
	if m.Deployment != "" && m.Deployment != d.Deployment || m.ended() {
		return refuse("%.80s is none of the train %s, or was at its end before", d.Deployment, w.ID)
	}
	m.Deployment, m.Phase, m.Ready, m.Reason = d.Deployment, d.Phase, d.Ready && d.Phase == deploy.Waiting, d.Reason
	if !m.ended() {
		m.From = d.From
	}
	return nil
}

func (w *work) wentBack(m *Member, d deploy.Member) error {
	if d.Undo != m.Deployment || m.Back != BackAsked && m.Back != BackUnder {
		return refuse("%s is not on its way back", m.Service)
	}
	m.Back = BackDone
	if d.Phase != deploy.Completed {
		m.Back, m.Reason = BackFailed, cut(fmt.Sprintf("%s: %s %s", d.Deployment, d.Phase, d.Reason))
	}
	return nil
}

// asked takes in what became of asking a lane to go back. It may be there already.
func (w *work) asked(way Way, reason string) {
	for i := range w.Members {
		if m := &w.Members[i]; m.Back == BackAsked {
			m.Back, m.Reason = way, cut(reason)
		}
	}
}

// abort is a person's.
func (w *work) abort(r Reason) error {
	if w.Status != Gathering && w.Status != Going {
		return refuse("the train %s is %s: there is nothing to abort", w.ID, w.Status)
	}
	w.stop(by("aborted", w.actor.Name, r.Text))
	return nil
}

// rollback is a person's: of a train that arrived, or once more of what failed on its way back.
func (w *work) rollback(r Reason) error {
	switch {
	case w.Status != Arrived && w.Status != Held:
		return refuse("the train %s is %s: one can roll back a train that is completed or held", w.ID, w.Status)
	case w.Forced:
		return refuse("the train %s was forced in with migrations that nobody goes back across", w.ID).
			WithHint("go forward with a fix; or roll back single services by hand, with force")
	}
	for i := range w.Members {
		if m := &w.Members[i]; m.Back == BackFailed {
			m.Back, m.Reason = "", ""
		}
	}
	w.Status, w.Problem, w.EndedAt = RollingBack, by("rolled back", w.actor.Name, r.Text), time.Time{}
	return nil
}

// accept is a person's: a held train is left as it stands.
func (w *work) accept(r Reason) error {
	if w.Status != Held {
		return refuse("the train %s is %s: there is nothing to accept", w.ID, w.Status)
	}
	w.Problem = cut(by("accepted", w.actor.Name, r.Text) + " though " + w.Problem)
	w.end(Accepted)
	return nil
}

// stop has what waits, or is under way, aborted.
func (w *work) stop(why string) {
	w.Status, w.Problem = Stopping, cut(why)
	for _, m := range w.Members {
		if m.Deployment != "" && !m.ended() {
			w.send(m.Service, deploy.EventAbort, deploy.Abort{Deployment: m.Deployment, Reason: cut("the train " + w.ID + " stops: " + why)})
		}
	}
}

func (w *work) end(s Status) { w.Status, w.EndedAt = s, w.now }

// goOn does what follows from how the members stand.
func (w *work) goOn() {
	if w.Status == Gathering || w.Status == Going {
		w.goForward()
	}
	if w.Status == Stopping {
		w.goStop()
	}
	if w.Status == RollingBack {
		w.goBack()
	}
}

// goForward lets the first in when every door is open, and each next when the one before is
// completed.
func (w *work) goForward() {
	for _, m := range w.Members {
		if m.ended() && m.Phase != deploy.Completed {
			w.stop(fmt.Sprintf("%s was %s: %s", m.Deployment, m.Phase, m.Reason))
			return
		}
	}
	shut := slices.ContainsFunc(w.Members, func(m Member) bool { return !m.Ready && !m.began() })
	begun := slices.ContainsFunc(w.Members, Member.began)
	if shut && !begun || shut && w.Status == Gathering {
		w.Status = Gathering
		return
	}
	place := slices.IndexFunc(w.Members, func(m Member) bool { return m.Phase != deploy.Completed })
	if place < 0 {
		w.end(Arrived)
		return
	}
	if w.Status != Going || place != w.Place {
		w.Status, w.Place, w.Since = Going, place, w.now
	}
}

// goStop waits until nothing of it waits or is under way any more.
func (w *work) goStop() {
	in := false
	for _, m := range w.Members {
		if !m.ended() {
			return
		}
		in = in || m.Phase == deploy.Completed
	}
	switch {
	case !in:
		w.end(Aborted)
	case w.Forced:
		w.hold("it was forced in with migrations that nobody goes back across, so nothing is rolled back by itself")
	default:
		w.Status = RollingBack
	}
}

// goBack takes the members back, the last one first.
func (w *work) goBack() {
	for i := len(w.Members) - 1; i >= 0; i-- {
		m := &w.Members[i]
		if m.Phase != deploy.Completed || m.Back == BackDone || m.Back == BackNowhere {
			continue
		}
		switch {
		case m.Back == BackFailed:
			w.hold(m.Service + " could not be taken back: " + m.Reason)
		case m.Back != "": // on its way
		case m.From == "":
			m.Back, m.Reason = BackNowhere, "nothing ran before it, so it stays"
			continue
		default:
			m.Back = BackAsked
			w.effects = append(w.effects, machine.Effect{Kind: EffectRollback, Class: machine.Repeatable, Input: machine.Must(Back{
				Service: m.Service, Environment: w.Environment,
				Request: deploy.RollbackRequest{To: m.From, Undo: m.Deployment, Train: w.ID, Reason: cut("the train " + w.ID + " goes back: " + w.Problem)},
			})})
		}
		return
	}
	w.end(RolledBack)
}

// hold asks a person.
func (w *work) hold(why string) {
	w.Status, w.Problem = Held, cut(w.Problem+"; "+why)
}
