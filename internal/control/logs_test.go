package control_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// logged collects the lines that a query gives.
func (w *world) logged(q model.LogsQuery) []model.LogLine {
	w.Helper()
	var got []model.LogLine
	if err := w.Logs(w.ctx, q, func(l model.LogLine) error { got = append(got, l); return nil }); err != nil {
		w.Fatal(err)
	}
	return got
}

func texts(lines []model.LogLine) string {
	var list []string
	for _, l := range lines {
		list = append(list, l.Text)
	}
	return strings.Join(list, "|")
}

func TestInstanceLogs(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	w.pushed("a1", strings.Replace(tickets, "[./app]", "[./app], replicas: 3", 1))
	w.until("live", func(l model.Lane) bool { return l.Current != nil && l.Active == nil && len(l.Instances) == 3 })
	w.printed["tickets.dev.1.0"] = "2026-03-01T09:00:00.5Z out hello\n2026-03-01T09:00:01Z err+ a b\r\nno time\n"
	w.printed["tickets.dev.1.1"] = "2026-03-01T09:00:00Z out " + strings.Repeat("x", 1<<20) + "\n2026-03-01T09:00:02Z out end\n"

	got := w.logged(model.LogsQuery{Service: "tickets", Environment: "dev"}) // that of the third is gone
	first := slices.DeleteFunc(slices.Clone(got), func(l model.LogLine) bool { return l.Origin != "tickets.dev.1.0" })
	if len(got) != 5 || texts(first) != "hello|a b|no time" {
		t.Fatalf("%d lines, %q", len(got), texts(first))
	}
	if first[0].Stream != "out" || first[1].Stream != "err+" || first[0].At.Nanosecond() != 5e8 || !first[2].At.IsZero() {
		t.Errorf("%+v", first)
	}
	second := w.logged(model.LogsQuery{Service: "tickets", Environment: "dev", Instance: "tickets.dev.1.1"})
	if len(second) != 2 || len(second[0].Text) > 64<<10 || second[1].Text != "end" {
		t.Errorf("%d lines, the first of %d bytes", len(second), len(second[0].Text))
	}
	stop := errors.New("enough")
	err := w.Logs(w.ctx, model.LogsQuery{Service: "tickets", Environment: "dev"}, func(model.LogLine) error { return stop })
	if !errors.Is(err, stop) {
		t.Error(err)
	}
	nothing := func(model.LogLine) error { return nil }
	w.refused(w.Logs(w.ctx, model.LogsQuery{Service: "tickets", Environment: "dev", Instance: "payments.dev.1.0"}, nothing), fault.NotFound, "tickets.dev.1.2")
	w.refused(w.Logs(w.ctx, model.LogsQuery{Service: "tickets", Environment: "prod"}, nothing), fault.NotFound, "never deployed")
}

