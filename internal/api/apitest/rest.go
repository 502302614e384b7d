package apitest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// System tells about this fake.
func (f *Fake) System(ctx context.Context) (model.System, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return model.System{Version: "dev", Go: "go1.26", Store: "sqlite", Epoch: 1, Leading: !f.Standby, Position: f.position,
		HTTP: []string{"127.0.0.1:8080"}, Page: "http://127.0.0.1:7700", Confinement: "namespaces, cgroups"}, nil
}

// Await waits until a position is written.
func (f *Fake) Await(ctx context.Context, position int64) error {
	for {
		f.mu.Lock()
		seen, changed := f.position >= position, f.changed
		f.mu.Unlock()
		if seen {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// Releases lists a service's releases.
func (f *Fake) Releases(ctx context.Context, service string, limit int) ([]model.Release, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	var out []model.Release
	for _, r := range f.releases {
		if r.Service == service && (limit == 0 || len(out) < limit) {
			out = append(out, *r)
		}
	}
	if out == nil {
		return nil, fault.New(fault.NotFound, "there is no service %s", service)
	}
	return out, nil
}

// Release gives one release.
func (f *Fake) Release(ctx context.Context, service, id string) (model.Release, error) {
	if err := f.enter(ctx); err != nil {
		return model.Release{}, err
	}
	defer f.mu.Unlock()
	if r := f.find(id); r != nil && r.Service == service {
		return *r, nil
	}
	return model.Release{}, fault.New(fault.NotFound, "%s has no release %s", service, id)
}

// RetryBuild builds what failed again.
func (f *Fake) RetryBuild(ctx context.Context, service, id string) (model.Receipt, error) {
	return f.rebuild(ctx, service, id, "failed", "building")
}

// CancelBuild stops a build.
func (f *Fake) CancelBuild(ctx context.Context, service, id string) (model.Receipt, error) {
	return f.rebuild(ctx, service, id, "building", "cancelled")
}

func (f *Fake) rebuild(ctx context.Context, service, id, from, to string) (model.Receipt, error) {
	if _, err := f.Release(ctx, service, id); err != nil {
		return model.Receipt{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.find(id)
	if r.Status != from {
		return model.Receipt{}, fault.New(fault.Refused, "release %s of %s is %s", id, service, r.Status)
	}
	r.Status = to
	return f.note(Actor(ctx), "release/"+service+"/"+id, "build."+to), nil
}

// Sources lists sources.
func (f *Fake) Sources(ctx context.Context) ([]model.Source, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	return slices.Clone(f.sources), nil
}

// AddSource adds one.
func (f *Fake) AddSource(ctx context.Context, s model.Source) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	if f.source(s.Name) >= 0 {
		return model.Receipt{}, fault.New(fault.Refused, "there is a source %s already", s.Name)
	}
	f.sources = append(f.sources, s)
	return f.note(Actor(ctx), "source/"+s.Name, "source.added"), nil
}

func (f *Fake) source(name string) int {
	return slices.IndexFunc(f.sources, func(s model.Source) bool { return s.Name == name })
}

// RemoveSource removes one.
func (f *Fake) RemoveSource(ctx context.Context, name string) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	i := f.source(name)
	if i < 0 {
		return model.Receipt{}, fault.New(fault.NotFound, "there is no source %s", name)
	}
	f.sources = slices.Delete(f.sources, i, i+1)
	return f.note(Actor(ctx), "source/"+name, "source.removed"), nil
}

// PollSource looks at one.
func (f *Fake) PollSource(ctx context.Context, name string) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	if f.source(name) < 0 {
		return model.Receipt{}, fault.New(fault.NotFound, "there is no source %s", name)
	}
	return f.note(Actor(ctx), "source/"+name, "source.polled"), nil
}

// WebhookSecret signs the webhooks that Webhook takes, as GitHub signs them.
const WebhookSecret = "It's a Secret to Everybody"

// Webhook takes a push with a signature of WebhookSecret.
func (f *Fake) Webhook(_ context.Context, name string, h http.Header, body []byte) (model.Receipt, error) {
	mac := hmac.New(sha256.New, []byte(WebhookSecret))
	mac.Write(body)
	if !hmac.Equal([]byte(h.Get("X-Hub-Signature-256")), []byte("sha256="+hex.EncodeToString(mac.Sum(nil)))) {
		return model.Receipt{}, fault.New(fault.Denied, "the webhook's signature is not valid")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.note(machine.Actor{Kind: "token", Name: "webhook"}, "source/"+name, "source.pushed"), nil
}

// Check finds a problem in each file that says "broken".
func (f *Fake) Check(ctx context.Context, files []model.File) ([]model.Problem, error) {
	var out []model.Problem
	for _, file := range files {
		if strings.Contains(file.Content, "broken") {
			out = append(out, model.Problem{File: file.Name, Line: 3, Column: 5, Text: `unknown field "broken"`})
		}
	}
	return out, nil
}

// Apply says that each file creates a service.
func (f *Fake) Apply(ctx context.Context, r model.ApplyRequest) (model.ApplyResult, error) {
	problems, _ := f.Check(ctx, r.Files)
	if len(problems) > 0 {
		return model.ApplyResult{Problems: problems}, nil
	}
	if err := f.enter(ctx); err != nil {
		return model.ApplyResult{}, err
	}
	defer f.mu.Unlock()
	out := model.ApplyResult{Changes: []model.Change{
		{Kind: "Service", Name: "tickets", Action: "update", Fields: []model.FieldChange{{Path: "spec.run.replicas", Old: "1", New: "2"}}},
		{Kind: "Team", Name: "box-office", Action: "unchanged"},
	}}
	if !r.DryRun {
		out.Position = f.note(Actor(ctx), "resource/Service/tickets", "resource.applied").Position
	}
	return out, nil
}

// Resources gives one service.
func (f *Fake) Resources(ctx context.Context, kind string) ([]model.Resource, error) {
	return []model.Resource{{Kind: "Service", Name: "tickets", Team: "box-office", Source: "shop", Digest: "sha256:0",
		Spec: json.RawMessage(`{"run":{"replicas":1}}`)}}, nil
}

// Secrets lists secrets.
func (f *Fake) Secrets(ctx context.Context) ([]model.Secret, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	var out []model.Secret
	for _, s := range f.secrets {
		out = append(out, *s)
	}
	return out, nil
}

// SetSecret adds a version.
func (f *Fake) SetSecret(ctx context.Context, name string, value []byte) (model.Secret, error) {
	if err := f.enter(ctx); err != nil {
		return model.Secret{}, err
	}
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.secrets, func(s *model.Secret) bool { return s.Name == name })
	if i < 0 {
		i = len(f.secrets)
		f.secrets = append(f.secrets, &model.Secret{Name: name})
	}
	s := f.secrets[i]
	s.Versions = append(s.Versions, model.SecretVersion{Number: len(s.Versions) + 1, At: f.now, By: Actor(ctx).Name})
	f.values[name] = value
	return *s, nil
}

// Value is what a secret was last set to.
func (f *Fake) Value(name string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return string(f.values[name])
}

// RemoveSecret removes one.
func (f *Fake) RemoveSecret(ctx context.Context, name string) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.secrets, func(s *model.Secret) bool { return s.Name == name })
	if i < 0 {
		return model.Receipt{}, fault.New(fault.NotFound, "there is no secret %s", name)
	}
	f.secrets = slices.Delete(f.secrets, i, i+1)
	return f.note(Actor(ctx), "secret/"+name, "secret.removed"), nil
}

