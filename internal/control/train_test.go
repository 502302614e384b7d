package control_test

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
)

// payload gives what an envelope holds.
func payload(t *testing.T, e model.Envelope) string {
	t.Helper()
	var dsse struct{ Payload string }
	if err := json.Unmarshal(e.Envelope, &dsse); err != nil {
		t.Fatal(err)
	}
	return string(try(base64.StdEncoding.DecodeString(dsse.Payload))(t))
}

// shop gives tickets and payments, which it needs; change is made to the first.
func shop(old, changed string) string {
	payments := strings.NewReplacer("name: tickets", "name: payments", "path: tickets", "path: payments", "/orders", "/charges").Replace(tickets)
	return strings.Replace(strings.Replace(tickets, "  routes", "  needs: [payments]\n  routes", 1), old, changed, 1) + "---" + payments
}

// both brings a commit of both into dev.
func (w *world) both(n, old, changed string) {
	w.Helper()
	w.pushed(n, shop(old, changed))
	for _, service := range []string{"payments", "tickets"} {
		w.reaches(service, "dev", n)
	}
}

var wanted = []model.TrainWanted{{Service: "tickets"}, {Service: "payments"}}

func (w *world) arrivesTrain(id, status string) (t model.Train) {
	w.Helper()
	w.await("train "+id+" is "+status, func() bool { t = try(w.Train(w.ctx, id))(w); return t.Status == status })
	return t
}

// Two services go in together, what is needed first; and back together, in reverse order.
func TestTrain(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", door("approvals: {count: 1}"))
	w.approvers("bob approver", "dev developer", "deb developer dev", "vic viewer")
	first := map[string]string{}
	for _, n := range []string{"a1", "b2"} {
		w.both(n, "", "")
		for _, who := range []string{"vic", "deb"} {
			_, err := w.CreateTrain(w.as(who), model.TrainRequest{Environment: "prod", Members: wanted})
			w.refused(err, fault.Denied)
		}
		made := try(w.CreateTrain(w.as("dev"), model.TrainRequest{Environment: "prod", Members: wanted, Reason: "together"}))(t)
		if p := made.Plan; len(p) != 2 || p[0].Service != "payments" || p[1].Service != "tickets" || p[1].Release != made.Members[1].Release {
			t.Errorf("one plan of both, in the order in which they go in: %+v", p)
		}
		if len(made.Members) != 2 || made.Members[0].Service != "payments" || made.Status != "gathering" || made.By != "person:dev" {
			t.Fatalf("%+v", made)
		}
		if err := w.says(w.as("bob"), deploymentOf(w, made, 0), "approve"); err != nil {
			t.Fatal(err)
		}
		w.await("payments is ready, and waits for tickets", func() bool { return try(w.Train(w.ctx, made.ID))(t).Members[0].Ready })
		if lane, err := w.Lane(w.ctx, "payments", "prod"); err == nil && lane.Current != nil && strings.HasPrefix(lane.Current.Commit, n) {
			t.Fatal("it went in though the door of another is shut")
		}
		if err := w.says(w.as("bob"), deploymentOf(w, made, 1), "approve"); err != nil {
			t.Fatal(err)
		}
		w.arrivesTrain(made.ID, "completed")
		for _, service := range []string{"payments", "tickets"} {
			w.reaches(service, "prod", n)
		}
		first[n] = made.ID
	}
	list := try(w.Trains(w.as("vic")))(t)
	if len(list) != 2 || list[0].ID != first["b2"] {
		t.Errorf("%+v", list)
	}
	_, err := w.RollbackTrain(w.as("deb"), first["b2"], model.TrainCommand{})
	w.refused(err, fault.Denied)
	_, err = w.RollbackTrain(w.ctx, "nosuch", model.TrainCommand{})
	w.refused(err, fault.NotFound)
	try(w.RollbackTrain(w.as("dev"), first["b2"], model.TrainCommand{Reason: "it is slow"}))(t)
	w.arrivesTrain(first["b2"], "rolledBack")
	for _, service := range []string{"payments", "tickets"} {
		w.reaches(service, "prod", "a1")
	}
	if got := w.backInOrder(); !slices.Equal(got, []string{"tickets", "payments"}) {
		t.Errorf("they went back as %v", got)
	}
}

