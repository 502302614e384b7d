package run

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/engine"
)

// listening gives a wish: filter is the JSON of interp.Filter.
func listening(key, filter string, types ...string) interp.Listening {
	return interp.Listening{Key: key, Types: types, Filter: []byte("[" + filter + "]")}
}

func wish(id string, l interp.Listening) engine.Desired {
	return engine.Desired{Machine: id, Kind: interp.DesiredListen, Key: l.Key, Spec: machine.Must(l)}
}

func an(kind, id string, data any) cloudevent.Event {
	return cloudevent.Event{"specversion": "1.0", "id": id, "source": "/test", "type": kind, "data": data}
}

func names(list []*listener) string {
	var out []string
	for _, n := range list {
		out = append(out, n.machine+":"+n.Key)
	}
	return strings.Join(out, " ")
}

func TestWhoHears(t *testing.T) {
	t.Parallel()
	var l Listeners
	note := func(id string, all ...interp.Listening) {
		var wishes []engine.Desired
		for _, one := range all {
			wishes = append(wishes, wish(id, one))
		}
		l.Note(id, wishes)
	}
	note("run/a", listening("1", `{"with":{"type":"paid"}}`, "paid"), listening("2", `{"with":{"type":"sent","source":"/other"}}`, "sent"))
	note("run/b", listening("1", `{"with":{"type":"paid"},"keys":[{"from":".data.order","value":7}]}`, "paid"))
	note("run/c", listening("1", `{"with":{"type":"paid"},"keys":[{"from":".data.order","value":8}]}`, "paid"))
	note("run/d", listening("any", `{}`))
	note("run/e", listening("1", `{"with":{"type":"paid"},"where":{"data":".order > 7"}}`, "paid"))
	note("run/f", interp.Listening{Key: "both", Types: []string{"paid", "sent"}, Filter: []byte(`[{"with":{"type":"paid","subject":"x"}},{"with":{"type":"sent"}}]`)})
	note("run/g", interp.Listening{Key: "late", Since: time.Unix(100, 0), Types: []string{"paid"}, Filter: []byte(`[{"with":{"type":"paid"}}]`)})
	hear := func(e cloudevent.Event, at time.Time, want string) {
		t.Helper()
		e, _, err := check(e)
		if err != nil {
			t.Fatal(err)
		}
		if got := names(l.heard(e, at)); got != want {
			t.Errorf("%v: %s", e, got)
		}
	}
	hear(an("paid", "1", map[string]any{"order": 7}), time.Time{}, "run/a:1 run/b:1 run/d:any run/g:late")
	hear(an("paid", "1", map[string]any{"order": 8.0}), time.Unix(99, 0), "run/a:1 run/c:1 run/d:any run/e:1")
	hear(an("paid", "1", "no object"), time.Unix(99, 0), "run/a:1 run/d:any")
	hear(an("sent", "1", nil), time.Time{}, "run/d:any run/f:both")
	hear(an("else", "1", nil), time.Time{}, "run/d:any")
	note("run/b", listening("1", `{"with":{"type":"paid"},"keys":[{"from":".data.order","value":8}]}`, "paid"))
	note("run/d")
	note("run/a")
	hear(an("paid", "1", map[string]any{"order": 8}), time.Unix(99, 0), "run/b:1 run/c:1 run/e:1")
	hear(an("paid", "1", map[string]any{"order": 7}), time.Unix(99, 0), "")
	if !l.wants("paid") || l.wants("else") {
		t.Error("wants")
	}
	for _, id := range []string{"run/b", "run/c", "run/e", "run/f", "run/g"} {
		note(id)
	}
	if len(l.of)+len(l.byType) != 0 {
		t.Errorf("left: %v %v", l.of, l.byType)
	}
}

func (w *world) listen(id string, all ...interp.Listening) {
	w.t.Helper()
	w.submit(engine.To{Machine: id, Event: machine.Event{Type: "stub.set", Actor: someone, Data: machine.Must(stubState{Listen: all})}})
}

func (w *world) heard(id string) (list []string) {
	w.t.Helper()
	s, _, err := engine.Load[stubState](w.t.Context(), w.engine, id)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, h := range s.Heard {
		list = append(list, h.Key+" "+w.text(h.Event))
	}
	return list
}

func (w *world) ingest(events ...cloudevent.Event) Taken {
	w.t.Helper()
	taken, err := w.driver.Ingest(w.t.Context(), events, someone)
	if err != nil {
		w.t.Fatal(err)
	}
	return taken
}

