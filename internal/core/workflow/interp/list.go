package interp

import (
	"slices"
	"strings"

	"slipway.dev/internal/core/workflow"
)

// next goes on in a list.
func (r *step) next(l *Frame, out Datum, then string) {
	tasks := r.list(l)
	i := l.Index + 1
	switch then {
	case "", "continue":
	case "end":
		r.end(out)
		return
	case "exit":
		i = len(tasks)
	default:
		i = slices.IndexFunc(tasks, func(t *workflow.Task) bool { return t.Name == then })
	}
	l.Output = out
	if i < 0 || i >= len(tasks) {
		r.ended(l, out, then == "exit")
		return
	}
	if i <= l.Index {
		l.Turn++
	}
	l.Index = i
	r.push(l, tasks[i])
}

// ended takes the output of a list.
func (r *step) ended(l *Frame, out Datum, exit bool) {
	up := l.up
	l.drop()
	if up == nil {
		r.completed(out)
		return
	}
	r.over(up, out, exit)
}

// enter begins a list of tasks below a task, with what the task has so far.
func (r *step) enter(f *Frame, tasks []*workflow.Task) *Frame {
	if len(tasks) == 0 {
		r.over(f, *f.sofar(), false)
		return nil
	}
	l := f.add(above(tasks[0].Pointer), List)
	l.At = r.at
	r.push(l, tasks[0])
	return l
}

// above gives the pointer of the list that a task is in: without its place and name.
func above(pointer string) string {
	list, _, _ := cutLast(pointer, "/")
	list, _, _ = cutLast(list, "/")
	return list
}

// list gives the tasks of a list.
func (r *step) list(l *Frame) []*workflow.Task {
	if l.up == nil {
		return r.def.Do
	}
	t := r.task(l.up)
	switch rest := strings.TrimPrefix(l.Pointer, l.up.Pointer); {
	case l.up.Phase == Before:
		return t.Before[l.up.Index].Before
	case l.up.Phase == After:
		return t.Before[l.up.Index].After
	case rest == "/catch/do":
		return t.Catch.Do
	case strings.HasSuffix(rest, "/foreach/do"):
		return foreach(t).Do
	}
	return t.Do
}
