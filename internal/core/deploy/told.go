package deploy

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"slipway.dev/internal/core/glass"
	"slipway.dev/internal/core/lease"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/trigger"
)

func (w *work) send(to, kind string, data any) {
	w.messages = append(w.messages, machine.Message{To: to, Type: kind, Data: machine.Must(data)})
}

// taskName names the approval task of a deployment.
func (p Pending) taskName() string { return p.Deployment }

// keepTask opens, rebinds or closes the approval task of what waits, so that it asks for
// what the gate wants.
func (w *work) keepTask(p *Pending, ask *task.Ask) {
	if ask == nil {
		w.closeTask(*p, "the gate asks for no approval any more")
		p.Task = ""
		return
	}
	a := *ask
	a.Name, a.Subject = p.taskName(), MachineID(w.Service, w.Environment)
	a.Digests = map[string]string{"artifact": p.Artifact, "config": p.Config}
	r := task.Rebound{Digests: a.Digests, Excluded: a.Excluded, Quorum: a.Quorum, From: a.From}
	sum := sha256.Sum256(machine.Must(r))
	switch asked := hex.EncodeToString(sum[:8]); p.Task {
	case asked:
		return
	case "":
		p.Task = asked
		w.send(task.MachineID(a.Name), task.EventOpened, a)
	default:
		p.Task = asked
		w.send(task.MachineID(a.Name), task.EventRebound, r)
	}
}

// closeTask tells the task of what no longer waits that nobody needs it any more.
func (w *work) closeTask(p Pending, reason string) {
	if p.Task != "" {
		w.send(task.MachineID(p.taskName()), task.EventClosed, task.Closed{Reason: cut(reason)})
	}
}

// trainID is the identity of a train's machine.
func trainID(train string) string { return machine.ID("train", train) }

// tellTrain tells the train of what waits, begins, or never began.
func (w *work) tellTrain(p Pending, phase Phase, reason string) {
	if p.Train == "" {
		return
	}
	m := Member{Service: w.Service, Deployment: p.Deployment, Phase: phase, Ready: p.Ready && phase == Waiting, Release: p.Release, Reason: cut(reason)}
	if w.Current != nil {
		m.From = w.Current.Release
	}
	w.send(trainID(p.Train), EventMember, m)
}

// busy tells trains that a member cannot go in now, because something else is under way.
func (w *work) busy() {
	for i, p := range w.Queue {
		if w.Active != nil && p.Ready {
			w.Queue = slices.Clone(w.Queue)
			w.Queue[i].Ready = false
			w.tellTrain(w.Queue[i], Waiting, "")
		}
	}
}

// over does what is due when what was under way has ended: the lease is given back, and the
// train is told.
func (w *work) over(a *Active, outcome Phase, reason string) {
	if a.Leased {
		w.send(lease.MachineID(w.Environment), lease.EventGiven, lease.Give{Deployment: a.Deployment})
	}
	if a.Train != "" {
		w.send(trainID(a.Train), EventMember, Member{Service: w.Service, Deployment: a.Deployment, Undo: a.Undo, Phase: outcome,
			Release: a.Release, From: a.From, Reason: cut(reason)})
	}
}

// refused takes in that another machine did not take a message. What a deployment may not
// begin without is refused here, too, so that the whole step is void; the rest is noted.
func (w *work) refused(r machine.Refused) error {
	switch r.Type {
	case lease.EventTaken, glass.EventUsed:
		return refuse("%s", r.Reason)
	case trigger.EventFired:
		w.noHook(r)
	case task.EventOpened, task.EventRebound:
		for i, p := range w.Queue {
			if task.MachineID(p.taskName()) == r.To {
				w.Queue = slices.Clone(w.Queue)
				w.Queue[i].Task = "" // the next answer opens it anew
				w.Queue[i].Problem = cut("its approval could not be asked for: " + r.Reason)
			}
		}
	}
	return nil
}