func TestIngest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	paid := listening("p", `{"with":{"type":"paid"}}`, "paid")
	w.listen("stub/a", paid)
	w.listen("stub/b", paid, listening("q", `{"with":{"type":"paid"}}`, "paid"))
	long := strings.Repeat("x", 10_000)
	if got := w.ingest(an("paid", "1", long), an("other", "2", nil)); got.Events != 2 || got.Delivered != 3 || got.Position == 0 {
		t.Errorf("%+v", got)
	}
	if got := w.heard("stub/b"); len(got) != 2 || !strings.HasPrefix(got[0], "p {") || !strings.HasPrefix(got[1], "q {") || !strings.Contains(got[1], long) {
		t.Errorf("%d: %.300s", len(got), got)
	}
	// The same event again, also when it would be heard by another key by now.
	w.listen("stub/b", listening("new", `{"with":{"type":"paid"}}`, "paid"))
	w.ingest(an("paid", "1", long))
	if len(w.heard("stub/a")) != 1 || len(w.heard("stub/b")) != 2 {
		t.Errorf("an event was delivered twice: %d and %d times", len(w.heard("stub/a")), len(w.heard("stub/b")))
	}
	// One that refuses does not keep it from the others.
	w.submit(engine.To{Machine: "stub/0", Event: machine.Event{Type: "stub.set", Actor: someone, Data: machine.Must(stubState{Listen: []interp.Listening{paid}, Refuse: true})}})
	if got := w.ingest(an("paid", "3", nil)); got.Delivered != 2 {
		t.Errorf("%+v", got)
	}
	if len(w.heard("stub/a")) != 2 || len(w.heard("stub/b")) != 3 {
		t.Error("others did not hear of it")
	}
}

func TestManyListenersOfOneEvent(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var all []engine.To
	for i := range 600 {
		all = append(all, engine.To{Machine: fmt.Sprintf("stub/%d", i), Event: machine.Event{Type: "stub.set", Actor: someone,
			Data: machine.Must(stubState{Listen: []interp.Listening{listening("p", `{"with":{"type":"paid"}}`, "paid")}})}})
	}
	w.submit(all...)
	if got := w.ingest(an("paid", "1", 1), an("paid", "2", 2)); got.Delivered != 1200 {
		t.Errorf("%+v", got)
	}
	if got := w.heard("stub/599"); len(got) != 2 || !strings.Contains(got[0], `"id":"1"`) {
		t.Errorf("%v", got)
	}
}

func TestEventsThatAreNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for want, events := range map[string][]cloudevent.Event{
		"event 2 of 2: it has no source": {an("a", "1", nil), {"id": "1", "type": "a"}},
		"it has no id":                   {{"source": "/", "type": "a", "id": 7}},
		"and may have 1048576":           {an("a", "1", strings.Repeat("x", maxEvent))},
		"there are 1001 events at once":  slices.Repeat([]cloudevent.Event{an("a", "1", nil)}, 1001),
		"it is no JSON":                  {an("a", "1", func() {})},
	} {
		_, err := w.driver.Ingest(t.Context(), events, someone)
		if code := fault.CodeOf(err); err == nil || code != fault.Invalid && code != fault.TooLarge || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}

// TestEmitReachesRuns has a run wait for what another emits, and itself emit what a branch of
// it waits for.
func TestEmitReachesRuns(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	waits := w.begin("do: [{a: {listen: {to: {one: {with: {type: dev.test.done, data: '${ .n == 2 }'}}}}}}]", nil)
	w.output("do: [{a: {emit: {event: {with: {source: 'http://t.example/', type: dev.test.done, data: {n: 1}}}}}}, {b: {emit: {event: {with: {source: 'http://t.example/', type: dev.test.done, data: {n: 2}}}}}}]", nil)
	if s := w.end(waits); s.Status != interp.Completed || w.text(s.Output) != `[{"n":2}]` {
		t.Errorf("%s %v %s", s.Status, s.Error, w.text(s.Output))
	}
	got := w.output("do: [{f: {fork: {branches: [{hear: {listen: {to: {one: {with: {type: own}}}}}}, {say: {emit: {event: {with: {source: 'http://t.example/', type: own, data: 5}}}}}]}}}, {g: {set: {n: '${ .[0][0] }'}}}]", nil)
	if got != `{"n":5}` {
		t.Error(got)
	}
}

// BenchmarkIngest has 10,000 runs that each wait for their own order, and as many for other types.
func BenchmarkIngest(b *testing.B) {
	var l Listeners
	for i := range 10_000 {
		id := fmt.Sprintf("run/%d", i)
		l.Note(id, []engine.Desired{wish(id, listening("1", fmt.Sprintf(`{"with":{"type":"paid"},"keys":[{"from":".data.order","value":%d}]}`, i), "paid")),
			wish(id, listening("2", fmt.Sprintf(`{"with":{"type":"t%d"}}`, i), fmt.Sprintf("t%d", i)))})
	}
	n := 0
	for b.Loop() {
		e, _, err := check(an("paid", "1", map[string]any{"order": n % 10_000}))
		if err != nil || len(l.heard(e, time.Time{})) != 1 {
			b.Fatal(n, err)
		}
		n++
	}
}

// TestForged: nobody but the feed tells what happened here.
func TestForged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.listen("stub/a", listening("p", `{"with":{}}`))
	late := an("paid", "journal-7", nil)
	late["source"] = "/slipway"
	for _, e := range []cloudevent.Event{an("dev.slipway.deployment.rolledBack", "1", nil), late} {
		if _, err := w.driver.Ingest(t.Context(), []cloudevent.Event{e}, someone); !fault.Is(err, fault.Denied) {
			t.Errorf("%v: %v", e, err)
		}
	}
	if got := w.heard("stub/a"); len(got) != 0 {
		t.Errorf("%v", got)
	}
}
