package run

import (
	"slices"
	"strings"
	"testing"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/engine"
)

// TestRunsHearOfRuns begins a run that waits for the end of another, in our words and in the specification's.
func TestRunsHearOfRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, kind := range []string{"dev.slipway.run.completed", "io.serverlessworkflow.workflow.completed.v1", "dev.slipway.run.started"} {
		waits := w.begin("do: [{a: {listen: {to: {one: {with: {type: "+kind+"}}}, read: envelope}}}]", nil)
		w.output("do: [{a: {set: {n: 7}}}]", nil)
		s := w.end(waits)
		got := w.text(s.Output)
		if s.Status != interp.Completed || !strings.Contains(got, kind) || kind != "dev.slipway.run.started" && !strings.Contains(got, `"output":{"n":7}`) {
			t.Errorf("%s: %s %v %s", kind, s.Status, s.Error, got)
		}
	}
	waits := w.begin("do: [{a: {listen: {to: {one: {with: {type: dev.slipway.run.faulted}}}}}}]", nil)
	w.problem("do: [{a: {raise: {error: {type: 'https://example.com/bad', status: 400, title: Bad}}}}]", nil)
	if got := w.text(w.end(waits).Output); !strings.Contains(got, `"title":"Bad"`) {
		t.Error(got)
	}
}

// TestFeedIsExactlyOnce lets an engine be started again and again while things happen: each
// is heard of once.
func TestFeedIsExactlyOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.listen("stub/a", listening("p", `{"with":{"type":"dev.slipway.run.completed"}}`, "dev.slipway.run.completed"))
	var ids []string
	for round := range 4 {
		if round > 0 {
			w.stop() // what happened since the feed last looked is told after the next start
			w.start(nil, engine.Options{})
		}
		for range 3 {
			id := w.begin("do: [{a: {set: {n: 7}}}]", nil)
			w.end(id)
			ids = append(ids, id)
		}
	}
	eventually(t, "all to be heard of", func() bool { return len(w.heard("stub/a")) >= len(ids) })
	var got []string
	for _, text := range w.heard("stub/a") {
		for _, id := range ids {
			if strings.Contains(text, `"run":"`+id+`"`) {
				got = append(got, id)
			}
		}
	}
	if !slices.Equal(got, ids) {
		t.Errorf("heard of %v, not %v", got, ids)
	}
}

func TestNobodyHearsOfWhatWasBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.end(w.begin("do: [{a: {set: {n: 1}}}]", nil))
	at := w.engine.Now()
	eventually(t, "time to go on", func() bool { return w.engine.Now().After(at) })
	w.listen("stub/a", interp.Listening{Key: "p", Since: w.engine.Now(), Types: []string{"dev.slipway.run.completed"}, Filter: []byte(`[{"with":{"type":"dev.slipway.run.completed"}}]`)})
	second := w.begin("do: [{a: {set: {n: 2}}}]", nil)
	w.end(second)
	eventually(t, "the second run to be heard of", func() bool { return len(w.heard("stub/a")) > 0 })
	if got := w.heard("stub/a"); len(got) != 1 || !strings.Contains(got[0], second) {
		t.Errorf("%v", got)
	}
}

// TestWhatHappensHereIsTold has machines of the house take what they take at an end.
func TestWhatHappensHereIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *Driver) {
		engine.Register(d.Engine, "deployment", deploy.RecordVersion, deploy.Record{})
		engine.Register(d.Engine, "task", task.Version, task.Machine{})
		d.Engine.HandleEffect(notify.EffectNotice, effectNothing)
		d.Engine.HandleFacts("task", taskFacts)
	})
	w.listen("stub/a", interp.Listening{Key: "all", Filter: []byte(`[{}]`)})
	say := func(id, kind string, data any) {
		t.Helper()
		w.submit(engine.To{Machine: id, Event: machine.Event{Type: kind, Actor: someone, Data: machine.Must(data)}})
	}
	ended := deploy.Ended{}
	ended.Service, ended.Environment, ended.Release, ended.Outcome, ended.Reason = "tickets", "prod", "r7", deploy.RolledBack, "too many errors"
	say("deployment/7", deploy.EventEnded, ended)
	say("task/1", task.EventOpened, task.Ask{Name: "1", Kind: task.Approval, Title: "Go?", Subject: "stub/b", From: []string{"ops"}, Quorum: 1})
	say("task/1", task.EventAnswered, task.Answer{Decision: task.Approve})
	eventually(t, "both to be heard of", func() bool { return len(w.heard("stub/a")) >= 2 })
	got := w.heard("stub/a")
	for i, want := range []string{
		`"data":{"deployment":"7","environment":"prod","outcome":"rolledBack","reason":"too many errors","release":"r7","service":"tickets"},"datacontenttype":"application/json","id":"journal-3","source":"/slipway"`,
		`"data":{"outcome":"approved","reason":"it was approved by ada","task":"1"}`,
	} {
		if !strings.Contains(got[i], want) {
			t.Errorf("%s", got[i])
		}
	}
	if !strings.Contains(got[0], `"type":"dev.slipway.deployment.rolledBack"`) || !strings.Contains(got[1], `"type":"dev.slipway.task.ended"`) || len(got) != 2 {
		t.Errorf("%s", got)
	}
}