// backInOrder gives the services that were rolled back in prod, in their order.
func (w *world) backInOrder() (services []string) {
	w.Helper()
	if err := w.Await(w.ctx, try(w.store.Head(w.Context()))(w)); err != nil {
		w.Fatal(err)
	}
	list := try(w.Deployments(w.ctx, model.DeploymentsQuery{Environment: "prod"}))(w)
	slices.SortFunc(list, func(a, b model.Deployment) int { return a.RequestedAt.Compare(b.RequestedAt) })
	for _, d := range list {
		if d.Cause == "rollback" {
			services = append(services, d.Service)
		}
	}
	return services
}

// deploymentOf gives the deployment of a member, once its lane has told it.
func deploymentOf(w *world, t model.Train, i int) (id string) {
	w.Helper()
	w.await("the lane told the train", func() bool { id = try(w.Train(w.ctx, t.ID))(w).Members[i].Deployment; return id != "" })
	return id
}

// One that fails takes the others back that went in before it.
func TestATrainFailsAsAWhole(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", door("approvals: {count: 0}"))
	w.both("a1", "", "")
	made := try(w.CreateTrain(w.ctx, model.TrainRequest{Environment: "prod", Members: wanted}))(t)
	w.arrivesTrain(made.ID, "completed")
	w.both("b2", "  routes", "  overrides: {prod: {rollback: {observe: 1h}}}\n  routes")
	made = try(w.CreateTrain(w.ctx, model.TrainRequest{Environment: "prod", Members: wanted}))(t)
	w.await("payments is completed, and tickets watched", func() bool {
		l := try(w.Lane(w.ctx, "tickets", "prod"))(t)
		return l.Status == "observing" && strings.HasPrefix(try(w.Lane(w.ctx, "payments", "prod"))(t).Current.Commit, "b2")
	})
	lane := deploy.MachineID("tickets", "prod")
	failing := deploymentOf(w, made, 1)
	for n := range uint64(2) { // from now on every second request fails
		if err := w.observe(t.Context(), lane, deploy.EventTraffic, deploy.Traffic{Counts: []deploy.Count{{Deployment: failing, Requests: n * 100, Errors: n * 50}}}); err != nil {
			t.Fatal(err)
		}
	}
	made = w.arrivesTrain(made.ID, "rolledBack")
	for _, service := range []string{"payments", "tickets"} {
		w.reaches(service, "prod", "a1")
	}
	if m := made.Members; m[1].Phase != "rolledBack" || m[0].Back == "" || m[1].Reason == "" {
		t.Errorf("%+v", m)
	}
	if got := w.backInOrder(); !slices.Equal(got, []string{"payments"}) { // tickets went back by itself
		t.Errorf("%v went back for the train", got)
	}
}

// What promises no way back is looked at before anything moves.
func TestATrainWithoutAWayBack(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", door("approvals: {count: 0}"))
	w.both("a1", "  routes", "  migration: contract\n  routes")
	train := func(force bool, members ...model.TrainWanted) error {
		_, err := w.CreateTrain(w.ctx, model.TrainRequest{Environment: "prod", Members: members, Force: force})
		return err
	}
	w.refused(train(false, wanted...), fault.Refused, "contract")
	w.refused(train(false), fault.Invalid)
	w.refused(train(false, wanted[0]), fault.Invalid)
	w.refused(train(false, model.TrainWanted{Service: "nosuch"}, wanted[0]), fault.NotFound)
	if rows := try(w.engine.List(t.Context(), "deploy/tickets/prod"))(t); len(rows) != 0 || len(try(w.Trains(w.ctx))(t)) != 0 {
		t.Errorf("something moved: %+v", rows)
	}
	if err := train(true, wanted...); err != nil {
		t.Fatal(err)
	}
	w.reaches("tickets", "prod", "a1")
	if made := try(w.Trains(w.ctx))(t); !made[0].Forced {
		t.Errorf("%+v", made)
	}
}

// A train that is stopped before its doors are open leaves nothing behind.
func TestAbortTrain(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", door("approvals: {count: 1}"))
	w.both("a1", "", "")
	made := try(w.CreateTrain(w.ctx, model.TrainRequest{Environment: "prod", Members: wanted}))(t)
	try(w.AbortTrain(w.ctx, made.ID, model.TrainCommand{Reason: "another day"}))(t)
	made = w.arrivesTrain(made.ID, "aborted")
	for _, service := range []string{"payments", "tickets"} {
		if l := try(w.Lane(w.ctx, service, "prod"))(t); l.Current != nil || l.Active != nil {
			t.Errorf("%s: %+v", service, l)
		}
	}
	w.refused(second(w.AcceptTrain(w.ctx, made.ID, model.TrainCommand{})), fault.Refused)
}
