package control

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"math"
	"time"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/notify"
	"slipway.dev/internal/core/task"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
	"slipway.dev/internal/metrics"
)

// callNotify tells people through the integrations that are set up.
func (c *Control) callNotify(ctx context.Context, in interp.FunctionInput, with json.RawMessage) (any, error) {
	a, err := argument[struct {
		To    []string `json:"to"`
		Title string   `json:"title"`
		Text  string   `json:"text"`
		Team  string   `json:"team"`
	}](with)
	if err != nil {
		return nil, err
	}
	if _, err := c.may(ctx, access.Deploy, access.Scope{Team: a.Team, Environment: in.Environment}); err != nil {
		return nil, err
	}
	return map[string]any{}, c.Notice(ctx, keyOf(ctx), notify.Notice{Topic: notify.Deployments, Title: a.Title, Text: a.Text,
		Team: a.Team, Environment: in.Environment, Link: "/runs/" + in.Run, Tell: a.To})
}

// callIncident calls people: a task of kind alert goes up the team's escalation path until
// somebody takes it on.
func (c *Control) callIncident(ctx context.Context, in interp.FunctionInput, with json.RawMessage) (any, error) {
	a, err := argument[struct {
		Title    string   `json:"title"`
		Severity string   `json:"severity"`
		Text     string   `json:"text"`
		Flow     string   `json:"flow"`
		Service  string   `json:"service"`
		Team     string   `json:"team"`
		From     []string `json:"from"`
	}](with)
	if err == nil && a.Team == "" {
		a.Team, err = c.suffering(ctx, a.Flow, a.Service)
	}
	if err != nil {
		return nil, err
	}
	actor, err := c.may(ctx, access.Deploy, access.Scope{Team: a.Team, Environment: in.Environment})
	if err != nil {
		return nil, err
	}
	if len(a.From) == 0 && a.Team != "" {
		a.From = []string{a.Team}
	}
	if len(a.From) == 0 {
		return nil, fault.New(fault.Invalid, "nobody is called: name a team, or people in `from`")
	}
	name := in.Run + ".incident." + keyName(keyOf(ctx))
	_, err = c.tell(ctx, actor, task.MachineID(name), task.EventOpened, task.Ask{Name: name, Kind: task.Alert, Title: a.Severity + ": " + a.Title,
		Text: a.Text, Service: a.Service, Team: a.Team, Environment: in.Environment, Subject: interp.MachineID(in.Run), From: a.From, Quorum: 1, AskedBy: actor})
	return map[string]any{"task": name}, err
}

// suffering gives the team that is called for a flow, or for a service.
func (c *Control) suffering(ctx context.Context, flow, service string) (string, error) {
	if flow == "" {
		return c.scope(ctx, service, "").Team, nil
	}
	k, err := c.Catalog.Catalog(ctx)
	if err != nil {
		return "", err
	}
	f, ok := k.Flow(flow)
	if !ok {
		return "", fault.New(fault.NotFound, "there is no Flow %s", flow).WithHint("slipway flow list")
	}
	return f.Escalation(), nil
}

// asked is what metric is called with: a series, or an objective of a flow.
type asked struct {
	Name        string            `json:"name"`
	Match       map[string]string `json:"match"`
	By          []string          `json:"by"`
	Of          metrics.Of        `json:"of"`
	For         json.RawMessage   `json:"for"`
	Flow        string            `json:"flow"`
	Environment string            `json:"environment"`
	Objective   string            `json:"objective"`
}

// callMetric gives figures of a time that has passed, or how an objective stands.
func (c *Control) callMetric(ctx context.Context, in interp.FunctionInput, with json.RawMessage) (any, error) {
	a, err := argument[asked](with)
	if err != nil {
		return nil, err
	}
	a.Environment = cmp.Or(a.Environment, in.Environment)
	if _, err := c.may(ctx, access.Read, access.Scope{Environment: a.Environment}); err != nil {
		return nil, err
	}
	if (a.Name == "") == (a.Flow == "") {
		return nil, fault.New(fault.Invalid, "name a series, or a flow with its objective")
	}
	if a.Flow != "" {
		return c.measuredOf(a)
	}
	return c.series(ctx, a)
}

// measuredOf gives how an objective stands.
func (c *Control) measuredOf(a asked) (any, error) {
	for _, m := range c.Measured() {
		if m.Flow == a.Flow && m.Environment == a.Environment && m.Objective.Name == cmp.Or(a.Objective, "availability") {
			return map[string]any{"value": known(m.Measured), "rows": []any{map[string]any{"state": m.State, "budget": known(m.Budget), "reason": m.Reason}}}, nil
		}
	}
	return nil, fault.New(fault.NotFound, "no objective %s of %s is measured in %s", cmp.Or(a.Objective, "availability"), a.Flow, a.Environment).WithHint("slipway slo list")
}

// series gives the figures of a series.
func (c *Control) series(ctx context.Context, a asked) (any, error) {
	span := 10 * time.Minute
	if len(a.For) > 0 {
		value, err := jq.Decode(a.For)
		if err == nil {
			span, err = workflow.DurationOf(value)
		}
		if err != nil || span < time.Minute || span > 35*24*time.Hour {
			return nil, fault.New(fault.Invalid, "`for` is a time from a minute to 35 days, and not %s", a.For)
		}
	}
	span = span.Round(time.Minute)
	match := maps.Clone(a.Match)
	if match == nil {
		match = map[string]string{}
	}
	match["environment"] = a.Environment // the right to read is for it alone
	now := c.Engine.Now()
	rows, err := c.Figures.Range(ctx, metrics.Query{Name: a.Name, Match: match, By: a.By, From: now.Add(-span), To: now, Step: span,
		Of: cmp.Or(a.Of, metrics.Increase)})
	if err != nil {
		return nil, err
	}
	list := []any{}
	var one any
	for _, r := range rows {
		one = known(r.Values[len(r.Values)-1])
		list = append(list, map[string]any{"labels": r.Labels, "value": one})
	}
	if len(list) != 1 {
		one = nil
	}
	return map[string]any{"value": one, "rows": list}, nil
}

// known gives a figure, or nil for one that is not: which is not zero.
func known(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return v
}
