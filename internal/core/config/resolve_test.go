package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/judge"
	"slipway.dev/internal/core/manifest"
)

// parsed reads one document.
func parsed(t *testing.T, kind, name, spec string) manifest.Resource {
	t.Helper()
	found, problems := manifest.Parse("test.yaml", []byte("apiVersion: slipway.dev/v1\nkind: "+kind+"\nmetadata: {name: "+name+", team: box}\nspec: "+spec+"\n"))
	if problems != nil {
		t.Fatal(problems)
	}
	return found[0]
}

const full = `
  build: {run: make}
  run: {command: [./tickets, 8], dir: app, replicas: 2, limits: {memory: 128Mi, cpu: 500m, processes: 64}, stopGrace: 20s}
  routes: [{host: shop.localhost, path: /orders}, {host: "*"}]
  config: {A: service, B: service, C: service}
  files: {a.ini: service, b.ini: service}
  secrets: {KEY: {from: key}, PIN: {from: pin}}
  health: {http: /healthz, deadline: 2m}
  strategy: {canary: {steps: [{weight: 10, pause: 1m}, {weight: 40}]}}
  rollback: {errors: 2%, observe: 1m, warm: 1h}
  smoke:
    - http: {post: /orders, headers: {A: b}, body: x, status: 201, expectHeaders: {C: d}, match: ok, jq: .ok, within: 1s}
    - {name: mine, command: [./check, -v], timeout: 30s}
    - {command: [./check]}
  timeouts: {response: 5s, idle: 3s}
  migration: contract
  overrides:
    prod:
      config: {C: override}
      files: {b.ini: override}
      secrets: {KEY: {from: key-prod}}
      routes: [{host: shop.example.com}]
      replicas: 5
      limits: {memory: 1Gi}
      strategy: {blueGreen: {}}
      rollback: {errors: 0%, observe: 0s}`

func TestResolve(t *testing.T) {
	t.Parallel()
	versions := map[string]int{"key": 3, "pin": 1, "key-prod": 7}
	service := parsed(t, "Service", "tickets", full)
	dev, err := Resolve(service, parsed(t, "Environment", "dev", `{config: {B: environment, C: environment}}`), versions)
	if err != nil {
		t.Fatal(err)
	}
	want := Resolved{
		Service: "tickets", Environment: "dev", Command: []string{"./tickets", "8"}, Dir: "app",
		Env:     map[string]string{"A": "service", "B": "environment", "C": "environment"},
		Files:   map[string]string{"a.ini": "service", "b.ini": "service"},
		Secrets: map[string]string{"KEY": "key@3", "PIN": "pin@1"},
		Limits:  Limits{Memory: 128 << 20, CPU: 0.5, Processes: 64},
		Health:  Health{HTTP: "/healthz", Interval: time.Second, Timeout: 2 * time.Second},
		Routes:  []Route{{"dev.shop.localhost", "/orders"}, {"*", "/"}}, StopGrace: 20 * time.Second,
		IdleTimeout: 3 * time.Second, Timeout: 5 * time.Second,
		Smoke: []Check{
			{Name: "POST /orders", Timeout: 5 * time.Second, HTTP: &HTTPCheck{Method: "POST", Path: "/orders", Headers: map[string]string{"A": "b"}, Body: "x",
				Expect: Expect{Status: 201, Headers: map[string]string{"C": "d"}, Body: "ok", JQ: ".ok", Within: time.Second}}},
			{Name: "mine", Command: []string{"./check", "-v"}, Timeout: 30 * time.Second},
			{Name: "./check", Command: []string{"./check"}, Timeout: 5 * time.Second}},
		Rollout: Rollout{Replicas: 2, Strategy: Strategy{Kind: "canary", Steps: []Step{{10, time.Minute}, {40, 30 * time.Second}}},
			Rollback:  Rollback{Errors: 0.02, Minimum: 20, Observe: time.Minute, Warm: time.Hour, Keep: 5},
			Migration: MigrationContract, Routes: []Route{{"dev.shop.localhost", "/orders"}, {"*", "/"}}, Smoke: 3, Deadline: 2 * time.Minute},
	}
	if diff := cmp.Diff(want, dev); diff != "" {
		t.Errorf("dev:\n%s", diff)
	}

	prod, err := Resolve(service, parsed(t, "Environment", "prod", `{host: "{host}", config: {B: environment, C: environment}}`), versions)
	if err != nil {
		t.Fatal(err)
	}
	want.Environment = "prod"
	want.Env["C"], want.Files["b.ini"], want.Secrets["KEY"], want.Limits.Memory = "override", "override", "key-prod@7", 1<<30
	want.Routes = []Route{{"shop.example.com", "/"}}
	want.Rollout.Routes, want.Rollout.Replicas, want.Rollout.Strategy = want.Routes, 5, Strategy{Kind: "blueGreen"}
	want.Rollout.Rollback.Errors, want.Rollout.Rollback.Observe = 0, 0
	if diff := cmp.Diff(want, prod); diff != "" {
		t.Errorf("prod:\n%s", diff)
	}
}

