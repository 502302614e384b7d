package draw_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/client/model"
	"slipway.dev/internal/draw"
)

func TestRunStates(t *testing.T) {
	t.Parallel()
	const a, b, c = "/do/0/a", "/do/1/b", "/do/2/c"
	steps := []model.RunStep{
		{Traces: []model.RunTrace{{What: "workflow.started"}, {What: "task.created", Pointer: a}, {What: "task.started", Pointer: a}}},
		{Traces: []model.RunTrace{{What: "task.completed", Pointer: a}, {What: "task.started", Pointer: b}, {What: "task.faulted", Pointer: b}, {What: "task.started", Pointer: b}}},
		{Traces: []model.RunTrace{{What: "task.started", Pointer: c}, {What: "task.cancelled", Pointer: c}}},
	}
	done, cancelled := draw.State{Status: draw.Done, Turns: 1}, draw.State{Status: draw.Cancelled, Turns: 1}
	for name, x := range map[string]struct {
		underway []model.RunTask
		b        draw.State
	}{
		"of what is done":       {nil, draw.State{Status: draw.Running, Turns: 2}},
		"while an effect runs":  {[]model.RunTask{{Pointer: b, Waiting: "effect"}}, draw.State{Status: draw.Running, Turns: 2}},
		"while people think":    {[]model.RunTask{{Pointer: b, Waiting: "task"}}, draw.State{Status: draw.Waiting, Turns: 2}},
		"when nobody knows":     {[]model.RunTask{{Pointer: b, Waiting: "unknown"}}, draw.State{Status: draw.Unknown, Turns: 2}},
		"until its time is up":  {[]model.RunTask{{Pointer: b, Waiting: "timer"}}, draw.State{Status: draw.Waiting, Turns: 2}},
		"of what is around one": {[]model.RunTask{{Pointer: b}}, draw.State{Status: draw.Running, Turns: 2}},
	} {
		want := map[string]draw.State{a: done, b: x.b, c: cancelled}
		if diff := cmp.Diff(want, draw.RunStates(steps, x.underway)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	retried := []model.RunStep{{Traces: []model.RunTrace{{What: "task.started", Pointer: a}, {What: "task.unknown", Pointer: a}}}}
	if got := draw.RunStates(retried, nil)[a]; got.Status != draw.Unknown {
		t.Errorf("its outcome was lost: %v", got)
	}
	retried[0].Traces = append(retried[0].Traces, model.RunTrace{What: "task.retried", Pointer: a})
	if got := draw.RunStates(retried, nil)[a]; got.Status != draw.Running {
		t.Errorf("it is tried again: %v", got)
	}
}
