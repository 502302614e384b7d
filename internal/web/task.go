package web

import (
	"maps"
	"slices"
	"strings"

	"slipway.dev/client/model"
)

func (h *handler) tasks() {
	h.page("/tasks", h.taskList)
	h.page("/tasks/{task}", h.task)
	h.form("/tasks/{task}/answers", h.answer)
	h.form("/tasks/{task}/withdrawals", func(v visit) (string, error) {
		_, err := h.Control.WithdrawAnswer(v.ctx, v.r.PathValue("task"), model.TaskWithdrawal{Comment: v.value("comment")})
		return h.back(v.value("return")), err
	})
	h.form("/tasks/{task}/claims", func(v visit) (string, error) {
		_, err := h.Control.ClaimTask(v.ctx, v.r.PathValue("task"), model.TaskClaim{Release: v.value("release") != ""})
		return h.back(v.value("return")), err
	})
	h.form("/tasks/{task}/delegations", func(v visit) (string, error) {
		_, err := h.Control.DelegateTask(v.ctx, v.r.PathValue("task"), model.TaskDelegation{To: v.value("to"), Comment: v.value("comment")})
		return h.back(v.value("return")), err
	})
}

// taskList shows what the visitor can answer first, and then what others must.
func (h *handler) taskList(v visit) (view, error) {
	all, err := h.Control.Tasks(v.ctx, model.TasksQuery{})
	if err != nil {
		return view{}, err
	}
	var mine, others []model.Task
	for _, t := range all {
		if t.Mine {
			mine = append(mine, t)
		} else {
			others = append(others, t)
		}
	}
	return view{Title: "Tasks", Here: "/tasks", Live: taskLists(mine, others, v)}, nil
}

func (h *handler) task(v visit) (view, error) {
	t, err := h.Control.Task(v.ctx, v.r.PathValue("task"))
	if err != nil {
		return view{}, err
	}
	flow, err := h.flowOf(v, t)
	if err != nil {
		return view{}, err
	}
	shown := view{Title: t.Title, Here: "/tasks", Live: taskPage(t, flow, v)}
	if asks(t, v.who) {
		shown.Still, shown.Stance, shown.Rest = true, stance(t, v.who), answerForms(t, v.who, path("tasks", t.Name))
	}
	return shown, nil
}

// flowOf gives the flow that a task is about, if it is an alert.
func (h *handler) flowOf(v visit, t model.Task) (string, error) {
	if t.Kind != "alert" {
		return "", nil
	}
	all, err := h.Control.Alerts(v.ctx)
	i := slices.IndexFunc(all, func(a model.Alert) bool { return a.Task == t.Name })
	if i < 0 {
		return "", err
	}
	return all[i].Flow, err
}

// answer takes what a person says about what they saw: the form brings the digests along
// that were shown.
func (h *handler) answer(v visit) (string, error) {
	a := model.TaskAnswer{Decision: v.value("decision"), Comment: v.value("comment"), Digests: map[string]string{}}
	for key := range v.r.PostForm {
		if name, ok := strings.CutPrefix(key, "digest."); ok {
			a.Digests[name] = v.r.PostFormValue(key)
		}
	}
	t, err := h.Control.Task(v.ctx, v.r.PathValue("task"))
	if err != nil {
		return "", err
	}
	if len(t.Schema) > 0 && a.Decision != "reject" {
		if a.Value, err = filledIn(fieldsOf(t.Schema), v.r.PostForm); err != nil {
			return "", err
		}
	}
	_, err = h.Control.AnswerTask(v.ctx, t.Name, a)
	return h.back(v.value("return")), err
}

// asks says whether there is anything that the visitor can do about a task.
func asks(t model.Task, who model.Whoami) bool { return t.Mine || answered(t, who) != nil }

// stance says what the forms of a task are made for: what is shown changes with it.
func stance(t model.Task, who model.Whoami) string {
	if answered(t, who) != nil {
		return "answered"
	}
	var about strings.Builder
	for _, name := range digestsOf(t) {
		about.WriteString(" " + t.Digests[name])
	}
	return "asked about" + about.String()
}

// answered gives the visitor's own answer that counts; nil: there is none.
func answered(t model.Task, who model.Whoami) *model.TaskGiven {
	if t.Status != "open" && t.Kind != "approval" || t.Status == "closed" || t.Status == "expired" {
		return nil
	}
	i := slices.IndexFunc(t.Answers, func(g model.TaskGiven) bool { return g.Void == "" && who.Person != "" && g.Person == who.Person })
	if i < 0 {
		return nil
	}
	return &t.Answers[i]
}

// digestsOf gives what a task is bound to, by name.
func digestsOf(t model.Task) []string { return slices.Sorted(maps.Keys(t.Digests)) }

// about is where all is shown that a task is about.
func about(t model.Task) string {
	if t.Kind == "approval" && t.Service != "" {
		return path("deployments", t.Name)
	}
	return path("tasks", t.Name)
}

// taskStatus is how a task is shown.
func taskStatus(t model.Task) status {
	switch t.Status {
	case "open":
		return status{"Open", "dots", busy}
	case "approved":
		if t.Kind == "alert" {
			return status{"Taken on", "check", good}
		}
		return status{"Approved", "check", good}
	case "rejected":
		return status{"Rejected", "cross", bad}
	case "expired":
		return status{"Expired", "pause", warn}
	}
	return status{"Closed", "none", quiet}
}

// agreement is the answer that is not a rejection.
func agreement(t model.Task) string {
	if t.Kind == "form" {
		return "submit"
	}
	return "approve"
}

func agreementWord(t model.Task) string {
	switch t.Kind {
	case "form":
		return "Fill in"
	case "access":
		return "Review"
	case "alert":
		return "Take it on"
	}
	return "Approve"
}

// kinds are the words for sorts of tasks.
var kinds = map[string]string{
	"approval": "Approval", "review": "Review", "form": "Form", "signOff": "Sign-off", "acceptance": "Acceptance", "access": "Access review",
	"alert": "Alert",
}
