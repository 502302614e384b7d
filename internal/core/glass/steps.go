package glass

import (
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/task"
)

// request asks for the glass to be broken.
func (w *work) request(r Request) error {
	if err := r.check(); err != nil {
		return err
	}
	switch {
	case w.Number > 0 && w.Name() != r.Name():
		return fault.New(fault.Invalid, "this is the glass of %s, not of %s", w.Name(), r.Name())
	case w.facts.Person == "":
		return w.nobody()
	case w.Status == Review:
		return fault.New(fault.Refused, "the glass of %s was broken before, by %s, and nobody has reviewed that yet", w.Name(), w.By).
			WithHint("have somebody else answer the task %s", w.Task)
	case w.Blocks():
		return fault.New(fault.Refused, "the glass of %s is %s already, asked for by %s", w.Name(), w.Status, w.By)
	}
	w.State = State{
		Target: r.Target, Number: w.Number + 1, Status: Waiting, Criterion: r.Criterion, Reason: r.Reason, Policy: r.Policy,
		By: w.facts.Person, Same: others(w.facts.Same), RequestedAt: w.now, Until: w.now.Add(r.Policy.Window),
	}
	if slices.Contains(r.Policy.Exempt, r.Criterion) {
		w.open()
		return nil
	}
	w.tell("The glass is asked to be broken", "Somebody else who may break it must confirm it: slipway glass confirm "+w.ID())
	return nil
}

func (r Request) check() error {
	switch {
	case r.System == "" && (r.Service == "" || r.Environment == "") || r.System != "" && r.Service != "":
		return fault.New(fault.Invalid, "a glass is that of a service in an environment, or of a system")
	case !slices.Contains(r.Policy.Criteria, r.Criterion):
		return fault.New(fault.Invalid, "%.64q is none of the reasons for which this glass may be broken", r.Criterion).
			WithHint("it is one of: %s", strings.Join(r.Policy.Criteria, ", "))
	case strings.TrimSpace(r.Reason) == "":
		return fault.New(fault.Invalid, "say what happened: it is reviewed afterwards")
	case len(r.Reason) > maxReason:
		return fault.New(fault.TooLarge, "the reason is longer than %d bytes", maxReason)
	case r.Policy.Window <= 0 || r.Policy.Review <= 0:
		return fault.New(fault.Invalid, "the policy does not say how long the glass is open, or until when it is reviewed")
	}
	return nil
}

func (w *work) nobody() error {
	return fault.New(fault.Denied, "%s is no person with an account here, and only people break a glass", w.actor).WithHint("sign in: slipway login")
}

// confirm is the second person's.
func (w *work) confirm() error {
	person := w.facts.Person
	switch {
	case w.Status != Waiting:
		return fault.New(fault.Refused, "no glass waits to be confirmed")
	case !w.now.Before(w.Until): // its timer is late
		return fault.New(fault.Refused, "it had to be confirmed until %s", w.Until.Format(time.RFC3339)).WithHint("ask for it again")
	case person == "":
		return w.nobody()
	case person == w.By || slices.Contains(w.Same, person) || slices.Contains(w.facts.Same, w.By):
		return fault.New(fault.Denied, "%s asked for it, and somebody else must confirm it", w.By)
	}
	w.Confirmed, w.Same = person, others(w.Same, w.facts.Same...)
	w.open()
	return nil
}

func (w *work) open() {
	w.Status, w.OpenedAt, w.Until = Open, w.now, w.now.Add(w.Policy.Window)
	w.tell("The glass is broken", "It is open until "+w.Until.Format(time.RFC3339)+".")
}

// close ends it before its time.
func (w *work) close(c Close) error {
	reason := "closed by " + w.actor.Name
	if c.Reason != "" {
		reason = cut(reason + ": " + c.Reason)
	}
	switch w.Status {
	case Waiting:
		w.withdraw(reason)
	case Open:
		w.review(reason)
	default:
		return fault.New(fault.Refused, "no glass is open here")
	}
	return nil
}

func (w *work) withdraw(why string) {
	w.Status, w.EndedAt, w.Ended, w.Until = Withdrawn, w.now, why, time.Time{}
	w.tell("The glass was not broken", "It is no longer asked for: "+why+".")
}

// use notes a deployment that goes in. A refusal here is one of the lane's step, too.
func (w *work) use(u Use) error {
	switch {
	case w.Number == 0 || u.Glass != w.ID() || !w.OpenAt(w.now) || w.System != "":
		return fault.New(fault.Refused, "the glass %.64s is not open", u.Glass)
	case len(w.Used) >= maxUsed:
		return fault.New(fault.Refused, "%d deployments went in by the glass %s", maxUsed, u.Glass)
	}
	w.Used = append(slices.Clone(w.Used), Used{Deployment: u.Deployment, Release: u.Release, At: w.now})
	return nil
}

