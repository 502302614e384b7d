package alert

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/task"
)

const (
	maxTitle   = 250  // bytes
	maxText    = 4000 //
	retryAfter = time.Minute
)

// fire begins it.
func (w *work) fire(f Fired) error {
	switch {
	case w.Status != "":
		return fault.New(fault.Refused, "the alert %s is %s already", w.id(), w.Status)
	case f.Flow == "" || f.Environment == "" || f.Objective == "" || f.Number < 1:
		return fault.New(fault.Invalid, "an alert is about an objective of a flow in an environment, and has a number")
	case f.Severity != Page && f.Severity != Ticket:
		return fault.New(fault.Invalid, "an alert is a page or a ticket, not %.64q", f.Severity)
	}
	f.Title, f.Text = cut(strings.Join(strings.Fields(f.Title), " "), maxTitle), cut(f.Text, maxText)
	w.State = State{Fired: f, Status: Firing, FiredAt: w.now, Task: TaskName(f.Environment, f.Flow, f.Number)}
	if w.Title == "" {
		w.Title = "The flow " + f.Flow + " does badly in " + f.Environment
	}
	w.openTask()
	return nil
}

func (w *work) id() string { return MachineID(w.Environment, w.Flow, w.Number) }

// openTask has people told. That of a page goes up the escalation path.
func (w *work) openTask() {
	ask := task.Ask{
		Name: w.Task, Kind: task.Alert, Title: w.Title, Text: w.account(), Team: w.Team, Environment: w.Environment,
		Subject: w.id(), Reply: EventAcknowledged, From: w.may(), Quorum: 1, AskedBy: machine.System("slo"),
	}
	if w.Severity == Page {
		ask.Escalation, ask.Repeat = w.Steps, w.Repeat
		if len(w.Steps) == 0 { // it wakes people whatever is known of the way to them
			ask.Escalation = []task.Step{{Tell: ask.From}}
		}
	}
	w.messages = append(w.messages, machine.Message{To: task.MachineID(w.Task), Type: task.EventOpened, Data: machine.Must(ask)})
}

// may gives who may take it on: the team, and whoever is told on the way. Who is on call is
// one of their team. Without a team operators may.
func (w *work) may() []string {
	var from []string
	if w.Team != "" {
		from = append(from, "team:"+w.Team)
		if w.Severity == Ticket {
			return from
		}
	}
	for _, s := range w.Steps {
		for _, t := range s.Tell {
			if team, ok := strings.CutPrefix(t, "onCall:"); ok {
				t = "team:" + team
			}
			if !slices.Contains(from, t) && len(from) < 90 { // a task asks at most a hundred
				from = append(from, t)
			}
		}
	}
	return append(from, "operator")
}

func (w *work) account() string {
	lines := []string{w.Text}
	if w.Runbook != "" {
		lines = append(lines, "Runbook: "+w.Runbook+".")
	}
	return strings.TrimSpace(strings.Join(append(lines, "Approve to take it on; nobody else is woken then. It ends by itself when the flow is well again."), "\n"))
}

// acknowledge takes in that somebody took it on. A task that ended otherwise is none.
func (w *work) acknowledge(d task.Ended) error {
	i := slices.IndexFunc(d.Given, func(g task.Given) bool { return g.Void == "" })
	switch {
	case d.Task != w.Task:
		return fault.New(fault.Refused, "%s waits for no task %.64s", w.id(), d.Task)
	case w.Status == Done:
		return fault.New(fault.Refused, "%s is over", w.id())
	case i < 0:
		return fault.New(fault.Refused, "nobody took %s on", w.id())
	}
	g := d.Given[i]
	w.Status, w.By, w.ByAt, w.Comment = Acknowledged, g.Person, w.now, cut(g.Comment, maxText)
	return nil
}

// resolve ends it. Whoever took it on has no task any more that would tell them.
func (w *work) resolve(r Resolved) error {
	if w.Status == Done {
		return fault.New(fault.Refused, "%s is over already", w.id())
	}
	taken := w.Status == Acknowledged
	w.Status, w.ResolvedAt, w.Reason, w.Retry = Done, w.now, cut(r.Reason, maxText), time.Time{}
	if !taken {
		w.messages = append(w.messages, machine.Message{To: task.MachineID(w.Task), Type: task.EventClosed, Data: machine.Must(task.Closed{Reason: w.Reason})})
		return nil
	}
	topic := notify.Tasks
	if w.Severity == Page {
		topic = notify.Alerts
	}
	w.effects = append(w.effects, machine.Effect{Kind: notify.EffectNotice, Class: machine.Repeatable, Input: machine.Must(notify.Notice{
		Topic: topic, Title: "Over: " + w.Title, Text: w.Reason, Team: w.Team, Environment: w.Environment, Link: "/flows/" + w.Flow,
		Tell: []string{"person:" + w.By}, Key: w.id(), About: w.id(), Over: true,
	})})
	return nil
}

// refused keeps that the task could not be opened, and tries again. That it could not be
// closed does not matter: it has ended then, or never began.
func (w *work) refused(r machine.Refused) error {
	if r.Type != task.EventOpened || w.Status != Firing {
		return nil
	}
	w.Problem, w.Retry = cut("people could not be asked: "+r.Reason, maxText), w.now.Add(retryAfter)
	return nil
}

// alarm takes in the one timer.
func (w *work) alarm(a machine.Alarm) error {
	if a.Key != "retry" || w.Retry.IsZero() || w.now.Before(w.Retry) {
		return fault.New(fault.Refused, "no timer %.64q is set", a.Key)
	}
	w.Retry, w.Problem = time.Time{}, ""
	w.openTask()
	return nil
}

// cut shortens text to at most n bytes.
func cut(s string, n int) string {
	if s = strings.ToValidUTF8(s, "\uFFFD"); len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
