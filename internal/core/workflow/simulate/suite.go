package simulate

import (
	"errors"
	"fmt"
	"time"

	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
)

// maxSuite is how long a file of scenarios may be, in bytes.
const maxSuite = 1 << 20

// Suite is a file of scenarios for a workflow.
type Suite struct {
	File      string
	Workflow  any   // what all scenarios run: a path beside the file, or the definition itself; nil: they say it
	Runs      []any // workflows that it may run, likewise
	Scenarios []Scenario
}

// Scenario is a run and how it is to end.
type Scenario struct {
	Name     string
	Line     int
	Workflow any // nil: the suite's
	Runs     []any
	Input    any
	Options  Options
	Expect   Expect
}

// Expect is how a run is to end. What is not set is not looked at, but for Status.
type Expect struct {
	Status interp.Status
	Output *any           // equal
	Error  map[string]any // these fields of it
	Path   []string       // names of all tasks that began, in order
	Not    []string       // names of tasks that did not begin
	Calls  []Expected     // the calls, in order
	Events []map[string]any
	Took   *time.Duration
	Steps  int
}

// Expected is what a call was made with, among others.
type Expected struct {
	Task, Call string
	With       map[string]any
}

// The file as it is written.
type (
	file struct {
		Workflow  any         `yaml:"workflow"`
		Runs      []any       `yaml:"runs"`
		Scenarios []yaml.Node `yaml:"scenarios"`
	}
	scenario struct {
		Name     string           `yaml:"name"`
		Workflow any              `yaml:"workflow"`
		Runs     []any            `yaml:"runs"`
		Input    any              `yaml:"input"`
		Stubs    []stub           `yaml:"stubs"`
		Events   []map[string]any `yaml:"events"`
		Answers  []answer         `yaml:"answers"`
		Asks     []ask            `yaml:"asks"`
		Secrets  map[string]any   `yaml:"secrets"`
		Expect   expect           `yaml:"expect"`
	}
	stub struct {
		Task   string         `yaml:"task"`
		Call   string         `yaml:"call"`
		With   map[string]any `yaml:"with"`
		Times  int            `yaml:"times"`
		Delay  string         `yaml:"delay"`
		Output any            `yaml:"output"`
		Error  *failing       `yaml:"error"`
		Lost   bool           `yaml:"lost"`
	}
	failing struct {
		Type   string `yaml:"type"`
		Status int    `yaml:"status"`
		Title  string `yaml:"title"`
		Detail string `yaml:"detail"`
	}
	answer struct {
		Task     string   `yaml:"task"`
		After    string   `yaml:"after"`
		Person   string   `yaml:"person"`
		Groups   []string `yaml:"groups"`
		Decision string   `yaml:"decision"`
		Comment  string   `yaml:"comment"`
		Value    any      `yaml:"value"`
	}
	ask struct {
		Do     string `yaml:"do"`
		After  string `yaml:"after"`
		Output any    `yaml:"output"`
	}
	expect struct {
		Status string           `yaml:"status"`
		Output yaml.Node        `yaml:"output"`
		Error  map[string]any   `yaml:"error"`
		Path   []string         `yaml:"path"`
		Not    []string         `yaml:"not"`
		Calls  []expected       `yaml:"calls"`
		Events []map[string]any `yaml:"events"`
		Took   string           `yaml:"took"`
		Steps  int              `yaml:"steps"`
	}
	expected struct {
		Task string         `yaml:"task"`
		Call string         `yaml:"call"`
		With map[string]any `yaml:"with"`
	}
)

// ParseSuite reads a file of scenarios and says all that is wrong with it at once.
func ParseSuite(name string, data []byte) (*Suite, manifest.Problems) {
	p := &parser{file: name}
	if len(data) > maxSuite {
		p.say(1, "the file is larger than 1 MB")
		return nil, p.problems
	}
	var f file
	if !p.load(yaml.Load(data, &f, yaml.WithKnownFields())) {
		return nil, p.problems
	}
	s := &Suite{File: name, Workflow: p.plain(1, f.Workflow), Runs: p.list(1, f.Runs)}
	if len(f.Scenarios) == 0 {
		p.say(1, "there are no `scenarios`")
	}
	for i := range f.Scenarios {
		s.Scenarios = append(s.Scenarios, p.scenario(&f.Scenarios[i], s.Workflow))
	}
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return s, nil
}

type parser struct {
	file     string
	problems manifest.Problems
}

func (p *parser) say(line int, format string, args ...any) {
	p.problems = append(p.problems, manifest.Problem{Position: manifest.Position{File: p.file, Line: max(line, 1), Column: 1}, Text: fmt.Sprintf(format, args...)})
}