// TestFollowInstances: who follows a service sees what it prints after the next deployment.
func TestFollowInstances(t *testing.T) {
	w := newWorld(t)
	w.printed["tickets.dev.1.0"] = "2026-03-01T09:00:00Z out first\n"
	w.printed["tickets.dev.2.0"] = "2026-03-01T09:00:01Z out second\n"
	w.apply("hand", platform)
	w.live("a1")
	ctx, cancel := context.WithCancel(w.ctx)
	lines := make(chan string, 10)
	ended := make(chan error, 1)
	go func() {
		ended <- w.Logs(ctx, model.LogsQuery{Service: "tickets", Environment: "dev", Follow: true}, func(l model.LogLine) error { lines <- l.Text; return nil })
	}()
	if got := <-lines; got != "first" {
		t.Error(got)
	}
	w.live("b2")
	if got := <-lines; got != "second" {
		t.Error(got)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestBuildLog(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	w.live("a1")
	w.refused(w.Logs(w.ctx, model.LogsQuery{Service: "tickets", Release: "a1"}, nil), fault.NotFound, "no log of a build")
	log := try(w.builds.Create("tickets", "a10000000000"))(t)
	fmt.Fprint(log, "one\ntwo\nthree\nlast without an end")
	for tail, want := range map[int]string{0: "one|two|three|last without an end", 2: "three|last without an end", 9: "one|two|three|last without an end", -1: ""} {
		if got := texts(w.logged(model.LogsQuery{Service: "tickets", Release: "a1", Tail: tail, Follow: true})); got != want {
			t.Errorf("tail %d: %q", tail, got)
		}
	}
}

// TestFollowBuild begins before there is a log, and pauses in the middle of a line.
func TestFollowBuild(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	w.pending.Store(true)
	w.push("a1")
	lines := make(chan string)
	ended := make(chan error, 1)
	go func() {
		ended <- w.Logs(w.ctx, model.LogsQuery{Service: "tickets", Release: "a1", Follow: true}, func(l model.LogLine) error { lines <- l.Text; return nil })
	}()
	log := try(w.builds.Create("tickets", "a10000000000"))(t)
	fmt.Fprint(log, "one\ntw")
	if got := <-lines; got != "one" {
		t.Error(got)
	}
	fmt.Fprint(log, "o\nthr")
	if got := <-lines; got != "two" {
		t.Error(got)
	}
	fmt.Fprint(log, "ee")
	w.pending.Store(false)
	if got := <-lines; got != "three" {
		t.Error(got)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestWatch(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	w.live("a1")
	ctx, cancel := context.WithCancel(w.ctx)
	defer cancel()
	seen := make(chan model.Happening, 1000)
	ended := make(chan error, 1)
	go func() {
		ended <- w.Watch(ctx, 0, func(h model.Happening) error { seen <- h; return nil })
	}()
	next := func(machine string) model.Happening {
		for {
			select {
			case h := <-seen:
				if h.Machine == machine {
					return h
				}
			case err := <-ended:
				t.Fatal(err)
			}
		}
	}
	if h := next("release/tickets/a10000000000"); !strings.HasPrefix(h.Text, "tickets: release a10000000000 is built") {
		t.Errorf("%+v", h)
	}
	if h := next("deploy/tickets/dev"); h.Status != "idle" || !strings.HasPrefix(h.Text, "tickets/dev: ") {
		t.Errorf("%+v", h)
	}
	if h := next("deployment/tickets.dev.1"); h.Text != "tickets/dev: deployment of a10000000000 is completed" {
		t.Errorf("%+v", h)
	}
	r := try(w.SetSecret(w.ctx, "k", []byte("v")))(t)
	if h := next("secret/k"); h.Type != "secret.set" || h.Actor != "token:local" || r.Name != "k" {
		t.Errorf("%+v", h)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	// From now on: the first is what comes next.
	head := try(w.store.Head(t.Context()))(t)
	stop := errors.New("seen")
	go func() {
		ended <- w.Watch(w.ctx, -1, func(h model.Happening) error {
			if h.Position <= head {
				t.Errorf("%+v was before", h)
			}
			return stop
		})
	}()
	w.await("something is seen", func() bool { // it may begin after the first of these
		try(w.SetSecret(w.ctx, "k", []byte("v")))(t)
		return len(ended) > 0
	})
	if err := <-ended; !errors.Is(err, stop) {
		t.Error(err)
	}
}

func TestAudit(t *testing.T) {
	w := newWorld(t)
	w.apply("hand", platform)
	all := try(w.Audit(w.ctx, model.AuditQuery{}))(t)
	one := try(w.Audit(w.ctx, model.AuditQuery{After: 1, Limit: 1}))(t)
	if len(one) != 1 || one[0].Position != 2 || one[0].Hash != all[1].Hash {
		t.Errorf("%+v", one)
	}
	if last := try(w.Audit(w.ctx, model.AuditQuery{After: -1, Limit: 1}))(t); len(last) != 1 || last[0].Position != all[len(all)-1].Position {
		t.Errorf("the latest is %+v", last)
	}
	source := try(w.Audit(w.ctx, model.AuditQuery{Machine: "source/hand"}))(t)
	if len(source) != 2 || source[0].Actor != "token:local" || source[0].Type != "source.added" {
		t.Errorf("%+v", source)
	}
	var out strings.Builder
	if err := w.ExportAudit(w.ctx, &out); err != nil || strings.Count(out.String(), "\n") != len(all) {
		t.Errorf("%v, %d lines of %d", err, strings.Count(out.String(), "\n"), len(all))
	}
	if report := try(w.VerifyAudit(w.ctx))(t); !report.Verified || report.Entries != int64(len(all)) {
		t.Errorf("%+v", report)
	}
}
