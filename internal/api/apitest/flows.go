package apitest

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// purchase is the one flow that a Fake has.
func purchase() model.FlowDetail {
	measured, budget := 0.9987, -0.3
	return model.FlowDetail{
		Flow: model.Flow{
			Name: "purchase-ticket", Team: "box-office", Type: "user", Description: "A customer buys a ticket.", Criticality: "high", Process: "purchasing-ticket",
			Escalation: "box-office", Services: []string{"payments", "tickets"}, Findings: 1,
			States: []model.FlowState{{Environment: "dev", State: "unknown", Reason: "12 requests in 30 days are too few to say"},
				{Environment: "prod", State: "exhausted", Reason: "availability: 130% of the budget is spent"}},
		},
		ProcessOwner: "Head of sales", Impact: "Customers cannot buy.", Start: "customer chooses a seat", End: "ticket is paid and issued",
		Steps: []model.FlowStep{
			{Name: "order", Service: "tickets", Request: "POST /orders", ServedBy: "service", LastHour: []model.Seen{{Environment: "prod", Requests: 1200, Errors: 3}}},
			{Name: "receipt", Event: "receipt was sent"},
			{Name: "refuse", Path: "payment-refused", When: "the card is refused", Service: "payments", Request: "POST /refusals"},
		},
		Fallback: []string{"call-centre"}, UseCases: []string{"buying-a-ticket"},
		Estimate: &model.Estimate{Availability: 0.998, Measured: &measured, In: "prod", Complete: true, Parts: []model.EstimatePart{{What: "service payments", Role: "serial", Availability: 0.999, From: "measured in prod"}}},
		Pillars: []model.Pillar{
			{Environment: "prod", Pillar: "reliability", Target: "availability", Wanted: "99.9%", Measured: "99.87%", State: "missed"},
			{Environment: "prod", Pillar: "cost", Target: "perThousand", Wanted: "0.40 EUR", State: "notMeasured", Text: "prod has no prices"},
		},
		Objectives: []model.Objective{{Flow: "purchase-ticket", Environment: "prod", Name: "availability", Target: 0.999, WindowHours: 720, State: "exhausted",
			Measured: &measured, Budget: &budget, Requests: 120000, KnownShare: 1, Alert: "page", Task: "alert.prod.purchase-ticket",
			Burn: []model.Burn{{LongMinutes: 60, ShortMinutes: 5, Factor: 14.4, LongRate: 20, ShortRate: 22, Firing: true, Severity: "page"}}}},
		Attributes:  []model.FlowAttribute{{Name: "scoped", State: "ok", Looked: "start and end"}, {Name: "reliable", State: "finding", Looked: "fallbacks and error paths"}},
		FindingList: findings(),
		Woken:       []model.WokenStep{{Tell: []string{"onCall:box-office"}, People: []string{"ada"}}, {AfterMinutes: 15, Tell: []string{"team:box-office"}}},
	}
}

func findings() []model.Finding {
	return []model.Finding{{Code: "weak-dependency", Severity: "warning", Kind: "Flow", Name: "purchase-ticket", Attribute: "reliable",
		Text: "it must reach 99.9%, and what it rests on gives about 99.8%", Hint: "give it a fallback, or lower the target", File: "slipway.yaml", Line: 12}}
}

// Flows gives one flow.
func (f *Fake) Flows(ctx context.Context) ([]model.Flow, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	return []model.Flow{purchase().Flow}, nil
}

// Flow gives purchase-ticket.
func (f *Fake) Flow(ctx context.Context, name string) (model.FlowDetail, error) {
	if err := f.enter(ctx); err != nil {
		return model.FlowDetail{}, err
	}
	defer f.mu.Unlock()
	if name != "purchase-ticket" {
		return model.FlowDetail{}, fault.New(fault.NotFound, "there is no Flow %s", name).WithHint("slipway flow list")
	}
	return purchase(), nil
}

// Findings gives one.
func (f *Fake) Findings(ctx context.Context) ([]model.Finding, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	return findings(), nil
}

// Objectives gives those of purchase-ticket.
func (f *Fake) Objectives(ctx context.Context, q model.ObjectivesQuery) ([]model.Objective, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	return slices.DeleteFunc(purchase().Objectives, func(o model.Objective) bool {
		return q.Flow != "" && q.Flow != o.Flow || q.Environment != "" && q.Environment != o.Environment
	}), nil
}

// Alerts gives the one that fires.
func (f *Fake) Alerts(ctx context.Context) ([]model.Alert, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	return []model.Alert{{Flow: "purchase-ticket", Environment: "prod", Criticality: "high", Objective: "availability", Severity: "page", Status: "firing",
		Title: "purchase-ticket in prod fails too often", FiredAt: f.now.Add(-9 * time.Minute), Team: "box-office", Task: "alert.prod.purchase-ticket.1"}}, nil
}

// Maintenance gives what was announced.
func (f *Fake) Maintenance(ctx context.Context) ([]model.Maintenance, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	return slices.Clone(f.maintenance), nil
}

// AnnounceMaintenance keeps it; a name is there once.
func (f *Fake) AnnounceMaintenance(ctx context.Context, r model.MaintenanceRequest) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	if slices.ContainsFunc(f.maintenance, func(m model.Maintenance) bool { return m.Name == r.Name && !m.Cancelled }) {
		return model.Receipt{}, fault.New(fault.Refused, "maintenance %s is announced already", r.Name)
	}
	f.maintenance = append(f.maintenance, model.Maintenance{Name: r.Name, Environment: r.Environment, Flows: r.Flows, Services: r.Services,
		From: r.From, Until: r.Until, Reason: r.Reason, Status: "announced", AnnouncedAt: f.now, AnnouncedBy: Actor(ctx).Name, Late: r.Flows})
	return f.note(Actor(ctx), "maintenance/"+r.Name, "maintenance.announced"), nil
}

// CancelMaintenance takes it back.
func (f *Fake) CancelMaintenance(ctx context.Context, name string) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	for i, m := range f.maintenance {
		if m.Name == name && !m.Cancelled {
			f.maintenance[i].Cancelled, f.maintenance[i].Status = true, "cancelled"
			return f.note(Actor(ctx), "maintenance/"+name, "maintenance.cancelled"), nil
		}
	}
	return model.Receipt{}, fault.New(fault.NotFound, "no maintenance %s is announced", name)
}

// Ticks gives a bad canary of two seconds.
func (f *Fake) Ticks(ctx context.Context, deployment string, w io.Writer) error {
	if deployment != "tickets.prod.4" {
		return fault.New(fault.NotFound, "no canary of %s was judged", deployment)
	}
	for t := 1; t <= 2; t++ {
		_, err := fmt.Fprintf(w, `{"t":%d,"flow":"purchase-ticket","canary":{"n":50,"errors":25},"baseline":{"n":50,"errors":0}}`+"\n", t)
		if err != nil {
			return err
		}
	}
	return nil
}

// Export writes a line.
func (f *Fake) Export(ctx context.Context, q model.ExportQuery, w io.Writer) error {
	if q.Format == "openslo" && q.Environment == "" {
		return fault.New(fault.Invalid, "OpenSLO is of one environment").WithHint("say which with --environment")
	}
	_, err := fmt.Fprintf(w, "# %s of purchase-ticket\n", q.Format)
	return err
}

// Metrics writes one figure.
func (f *Fake) Metrics(ctx context.Context, w io.Writer) error {
	_, err := fmt.Fprintln(w, `slipway_edge_up 1`)
	return err
}
