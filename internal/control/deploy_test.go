package control_test

import (
	"strings"
	"testing"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/engine"
)

func TestDeployAndRollBack(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	w.live("a1")
	lane := w.live("b2")
	if lane.Current.Deployment != "tickets.dev.2" || lane.Current.Subject != "change b2" || lane.Team != "shop" || lane.Status != "idle" {
		t.Errorf("%+v", lane)
	}
	if len(lane.Kept) != 1 || lane.Kept[0].Release != "a10000000000" || len(lane.URLs) != 1 {
		t.Errorf("%+v", lane)
	}
	r := try(w.Rollback(w.ctx, model.RollbackRequest{Service: "tickets", Environment: "dev", To: "a1", Reason: "try"}))(t)
	if r.Deployment != "tickets.dev.3" || r.Position == 0 {
		t.Errorf("%+v", r)
	}
	back := w.until("it went back", func(l model.Lane) bool { return l.Active == nil && l.Current.Release == "a10000000000" })
	if back.Current.Commit[:2] != "a1" {
		t.Errorf("%+v", back.Current)
	}
	if err := w.Await(w.ctx, try(w.store.Head(t.Context()))(t)); err != nil {
		t.Fatal(err)
	}
	list := try(w.Deployments(w.ctx, model.DeploymentsQuery{Service: "tickets"}))(t)
	if len(list) != 3 || list[0].ID != "tickets.dev.3" || list[0].Outcome != "completed" || list[0].Cause != "rollback" || list[2].Cause != "push" {
		t.Errorf("%+v", list)
	}
	if one := try(w.Deployments(w.ctx, model.DeploymentsQuery{Limit: 1}))(t); len(one) != 1 || one[0].ID != "tickets.dev.3" {
		t.Errorf("%+v", one)
	}
	for _, q := range []model.DeploymentsQuery{{Service: "other"}, {Environment: "prod"}} {
		if none := try(w.Deployments(w.ctx, q))(t); len(none) != 0 {
			t.Errorf("%+v: %+v", q, none)
		}
	}

	// By hand into the next environment; the latest release is the one with the newest commit.
	r = try(w.Deploy(w.ctx, model.DeployRequest{Service: "tickets", Environment: "prod"}))(t)
	if r.Deployment != "tickets.prod.1" {
		t.Errorf("%+v", r)
	}
	// Its door asks for an approval, because it comes after dev.
	w.await("people are asked", func() bool {
		s, _, err := engine.Load[task.State](t.Context(), w.engine, task.MachineID(r.Deployment))
		return err == nil && s.Status == task.Open && s.Quorum == 1
	})
	if prod := try(w.Lane(w.ctx, "tickets", "prod"))(t); prod.Active != nil || prod.Current != nil || prod.Status != "waiting" {
		t.Errorf("%+v", prod)
	}
}

// TestReceipts name the deployment that a command is about, also when others wait.
func TestReceipts(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	w.live("a1")
	w.live("b2")
	w.unwell.Store(true)
	w.push("c3")
	w.until("c3 is under way", func(l model.Lane) bool { return l.Active != nil && l.Active.Release == "c30000000000" })
	waiting := try(w.Deploy(w.ctx, model.DeployRequest{Service: "tickets", Environment: "dev", Release: "a1"}))(t)
	if waiting.Deployment != "tickets.dev.4" {
		t.Errorf("%+v", waiting)
	}
	aborted := try(w.Abort(w.ctx, model.AbortRequest{Service: "tickets", Environment: "dev", Reason: "enough"}))(t)
	if aborted.Deployment != "tickets.dev.3" {
		t.Errorf("%+v", aborted)
	}
	w.until("what waited is under way", func(l model.Lane) bool { return l.Active != nil && l.Active.ID == "tickets.dev.4" })
	back := try(w.Rollback(w.ctx, model.RollbackRequest{Service: "tickets", Environment: "dev"}))(t)
	if back.Deployment != "tickets.dev.4" {
		t.Errorf("what was under way is taken back: %+v", back)
	}
}