// review ends the time in which it was open, and asks somebody else to look at it.
func (w *work) review(why string) {
	w.Status, w.EndedAt, w.Ended = Review, w.now, why
	w.Until, w.ReviewBy, w.Task = time.Time{}, w.now.Add(w.Policy.Review), "glass."+w.ID()
	w.openTask()
	w.tell("The glass is to be reviewed", "It is over: "+why+". Somebody else must review it until "+w.ReviewBy.Format(time.RFC3339)+".")
}

// reviewers may close a review, if they had no part in it.
var reviewers = []string{"security", "admin", "operator"}

func (w *work) openTask() {
	excluded := map[string]string{w.By: "broke the glass"}
	if w.Confirmed != "" {
		excluded[w.Confirmed] = "confirmed that it be broken"
	}
	for _, account := range w.Same {
		if excluded[account] == "" {
			excluded[account] = "is the same person as one who broke the glass, for all that is known"
		}
	}
	w.messages = append(w.messages, machine.Message{To: task.MachineID(w.Task), Type: task.EventOpened, Data: machine.Must(task.Ask{
		Name: w.Task, Kind: task.Review, Title: "Review the broken glass of " + w.Name(), Text: w.account(),
		Service: w.Service, Team: w.Team, Environment: w.Environment, Subject: MachineID(w.Target), Reply: EventReviewed,
		From: reviewers, Quorum: 1, Excluded: excluded, FourEyes: true, AskedBy: machine.Actor{Kind: "person", Name: w.By},
		Escalation: []task.Step{{Tell: []string{"role:security"}}, {After: w.Policy.Review, Tell: []string{"role:security", "role:admin"}}},
	})})
}

// account tells what a reviewer must know.
func (w *work) account() string {
	lines := []string{"Asked for by " + w.By + " at " + w.RequestedAt.Format(time.RFC3339) + ", " + w.Criterion + ": " + w.Reason}
	if w.Confirmed != "" {
		lines = append(lines, "Confirmed by "+w.Confirmed+".")
	}
	lines = append(lines, "Open from "+w.OpenedAt.Format(time.RFC3339)+" to "+w.EndedAt.Format(time.RFC3339)+": "+w.Ended+".")
	for _, u := range w.Used {
		lines = append(lines, u.Deployment+" ("+u.Release+") went in by it at "+u.At.Format(time.RFC3339)+".")
	}
	if len(w.Used) == 0 && w.System == "" {
		lines = append(lines, "No deployment went in by it.")
	}
	return strings.Join(append(lines, "Approve if it was right to break it, reject if it was not."), "\n")
}

// reviewed takes in how the review ended. One that ended without an answer by somebody else
// is asked for again.
func (w *work) reviewed(d task.Ended) error {
	if w.Status != Review || d.Task != w.Task {
		return fault.New(fault.Refused, "no glass waits for the review %.64s", d.Task)
	}
	i := slices.IndexFunc(d.Given, func(g task.Given) bool {
		return g.Void == "" && g.Person != w.By && g.Person != w.Confirmed && !slices.Contains(w.Same, g.Person)
	})
	if i < 0 || d.Outcome != task.Approved && d.Outcome != task.Rejected {
		w.openTask()
		return nil
	}
	g := d.Given[i]
	w.Status, w.Reviewer, w.Finding, w.Comment, w.ReviewedAt = Reviewed, g.Person, string(d.Outcome), cut(g.Comment), w.now
	w.tell("The broken glass was reviewed", g.Person+": "+w.Finding+".")
	return nil
}

// tell has people told.
func (w *work) tell(title, text string) {
	w.Problem = ""
	n := notify.Notice{
		Topic: notify.BreakGlass, Title: title + ": " + w.Name(), Team: w.Team, Service: w.Service, Environment: w.Environment, Link: "/glass",
		Text: strings.Join([]string{w.By + ", " + w.Criterion + ": " + w.Reason, text}, "\n"),
		Tell: []string{"role:security"}, About: "glass " + w.ID(), Over: !w.Blocks(),
	}
	if w.Team != "" {
		n.Tell = append(n.Tell, "team:"+w.Team)
	}
	w.effects = append(w.effects, machine.Effect{Kind: notify.EffectNotice, Class: machine.Repeatable, Input: machine.Must(n)})
}
