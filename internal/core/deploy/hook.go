package deploy

import (
	"fmt"
	"slices"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/trigger"
	"slipway.dev/internal/core/workflow/interp"
)

// Hooks are workflows that a deployment runs, one after the other: those before users meet it
// when its instances are healthy and checked, those after when it has all traffic. The lane asks
// their triggers by messages and hears of each end by one, so that nothing waits for a run but the state.

// EventHook tells a lane that a run of a hook has ended, with an interp.Child.
const EventHook = "hook.ended"

// HookInput is the input of a hook's run.
type HookInput struct {
	Hook        string         `json:"hook"` // "before" or "after"
	Service     string         `json:"service"`
	Environment string         `json:"environment"`
	Deployment  string         `json:"deployment"`
	Release     string         `json:"release"`
	Artifact    string         `json:"artifact"`
	Commit      string         `json:"commit,omitempty"`
	Instances   []RoutedTarget `json:"instances"` // that are healthy
}

// hooksOf gives all hooks in their order.
func hooksOf(h config.Hooks) []string { return slices.Concat(h.Before, h.After) }

// hook begins the next hook, of those before or after; false: there is none. A rollback has none:
// who goes back wants to be there.
func (w *work) hook(before bool) bool {
	a := w.Active
	h := a.Target.Rollout.Hooks
	if a.Kind != KindDeploy || before && a.Hook >= len(h.Before) || a.Hook >= len(hooksOf(h)) {
		return false
	}
	which := "after"
	if before {
		which = "before"
		w.enter(Checking)
	}
	name := hooksOf(h)[a.Hook]
	w.await(awaitHook, hookPatience)
	a.Timer.Key += fmt.Sprintf(".%d", a.Hook)
	w.send(trigger.MachineID(w.Environment, name), trigger.EventFired, trigger.Fire{
		As: machine.Actor{Kind: "workflow", Name: name}, Trigger: "deployment", Parent: MachineID(w.Service, w.Environment), Notify: EventHook, Key: a.hookKey(),
		Input: interp.Datum{V: machine.Must(HookInput{Hook: which, Service: w.Service, Environment: w.Environment, Deployment: a.Deployment,
			Release: a.Release, Artifact: a.Artifact, Commit: a.Commit, Instances: a.Target.healthy()})},
	})
	return true
}

// hookKey tells the hook under way from all others.
func (a *Active) hookKey() string { return fmt.Sprintf("%s.%d", a.Deployment, a.Hook) }

// hookName is the workflow that is under way.
func (a *Active) hookName() string { return hooksOf(a.Target.Rollout.Hooks)[a.Hook] }

// hooked takes in how a run of a hook ended.
func (w *work) hooked(c interp.Child) error {
	a := w.Active
	if a == nil || a.Await != awaitHook || c.Key != a.hookKey() {
		return refuse("no hook %.64q is waited for", c.Key)
	}
	if c.Status != interp.Completed {
		reason := fmt.Sprintf("the workflow %s is %s (%s)", a.hookName(), c.Status, c.Run)
		if c.Error != nil && c.Error.Detail != "" {
			reason += ": " + c.Error.Detail
		}
		w.fail(reason)
		return nil
	}
	if a.Hook++; a.Exposed {
		w.observe()
		return nil
	}
	w.await(awaitInstances, a.Target.Rollout.Deadline)
	return nil
}

// observe watches what has all traffic, after its hooks.
func (w *work) observe() {
	if !w.hook(false) {
		w.await(awaitObserve, w.Active.Target.Rollout.Rollback.Observe)
	}
}

// noHook acts on a hook that could not begin. The release is not to blame, and may be tried
// again when the workflow is there.
func (w *work) noHook(r machine.Refused) {
	if a := w.Active; a != nil && a.Await == awaitHook && r.To == trigger.MachineID(w.Environment, a.hookName()) {
		w.goBack(RolledBack, "the workflow "+a.hookName()+" could not begin: "+r.Reason)
	}
}
