package main

import (
	"context"
	"fmt"
	"time"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/engine"
)

const platform = `apiVersion: slipway.dev/v1
kind: Team
metadata: {name: ops}
spec:
  members:
    - {name: Ada, person: ada, email: ada@example.com}
    - {name: Bob, person: bob, email: bob@example.com}
    - {name: Author, person: author, email: author@example.com}
---
apiVersion: slipway.dev/v1
kind: Environment
metadata: {name: dev}
spec: {}
---
apiVersion: slipway.dev/v1
kind: Environment
metadata: {name: staging}
spec: {after: dev, gate: {auto: true, approvals: {count: 0}}}
---
apiVersion: slipway.dev/v1
kind: Environment
metadata: {name: prod}
spec:
  after: staging
  gate:
    auto: true
    approvals: {count: 2, from: [ops]}
    soak: 30m
    windows: [{weekdays: mon-fri, from: "09:00", to: "16:00", zone: Europe/Berlin}]
    concurrency: 50
    rules: [{name: small, expr: "release.order < 1000"}]
---
apiVersion: slipway.dev/v1
kind: Freeze
metadata: {name: christmas}
spec: {environments: [prod], from: "2026-12-20T00:00", until: "2027-01-04T06:00", zone: Europe/Berlin, reason: Christmas}
`

const service = `apiVersion: slipway.dev/v1
kind: Service
metadata: {name: %s, team: ops}
spec:
  image: registry.example/%s@sha256:%064x
  run: {command: [./app]}
  rollback: {observe: 1ms, warm: 1ms}
---
`

// everybody is the people of the house.
func everybody() access.Everybody {
	e := access.Everybody{Teams: []access.Team{{Name: "ops"}}}
	for _, name := range []string{"ada", "bob", "author"} {
		e.People = append(e.People, access.Person{Name: name, Addresses: []string{name + "@example.com"}})
		e.Teams[0].Members = append(e.Teams[0].Members, access.Member{Person: name})
		e.Bindings = append(e.Bindings, access.Binding{Subject: "person:" + name, Role: access.Approver})
	}
	return e
}

// populate declares so many services, and waits until each runs in dev and staging and asks
// at the door of prod.
func (h *house) populate(ctx context.Context, services int) error {
	if err := h.apply(ctx, "platform", platform); err != nil {
		return err
	}
	for from := 0; from < services; from += 300 {
		var text string
		for i := from; i < min(from+300, services); i++ {
			text += fmt.Sprintf(service, name(i), name(i), i+1)
		}
		if err := h.apply(ctx, fmt.Sprintf("services-%d", from), text); err != nil {
			return err
		}
	}
	for waiting := -1; waiting < services; {
		time.Sleep(2 * time.Second)
		var err error
		if waiting, err = h.waiting(ctx); err != nil {
			return err
		}
	}
	return nil
}

func name(i int) string { return fmt.Sprintf("s%05d", i) }

// waiting counts the lanes of prod that wait at the door.
func (h *house) waiting(ctx context.Context) (int, error) {
	rows, err := h.engine.List(ctx, "deploy/")
	n := 0
	for _, r := range rows {
		if r.Summary.Labels["environment"] == "prod" && r.Status == string(deploy.Waiting) {
			n++
		}
	}
	return n, err
}

// apply brings manifests in, as `slipway apply` does.
func (h *house) apply(ctx context.Context, source, text string) error {
	found, problems := manifest.Parse(source+".yaml", []byte(text))
	if len(problems) > 0 {
		return fmt.Errorf("%s: %v", source, problems[0])
	}
	pushed := config.Pushed{Authors: []string{"Author <author@example.com>"}}
	for _, r := range found {
		if _, err := h.engine.Blobs().Put(ctx, r.Document()); err != nil {
			return err
		}
		item, err := config.ItemOf(r, nil)
		if err != nil {
			return err
		}
		pushed.Items = append(pushed.Items, item)
	}
	actor, id := machine.System("bench"), config.SourceID(source)
	_, err := h.engine.Submit(ctx,
		engine.To{Machine: id, Event: machine.Event{Type: config.EventSourceAdded, Actor: actor, Data: machine.Must(config.SourceSpec{Name: source, Kind: config.Platform})}},
		engine.To{Machine: id, Event: machine.Event{Type: config.EventPushed, Actor: actor, Data: machine.Must(pushed)}})
	return err
}
