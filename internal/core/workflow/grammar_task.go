package workflow

import (
	"maps"
	"slices"

	"slipway.dev/internal/core/nearest"
)

// named is an object of one field, whose name is free.
type named struct {
	what  string
	value shape
}

func (s named) check(r *reader, n *node) {
	if n.form != isObject || len(n.fields) != 1 {
		got := describe(n)
		if n.form == isObject {
			got = "several"
		}
		r.say(n, "%s is expected here, as one name with its fields below, and not %s", s.what, got)
		return
	}
	s.value.check(r, n.fields[0].value)
}

// tasks is a list of tasks, each below its name.
type tasks struct{}

func (tasks) check(r *reader, n *node) { listOf(named{"a task", task{}}).check(r, n) }

// base is what all tasks have.
var base = fields{
	"if": expression, "input": input, "output": output, "export": export,
	"timeout": textOr(name, timeout), "then": directive, "metadata": data,
}

// directive is where it goes on: continue, exit, end, or a task of the same list.
var directive = name

// kinds are the fields of each kind of task, and what it needs besides what it is named after.
var kinds = map[Kind]struct {
	fields fields
	need   []string
}{
	Call:   {fields{"call": name, "with": anything}, nil},
	Do:     {fields{"do": tasks{}}, nil},
	Emit:   {fields{"emit": object{what: "emit", need: []string{"event"}, fields: fields{"event": object{what: "an event", need: []string{"with"}, fields: fields{"with": emitted}}}}}, nil},
	For:    {fields{"for": loop, "while": expression, "do": tasks{}}, []string{"do"}},
	Fork:   {fields{"fork": object{what: "fork", need: []string{"branches"}, fields: fields{"branches": tasks{}, "compete": truth}}}, nil},
	Listen: {fields{"listen": object{what: "listen", need: []string{"to"}, fields: fields{"to": consume, "read": among("data", "envelope", "raw")}}, "foreach": iterator}, nil},
	Raise:  {fields{"raise": object{what: "raise", need: []string{"error"}, fields: fields{"error": textOr(name, problem)}}}, nil},
	Run:    {fields{"run": process}, nil},
	Set:    {fields{"set": textOr(text, object{what: "set", others: anything, some: true})}, nil},
	Switch: {fields{"switch": cases}, nil},
	Try:    {fields{"try": tasks{}, "catch": catch}, []string{"catch"}},
	Wait:   {fields{"wait": duration}, nil},
}

// Kinds are all kinds of tasks.
func Kinds() []Kind { return slices.Sorted(maps.Keys(kinds)) }

// kindOf gives the kind of a task; "" if it has none, or more than one.
func kindOf(n *node) Kind {
	var found []Kind
	for _, k := range Kinds() {
		if n.get(string(k)) != nil {
			found = append(found, k)
		}
	}
	switch {
	case len(found) == 1:
		return found[0]
	case len(found) == 2 && slices.Contains(found, For) && slices.Contains(found, Do):
		return For
	default:
		return ""
	}
}

// task is the shape of one task.
type task struct{}

func (task) check(r *reader, n *node) {
	if n.form != isObject {
		r.say(n, "a task is expected here, with fields like {set: {a: b}}, and not %s", describe(n))
		return
	}
	kind := kindOf(n)
	if kind == "" {
		noKind(r, n)
		return
	}
	own := kinds[kind]
	all := maps.Clone(base)
	maps.Copy(all, own.fields)
	if with := callWith(n); kind == Call && with != nil {
		all["with"] = with
		own.need = []string{"with"}
	}
	object{what: "the task `" + string(kind) + "`", fields: all, need: own.need}.check(r, n)
}

// noKind says what a task should be that is none, or several.
func noKind(r *reader, n *node) {
	words := make([]string, 0, len(kinds))
	var there []string
	for _, k := range Kinds() {
		words = append(words, string(k))
		if n.get(string(k)) != nil {
			there = append(there, string(k))
		}
	}
	if len(there) > 1 {
		r.say(n, "a task is one thing, and not %s at once; write a task for each", nearest.Quoted(there))
		return
	}
	for _, f := range n.fields {
		if _, known := base[f.name]; !known {
			r.unknown(n, f, "a task", words)
			return
		}
	}
	r.say(n, "a task needs one of %s", nearest.Quoted(words))
}

var (
	loop = object{
		what:   "for",
		need:   []string{"in"},
		fields: fields{"each": variable, "at": variable, "in": textOr(expression, listOf(data))},
	}
	cases = checked(func(r *reader, n *node) {
		one := object{what: "a case", fields: fields{"when": expression, "then": directive}, need: []string{"then"}}
		listOf(named{"a case", one}).check(r, n)
		if n.form == isList && len(n.items) == 0 {
			r.say(n, "a switch needs at least one case")
		}
	})
	catch = object{what: "catch", fields: fields{
		"errors": object{what: "errors", fields: fields{"with": object{what: "a filter of errors", some: true, fields: fields{
			"type": text, "status": integer, "instance": text, "title": text, "detail": text,
		}}}},
		"as": variable, "when": expression, "exceptWhen": expression,
		"retry": textOr(name, retry), "do": tasks{}, "then": directive,
	}}
)