// SigningKeys lists keys.
func (f *Fake) SigningKeys(ctx context.Context) ([]model.SigningKey, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.keys), nil
}

// RotateSigningKey adds a key.
func (f *Fake) RotateSigningKey(ctx context.Context) (model.SigningKey, error) {
	if err := f.enter(ctx); err != nil {
		return model.SigningKey{}, err
	}
	defer f.mu.Unlock()
	for i := range f.keys {
		f.keys[i].Status = "rotated"
	}
	k := model.SigningKey{ID: fmt.Sprintf("key-%d", len(f.keys)+1), Status: "active", At: f.now, Public: "-----BEGIN PUBLIC KEY-----\n"}
	f.keys = append(f.keys, k)
	return k, nil
}

// RevokeSigningKey revokes one.
func (f *Fake) RevokeSigningKey(ctx context.Context, id string) (model.Receipt, error) {
	if err := f.enter(ctx); err != nil {
		return model.Receipt{}, err
	}
	defer f.mu.Unlock()
	for i := range f.keys {
		if f.keys[i].ID == id {
			f.keys[i].Status = "revoked"
			return f.note(Actor(ctx), "key/"+id, "key.revoked"), nil
		}
	}
	return model.Receipt{}, fault.New(fault.NotFound, "there is no key %s", id)
}