func TestCommandsAreRefused(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	w.live("a1")
	deploy := func(r model.DeployRequest) error { _, err := w.Deploy(w.ctx, r); return err }
	w.refused(deploy(model.DeployRequest{Service: "nosuch", Environment: "dev"}), fault.NotFound, "there is no Service nosuch")
	w.refused(deploy(model.DeployRequest{Service: "tickets", Environment: "nosuch"}), fault.NotFound, "there is no Environment nosuch")
	w.refused(deploy(model.DeployRequest{Service: "tickets", Environment: "dev", Release: "ff"}), fault.NotFound, "tickets has no release ff")
	w.refused(deploy(model.DeployRequest{Service: "tickets", Environment: "dev", Release: "a1", Image: "x:1"}), fault.Invalid, "not of both")
	w.refused(deploy(model.DeployRequest{Service: "tickets", Environment: "dev", Release: "a1"}), fault.Refused, "already runs")

	rollback := func(r model.RollbackRequest) error { _, err := w.Rollback(w.ctx, r); return err }
	w.refused(rollback(model.RollbackRequest{Service: "tickets", Environment: "prod"}), fault.NotFound, "was never deployed to prod", "slipway deploy tickets prod")
	w.refused(rollback(model.RollbackRequest{Service: "tickets", Environment: "prid"}), fault.NotFound, "there is no Environment prid")
	w.refused(rollback(model.RollbackRequest{Service: "tickets", Environment: "dev", To: "zz"}), fault.NotFound, "no release zz")
	_, err := w.Settle(w.ctx, model.SettleRequest{Service: "tickets", Environment: "dev", Decision: "retry"})
	w.refused(err, fault.Refused)
	_, err = w.Lane(w.ctx, "tickets", "prod")
	w.refused(err, fault.NotFound, "never deployed")

	// What needs a secret that is not there says which.
	w.pushed("b2", strings.Replace(tickets, "  routes", "  secrets: {K: {from: payment-key}}\n  routes", 1))
	w.await("b2 is built", func() bool {
		r, err := w.Release(w.ctx, "tickets", "b2")
		return err == nil && r.Problems["dev"] != ""
	})
	w.refused(deploy(model.DeployRequest{Service: "tickets", Environment: "dev", Release: "b2"}), fault.Refused, "payment-key", "slipway secret set")
}

func TestReleases(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	w.live("aa1")
	w.live("aa2")
	_, err := w.Release(w.ctx, "tickets", "aa")
	w.refused(err, fault.Invalid, "any of 2 releases", "write more")
	r := try(w.Release(w.ctx, "tickets", "aa1"))(t)
	if r.ID != "aa1000000000" || r.Author != "Ada <ada@example.test>" || r.Status != "built" || r.Order != 1 {
		t.Errorf("%+v", r)
	}
	if by := try(w.Release(w.ctx, "tickets", r.Commit))(t); by.ID != r.ID {
		t.Errorf("by its commit: %+v", by)
	}
	// The branch went back to the first commit: that is the latest release now.
	w.push("aa1")
	w.await("it went back", func() bool { return try(w.Release(w.ctx, "tickets", "aa1"))(t).Order == 3 })
	list := try(w.Releases(w.ctx, "tickets", 0))(t)
	if len(list) != 2 || list[0].ID != "aa1000000000" {
		t.Errorf("%+v", list)
	}
	if all := try(w.Releases(w.ctx, "", 1))(t); len(all) != 1 {
		t.Errorf("%+v", all)
	}
	_, err = w.Releases(w.ctx, "nosuch", 0)
	w.refused(err, fault.NotFound, "there is no Service nosuch")
}

// TestPending: what is on its way, or did not get there, is shown where it would go.
func TestPending(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", "apiVersion: slipway.dev/v1\nkind: Team\nmetadata: {name: shop}\nspec: {members: []}\n")
	w.broken.Store(true)
	w.push("a1")
	if l := try(w.Lanes(w.ctx))(t); len(l) != 1 || !strings.Contains(l[0].Text, "no environment") {
		t.Errorf("%+v", l)
	}
	w.apply("hand", platform)
	lanes := try(w.Lanes(w.ctx))(t)
	if len(lanes) != 1 || lanes[0].Environment != "dev" || lanes[0].Status != "empty" || lanes[0].Pending == nil || lanes[0].Pending.ID != "a10000000000" {
		t.Fatalf("%+v", lanes)
	}
	w.await("the build failed", func() bool { return try(w.Release(w.ctx, "tickets", "a1"))(t).Status == "failed" })
	w.broken.Store(false)
	w.pending.Store(true)
	try(w.RetryBuild(w.ctx, "tickets", "a1"))(t)
	_, err := w.RetryBuild(w.ctx, "tickets", "a1")
	w.refused(err, fault.Refused, "is being built")
	_, err = w.Deploy(w.ctx, model.DeployRequest{Service: "tickets", Environment: "dev", Release: "a1"})
	w.refused(err, fault.Refused, "is building", "slipway release show tickets a10000000000")
	try(w.CancelBuild(w.ctx, "tickets", "a1"))(t)
	if s := try(w.Release(w.ctx, "tickets", "a1"))(t); s.Status != "cancelled" {
		t.Errorf("%+v", s)
	}
	_, err = w.CancelBuild(w.ctx, "tickets", "a1")
	w.refused(err, fault.Refused, "no build to cancel")
	lane := w.live("b2")
	if lane.Pending != nil {
		t.Errorf("%+v", lane.Pending)
	}
	if l := try(w.Lanes(w.ctx))(t); len(l) != 1 || l[0].Current == nil {
		t.Errorf("%+v", l)
	}
}
