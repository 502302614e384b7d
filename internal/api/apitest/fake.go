// Package apitest has a control plane in memory for the tests of the faces: it behaves as the
// real one does, over data of a small ticket shop, without anything being run.
package apitest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Fake implements api.Control. Deployments go on by one phase each time their lane is read.
type Fake struct {
	Standby bool // answers like a control plane that does not lead
	Slow    bool // deployments stay where they are

	mu          sync.Mutex
	now         time.Time
	position    int64
	lanes       []*model.Lane
	history     []*model.Deployment // latest first
	releases    []*model.Release    // latest first
	tasks       []*model.Task       // oldest first
	glasses     []model.Glass
	maintenance []model.Maintenance
	trains      []model.Train
	runs        []*model.RunDetail // latest first
	workflow    string             // status of the one workflow
	sources     []model.Source
	secrets     []*model.Secret
	values      map[string][]byte
	keys        []model.SigningKey
	journal     []model.AuditEntry
	changed     chan struct{} // closed and replaced with each entry
}

type actorKey struct{}

// As puts the caller into the context, as control.WithCaller does.
func As(ctx context.Context, c access.Caller) context.Context {
	return context.WithValue(ctx, actorKey{}, c.Actor)
}

// Actor is who As put there.
func Actor(ctx context.Context) machine.Actor {
	a, _ := ctx.Value(actorKey{}).(machine.Actor)
	return a
}

// New gives a fake with a service in two environments, three releases and a failed build.
func New() *Fake {
	f := &Fake{now: time.Now().UTC().Truncate(time.Second), values: map[string][]byte{}, changed: make(chan struct{})}
	f.runs, f.workflow = f.fakeRuns(), "active"
	f.releases = []*model.Release{
		f.built("tickets", "r4", 4, "Sell tickets twice", 2*time.Minute),
		f.built("tickets", "r3", 3, "Show the seat plan", 30*time.Minute),
		f.built("tickets", "r2", 2, "Take cards", 26*time.Hour),
		{ID: "r1", Service: "tickets", Commit: "1111111111111111111111111111111111111111", Subject: "Begin", Author: "Ada",
			CreatedAt: f.ago(50 * time.Hour), Status: "failed", Error: "go build: exit status 1", Order: 1},
	}
	for _, env := range []string{"dev", "prod"} {
		f.lanes = append(f.lanes, &model.Lane{Service: "tickets", Environment: env, Team: "box-office", Status: "idle",
			Current: f.placed("r3", env, 3), Kept: []model.Placed{*f.placed("r2", env, 2)},
			Instances: []model.Instance{{ID: "tickets." + env + ".3.0", Deployment: "tickets." + env + ".3",
				State: "healthy", Address: "127.0.0.1:40001", Routed: true}},
			URLs: []string{"http://shop.localhost:8080/orders"}})
		f.history = append(f.history, f.done(env, 3, "r3"), f.done(env, 2, "r2"))
	}
	f.lanes[1].Pending = &model.Release{ID: "r5", Service: "tickets", Status: "building"}
	f.tasks = f.fakeTasks()
	f.sources = []model.Source{{Name: "shop", URL: "https://git.example/shop.git", Branch: "main", Kind: "service",
		Head: f.releases[0].Commit, SeenAt: f.ago(time.Minute)}}
	f.keys = []model.SigningKey{{ID: "key-1", Status: "current", At: f.ago(72 * time.Hour), Public: "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----\n"}}
	f.note(machine.System("source"), "source/shop", "source.seen")
	return f
}

func (f *Fake) ago(d time.Duration) time.Time { return f.now.Add(-d - time.Second) }

func (f *Fake) built(service, id string, order int64, subject string, ago time.Duration) *model.Release {
	digit := id[1:]
	return &model.Release{ID: id, Service: service, Source: "shop", Commit: repeat(digit, 40), Subject: subject, Author: "Ada",
		CommittedAt: f.ago(ago), CreatedAt: f.ago(ago), Status: "built", Artifact: "sha256:" + repeat(digit, 64),
		Size: 7 << 20, BuildSeconds: 2.5, Order: order}
}

func (f *Fake) placed(release, env string, number int) *model.Placed {
	r := f.find(release)
	return &model.Placed{Deployment: fmt.Sprintf("tickets.%s.%d", env, number), Release: release, Commit: r.Commit,
		Subject: r.Subject, Artifact: r.Artifact, Config: "sha256:" + repeat("c", 64), CompletedAt: r.CreatedAt, Warm: true}
}

func (f *Fake) done(env string, number int, release string) *model.Deployment {
	r := f.find(release)
	return &model.Deployment{ID: fmt.Sprintf("tickets.%s.%d", env, number), Service: "tickets", Environment: env,
		Release: release, Commit: r.Commit, Subject: r.Subject, Artifact: r.Artifact, Strategy: "blueGreen",
		Outcome: "completed", Cause: "push", Weight: 100, RequestedAt: r.CreatedAt, FinishedAt: r.CreatedAt.Add(8 * time.Second), Seconds: 8}
}

func repeat(s string, n int) string {
	b := make([]byte, 0, n)
	for len(b) < n {
		b = append(b, s...)
	}
	return string(b[:n])
}

// find is a release of tickets, or nil.
func (f *Fake) find(id string) *model.Release {
	i := slices.IndexFunc(f.releases, func(r *model.Release) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return f.releases[i]
}

// note writes a journal entry and wakes who watches.
func (f *Fake) note(a machine.Actor, id, kind string) model.Receipt {
	f.position++
	f.journal = append(f.journal, model.AuditEntry{Position: f.position, At: f.now, Actor: a.String(), Machine: id,
		Step: f.position, Type: kind, Hash: fmt.Sprintf("%064d", f.position)})
	close(f.changed)
	f.changed = make(chan struct{})
	return model.Receipt{Position: f.position}
}

// enter locks and refuses whoever may not come in.
func (f *Fake) enter(ctx context.Context) error {
	f.mu.Lock()
	switch {
	case f.Standby:
		f.mu.Unlock()
		return fault.New(fault.Unavailable, "this control plane does not lead").
			WithHint("it waits as a standby until the leader is gone; ask the leader")
	case Actor(ctx).Name == "":
		f.mu.Unlock()
		return fault.New(fault.Denied, "nobody asks")
	}
	return nil
}