func TestResolveDefaults(t *testing.T) {
	t.Parallel()
	dev := parsed(t, "Environment", "dev", "{}")
	got, err := Resolve(parsed(t, "Service", "a", `{build: {run: make}, run: {command: [./a]}}`), dev, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := Resolved{
		Service: "a", Environment: "dev", Command: []string{"./a"}, Env: map[string]string{}, Files: map[string]string{}, Secrets: map[string]string{},
		Health: Health{Interval: time.Second, Timeout: 2 * time.Second}, StopGrace: 10 * time.Second, IdleTimeout: 1500 * time.Millisecond, Timeout: time.Minute,
		Rollout: Rollout{Replicas: 1, Strategy: Strategy{Kind: "rolling", Batch: 1}, Migration: MigrationNone, Deadline: time.Minute,
			Rollback: Rollback{Errors: 0.05, Minimum: 20, Observe: 30 * time.Second, Warm: 15 * time.Minute, Keep: 5}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestResolveCanary(t *testing.T) {
	t.Parallel()
	dev := parsed(t, "Environment", "dev", "{}")
	for spec, want := range map[string]Strategy{
		`{}`: {Kind: "canary", Judged: true, Maximum: time.Hour, Baseline: BaselineFresh},
		`{minimum: 5m, maximum: 2h, baseline: running, synthetic: true, sticky: {cookie: true}, internal: {header: X-Internal}, judge: {alpha: 2%, harm: 3}}`: {
			Kind: "canary", Judged: true, Minimum: 5 * time.Minute, Maximum: 2 * time.Hour, Baseline: BaselineRunning, Synthetic: true,
			Sticky: &Sticky{Cookie: true}, Internal: &Internal{Header: "X-Internal", For: time.Minute}, Judge: judge.Options{Alpha: 0.02, Psi1: 3}},
		`{steps: [{weight: 10}], sticky: {header: X-User}}`: {Kind: "canary", Steps: []Step{{10, 30 * time.Second}}, Sticky: &Sticky{Header: "X-User"}},
	} {
		got, err := Resolve(parsed(t, "Service", "a", `{image: "a:1", strategy: {canary: `+spec+`}}`), dev, nil)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.Rollout.Strategy); diff != "" {
			t.Errorf("%s (-want +got)\n%s", spec, diff)
		}
	}
}

func TestResolveRefuses(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("x", 60_000)
	for name, c := range map[string]struct {
		service, environment string
		code                 fault.Code
		want                 string
	}{
		"secret not set": {`{image: "a:1", secrets: {KEY: {from: key}}}`, "{}", fault.Refused, "slipway secret set key"},
		"too large":      {`{image: "a:1", config: {A: ` + large + `}}`, "{config: {B: " + large + "}}", fault.TooLarge, "put large values into files"},
		"path of a secret": {`{image: "a:1", secrets: {PIN: {from: pin}}}`, "{config: {PIN_FILE: x}}", fault.Invalid,
			"sets PIN_FILE, where the path of a secret is to be"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Resolve(parsed(t, "Service", "a", c.service), parsed(t, "Environment", "dev", c.environment), map[string]int{"pin": 1})
			if fault.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %s: %v", fault.CodeOf(err), err)
			}
		})
	}
	if _, err := Resolve(parsed(t, "Environment", "dev", "{}"), parsed(t, "Environment", "dev", "{}"), nil); err == nil {
		t.Error("an environment was resolved as a service")
	}
}

// The digest is of the content: it does not depend on the order of maps.
func TestBlobIsTheSameForTheSame(t *testing.T) {
	t.Parallel()
	service, dev := parsed(t, "Service", "tickets", full), parsed(t, "Environment", "dev", "{}")
	digests := map[string]bool{}
	for range 20 {
		r, err := Resolve(service, dev, map[string]int{"key": 3, "pin": 1})
		if err != nil {
			t.Fatal(err)
		}
		_, digest := r.Blob()
		digests[digest] = true
	}
	r, _ := Resolve(service, dev, map[string]int{"key": 4, "pin": 1})
	if _, other := r.Blob(); len(digests) != 1 || digests[other] {
		t.Errorf("digests %v, with another secret %s", digests, other)
	}
}

func TestSecretNames(t *testing.T) {
	t.Parallel()
	s, err := parsed(t, "Service", "tickets", full).Service()
	if diff := cmp.Diff([]string{"key", "key-prod", "pin"}, SecretNames(s)); err != nil || diff != "" {
		t.Error(err, diff)
	}
}
