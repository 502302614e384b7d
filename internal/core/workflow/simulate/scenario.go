package simulate

import (
	"fmt"

	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/workflow/interp"
)

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
