package manifest

import "reflect"

// Workflow says which workflow a service is, and how it runs by itself.
type Workflow struct {
	File    Path    `json:"file,omitempty" need:"yes" doc:"File with its definition in the Open Workflow DSL, below the source's path." eg:"\"restart.yaml\""`
	Zone    Zone    `json:"zone,omitempty" doc:"Time zone of the cron expression of its schedule. Default: UTC." eg:"\"Europe/Berlin\""`
	Missed  string  `json:"missed,omitempty" enum:"skip once all" doc:"What is done about times of its schedule that passed while the control plane was down or it was paused: nothing, one run for the last, or one for each, up to 100. Default: skip."`
	Webhook EnvName `json:"webhook,omitempty" doc:"Which of its secrets signs webhooks. A POST to /v1/workflows/NAME/ENVIRONMENT/webhook, signed as GitHub, GitLab or Gitea do, begins a run with its body as input." eg:"\"HOOK\""`
	Overlap string  `json:"overlap,omitempty" enum:"skip queue allow replace" doc:"What is done when it should begin by itself and a run of it is under way: it does not begin, begins afterwards, begins beside it, or takes its place. Default: skip; allow for what begins with events."`
}

// ofInstances are fields of a service that say something of its instances, which a workflow has none of.
var ofInstances = []string{"run", "routes", "config", "files", "health", "strategy", "smoke", "hooks", "timeouts", "migration", "metrics"}

// checkWorkflow finds what has no meaning for a workflow.
func (s Service) checkWorkflow(at spot) {
	for _, name := range ofInstances {
		if at.has(name) {
			at.in(name).say("a workflow has no instances, so that `%s` means nothing; leave it out", name)
		}
	}
	for _, name := range []string{"errors", "minimum", "observe", "warm"} {
		if at.has("rollback", name) {
			at.in("rollback").in(name).say("a workflow's version is active at once and not watched, so that `%s` means nothing; only `keep` does", name)
		}
	}
	if hook := s.Workflow.Webhook; hook != "" {
		if _, ok := s.Secrets[hook]; !ok {
			at.in("workflow").in("webhook").say("`secrets` has no %s; add secrets: {%s: {from: NAME}}", hook, hook)
		}
	}
	for environment := range s.Overrides {
		over := at.in("overrides").in(string(environment))
		for _, name := range shapes[reflect.TypeFor[Override]()].names() {
			if name != "secrets" && over.has(name) {
				over.in(name).say("only a workflow's secrets may be different in an environment; leave out `%s`", name)
			}
		}
	}
}