// Logs gives three lines, and with Follow one more for each journal entry. The instance
// "breaks" fails after its first line.
func (f *Fake) Logs(ctx context.Context, q model.LogsQuery, say func(model.LogLine) error) error {
	f.mu.Lock()
	after := f.position
	f.mu.Unlock()
	if q.Release == "" {
		if _, err := f.Lane(ctx, q.Service, q.Environment); err != nil {
			return err
		}
	}
	origin := "tickets.dev.3.0"
	if q.Release != "" {
		origin = "build"
	}
	for i := range 3 {
		if err := say(model.LogLine{At: f.now, Origin: origin, Stream: "stdout", Text: fmt.Sprintf("line %d", i+1)}); err != nil {
			return err
		}
		if q.Instance == "breaks" {
			return fault.New(fault.Unavailable, "the log's disk is gone").WithHint("bring it back")
		}
	}
	if !q.Follow {
		return nil
	}
	return f.Watch(ctx, after, func(h model.Happening) error {
		return say(model.LogLine{At: h.At, Origin: origin, Stream: "stderr", Text: h.Type})
	})
}

// Watch tells each journal entry.
func (f *Fake) Watch(ctx context.Context, after int64, say func(model.Happening) error) error {
	f.mu.Lock()
	if after < 0 {
		after = f.position
	}
	f.mu.Unlock()
	for {
		f.mu.Lock()
		fresh, changed := slices.Clone(f.journal[min(after, f.position):]), f.changed
		f.mu.Unlock()
		for _, e := range fresh {
			after = e.Position
			if err := say(model.Happening{Position: e.Position, At: e.At, Actor: e.Actor, Machine: e.Machine, Type: e.Type,
				Status: "idle", Text: e.Type + " on " + e.Machine}); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

// Audit lists the journal.
func (f *Fake) Audit(ctx context.Context, q model.AuditQuery) ([]model.AuditEntry, error) {
	if err := f.enter(ctx); err != nil {
		return nil, err
	}
	defer f.mu.Unlock()
	return slices.Clone(f.journal[min(q.After, f.position):]), nil
}

// VerifyAudit finds the journal sound.
func (f *Fake) VerifyAudit(ctx context.Context) (model.AuditReport, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return model.AuditReport{Entries: f.position, Checkpoints: 1, Verified: true}, nil
}

// ExportAudit writes the journal.
func (f *Fake) ExportAudit(ctx context.Context, w io.Writer) error {
	entries, err := f.Audit(ctx, model.AuditQuery{})
	for _, e := range entries {
		if err := json.NewEncoder(w).Encode(e); err != nil {
			return err
		}
	}
	return err
}

// Backup writes a line; a fake with the source "half" breaks off in the middle.
func (f *Fake) Backup(ctx context.Context, w io.Writer) error {
	if _, err := fmt.Fprintf(w, "backup at %s\n", f.now.Format(time.RFC3339)); err != nil {
		return err
	}
	if f.source("half") >= 0 {
		return fault.New(fault.Internal, "disk full")
	}
	return nil
}