// load takes what the YAML library says.
func (p *parser) load(err error) bool {
	var all *yaml.LoadErrors
	switch {
	case err == nil:
		return true
	case errors.As(err, &all):
		for _, e := range all.Errors {
			p.say(e.Mark.Line, "%s", e.Message)
		}
	default:
		one := (*yaml.LoadError)(nil)
		if errors.As(err, &one) {
			p.say(one.Mark.Line, "%s", one.Message)
			break
		}
		p.say(1, "%v", err)
	}
	return false
}

func (p *parser) scenario(n *yaml.Node, shared any) Scenario {
	var in scenario
	if !p.load(n.Load(&in, yaml.WithKnownFields())) {
		return Scenario{}
	}
	line := n.Line
	if in.Name == "" {
		p.say(line, "a scenario needs a `name`")
	}
	if in.Workflow == nil && shared == nil {
		p.say(line, "there is no `workflow`, neither here nor above the scenarios")
	}
	out := Scenario{Name: in.Name, Line: line, Workflow: p.plain(line, in.Workflow), Runs: p.list(line, in.Runs), Input: p.plain(line, in.Input)}
	out.Options.Secrets, _ = p.plain(line, in.Secrets).(map[string]any)
	p.world(line, in, &out.Options)
	p.expect(line, in.Expect, &out.Expect)
	return out
}

func (p *parser) world(line int, in scenario, o *Options) {
	for _, s := range in.Stubs {
		stub := Stub{Task: s.Task, Call: s.Call, With: p.object(line, s.With), Times: s.Times, Delay: p.duration(line, s.Delay), Output: p.plain(line, s.Output), Lost: s.Lost}
		if e := s.Error; e != nil {
			stub.Error = &interp.Problem{Type: e.Type, Status: e.Status, Title: e.Title, Detail: e.Detail}
			if e.Type == "" {
				stub.Error.Type = interp.Communication
			}
		}
		o.Stubs = append(o.Stubs, stub)
	}
	for i, e := range in.Events {
		event := p.object(line, e)
		after, _ := event["after"].(string)
		delete(event, "after")
		for name, v := range map[string]any{"specversion": "1.0", "id": fmt.Sprintf("e%d", i+1), "source": "https://example.com"} {
			if event[name] == nil {
				event[name] = v
			}
		}
		o.Events = append(o.Events, Event{After: p.duration(line, after), Event: event})
	}
	for _, a := range in.Answers {
		if a.Decision != "approve" && a.Decision != "reject" && a.Decision != "submit" {
			p.say(line, "the `decision` of an answer is approve, reject or submit, and not %q", a.Decision)
		}
		o.Answers = append(o.Answers, Answer{Task: a.Task, After: p.duration(line, a.After), Person: a.Person, Groups: a.Groups, Decision: a.Decision,
			Comment: a.Comment, Value: p.plain(line, a.Value)})
	}
	for _, a := range in.Asks {
		switch a.Do {
		case "cancel", "suspend", "continue", "done", "failed", "again":
		default:
			p.say(line, "what is asked of a run is one of cancel, suspend, continue, done, failed, again, and not %q", a.Do)
		}
		o.Asks = append(o.Asks, Request{Do: a.Do, After: p.duration(line, a.After), Output: p.plain(line, a.Output)})
	}
}

func (p *parser) expect(line int, in expect, out *Expect) {
	*out = Expect{Status: interp.Status(in.Status), Error: p.object(line, in.Error), Path: in.Path, Not: in.Not, Steps: in.Steps}
	if in.Status == "" {
		out.Status = interp.Completed
		if in.Error != nil {
			out.Status = interp.Faulted
		}
	}
	if in.Output.Kind != 0 {
		var v any
		if p.load(in.Output.Load(&v)) {
			v = p.plain(in.Output.Line, v)
			out.Output = &v
		}
	}
	for _, c := range in.Calls {
		out.Calls = append(out.Calls, Expected{c.Task, c.Call, p.object(line, c.With)})
	}
	for _, e := range in.Events {
		out.Events = append(out.Events, p.object(line, e))
	}
	if in.Took != "" {
		took := p.duration(line, in.Took)
		out.Took = &took
	}
}

func (p *parser) duration(line int, text string) time.Duration {
	if text == "" {
		return 0
	}
	d, err := workflow.ParseDuration(text)
	if err != nil {
		p.say(line, "%v", err)
	}
	return d
}

// plain gives a value as expressions have it.
func (p *parser) plain(line int, v any) any {
	if v == nil {
		return nil
	}
	defer func() {
		if recover() != nil {
			p.say(line, "a value here cannot be written as JSON")
		}
	}()
	out, err := jq.Decode(machine.Must(v))
	if err != nil {
		p.say(line, "%v", err)
	}
	return out
}

func (p *parser) object(line int, v map[string]any) map[string]any {
	if v == nil {
		return nil
	}
	m, _ := p.plain(line, v).(map[string]any)
	return m
}

func (p *parser) list(line int, v []any) []any {
	if v == nil {
		return nil
	}
	list, _ := p.plain(line, v).([]any)
	return list
}
