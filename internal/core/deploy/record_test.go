package deploy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"slipway.dev/internal/core/machine"
)

// record says what a step changed, in the words of the stories.
func record(before, after State, checks []machine.Effect) string {
	var out strings.Builder
	say := func(format string, args ...any) { fmt.Fprintf(&out, "  "+format+"\n", args...) }
	was, is := before.Status(), after.Status()
	if was.Word != is.Word || was.Text != is.Text || was.Deployment != is.Deployment {
		say("%s: %s", is.Word, is.Text)
	}
	say2 := func(verb string, ids []string) {
		if len(ids) > 0 {
			say("%s %s", verb, short(strings.Join(ids, " ")))
		}
	}
	old, now := ids(before), ids(after)
	say2("start", missingFrom(old, now))
	say2("drop", missingFrom(now, old))
	for _, c := range checks {
		var in SmokeInput
		if err := unmarshal(c.Input, &in); err != nil {
			panic(err)
		}
		say("check %s", targets(in.Instances))
	}
	if r := after.Route; r.Revision != before.Route.Revision {
		text := groups(r.Groups)
		if r.Sticky != nil {
			text += ", sticky"
		}
		if r.Apart {
			text += ", users apart"
		}
		if r.Workflow {
			text = "active is " + short(r.Deployment)
		}
		say("route %d: %s", r.Revision, text)
	}
	for _, t := range missingFrom(timers(before), timers(after)) {
		say("timer %s", t)
	}
	if p := after.Queue; len(p) > len(before.Queue) {
		say("waits as %s", short(p[len(p)-1].Deployment))
	}
	for _, p := range after.Queue {
		for _, was := range before.Queue {
			if was.Deployment == p.Deployment && was.Config != p.Config {
				say("%s is bound to %s", short(p.Deployment), p.Config)
			}
		}
	}
	finished(say, before, after)
	for _, j := range after.Rejected {
		if before.rejected(j.Release, j.Commit, j.Config) == nil {
			say("rejected %s", strings.TrimSpace(j.Release+" "+j.Config))
		}
	}
	return out.String()
}

func finished(say func(string, ...any), before, after State) {
	seen := map[string]bool{}
	for _, row := range before.History {
		seen[row.Deployment+string(row.Outcome)] = true
	}
	for _, row := range slices.Backward(after.History) {
		if seen[row.Deployment+string(row.Outcome)] {
			continue
		}
		text := fmt.Sprintf("= %s (%s) %s", short(row.Deployment), row.Release, row.Outcome)
		if row.Reason != "" {
			text += ": " + row.Reason
		}
		say("%s", text)
	}
}

func ids(s State) []string {
	var out []string
	for _, i := range s.Instances() {
		out = append(out, i.ID)
	}
	return out
}

func timers(s State) []string {
	var out []string
	for _, d := range s.timers() {
		var a machine.Alarm
		if err := unmarshal(d.Spec, &a); err != nil {
			panic(err)
		}
		out = append(out, short(a.Key)+" at "+a.At.Format(time.TimeOnly))
	}
	return out
}

func groups(gs []RouteGroup) string {
	var out []string
	for _, g := range gs {
		text := fmt.Sprintf("%s %d%% on %s", g.Release, g.Weight, targets(g.Instances))
		if g.Match != nil {
			text += " and " + g.Match.Header + "=" + g.Match.Value
		}
		out = append(out, text)
	}
	if out == nil {
		return "none"
	}
	return strings.Join(out, ", ")
}

func targets(ts []RoutedTarget) string {
	var out []string
	for _, t := range ts {
		id := short(t.ID)
		if t.Address != "at-"+id {
			id += "@" + t.Address
		}
		out = append(out, id)
	}
	return strings.Join(out, " ")
}

func missingFrom(from, all []string) []string {
	var out []string
	for _, s := range all {
		if !slices.Contains(from, s) {
			out = append(out, s)
		}
	}
	return out
}

func short(s string) string { return strings.ReplaceAll(s, "tickets.dev.", "") }

func unmarshal(v machine.Value, into any) error { return json.Unmarshal(v, into) }
