package config

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
)

// Resolve gives the configuration with which a service runs in an environment: the
// service's, laid over by the environment's config and by the service's overrides for it.
// Versions has the current version of each secret. It fails if a secret is not set.
func Resolve(service, environment manifest.Resource, versions map[string]int) (Resolved, error) {
	s, err := service.Service()
	if err != nil {
		return Resolved{}, err
	}
	e, err := environment.Environment()
	if err != nil {
		return Resolved{}, err
	}
	if s.Workflow != nil {
		return resolveWorkflow(service, s, environment.Name, versions)
	}
	o := s.Overrides[manifest.Name(environment.Name)]
	r := Resolved{
		Service:     service.Name,
		Environment: environment.Name,
		Command:     words(s.Run.Command),
		Dir:         string(s.Run.Dir),
		Env:         texts(s.Config, e.Config, o.Config),
		Files:       texts(s.Files, o.Files),
		Limits:      limits(s.Run.Limits, o.Limits),
		Health:      health(s.Health),
		StopGrace:   s.Run.StopGrace.Or(DefaultStopGrace),
		Routes:      routes(s, e, environment.Name),
		IdleTimeout: s.Timeouts.Idle.Or(DefaultIdleTimeout),
		Timeout:     s.Timeouts.Response.Or(DefaultTimeout),
		Smoke:       checks(s.Smoke),
	}
	if r.Secrets, err = secrets(service.Name, versions, s.Secrets, o.Secrets); err != nil {
		return Resolved{}, err
	}
	r.Rollout = rollout(s, o)
	r.Rollout.Routes, r.Rollout.Smoke = r.Routes, len(r.Smoke)
	r.Rollout.Hooks = hooks(s)
	return r, r.bounded()
}

// Blob gives the configuration as it is stored, and its digest, "sha256:…".
func (r Resolved) Blob() (blob []byte, digest string) {
	blob = machine.Must(r)
	sum := sha256.Sum256(blob)
	return blob, "sha256:" + hex.EncodeToString(sum[:])
}

// bounded finds what the pieces together make too large for a process.
func (r Resolved) bounded() error {
	size := 0
	for k, v := range r.Env {
		size += len(k) + len(v) + 2
		if _, twice := r.Secrets[strings.TrimSuffix(k, "_FILE")]; twice && strings.HasSuffix(k, "_FILE") {
			return fault.New(fault.Invalid, "the config of %s in %s sets %s, where the path of a secret is to be", r.Service, r.Environment, k).
				WithHint("give one of them another name")
		}
	}
	if size > 100_000 {
		return fault.New(fault.TooLarge, "the config of %s in %s has %d bytes; a process takes at most 100000", r.Service, r.Environment, size).
			WithHint("put large values into files")
	}
	return nil
}

// texts lays maps over one another. The last one wins.
func texts[K, V ~string](layers ...map[K]V) map[string]string {
	out := map[string]string{}
	for _, layer := range layers {
		for k, v := range layer {
			out[string(k)] = string(v)
		}
	}
	return out
}

func secrets(service string, versions map[string]int, layers ...map[manifest.EnvName]manifest.From) (map[string]string, error) {
	all := merged(layers...)
	out := map[string]string{}
	for _, name := range sorted(all) {
		from := all[name]
		version, ok := versions[from]
		if !ok {
			return nil, fault.New(fault.Refused, "the secret %s, which %s needs as %s, is not set", from, service, name).
				WithHint("slipway secret set %s", from)
		}
		out[name] = fmt.Sprintf("%s@%d", from, version)
	}
	return out, nil
}

// merged lays names of secrets over one another. The last one wins.
func merged(layers ...map[manifest.EnvName]manifest.From) map[string]string {
	out := map[string]string{}
	for _, layer := range layers {
		for k, v := range layer {
			out[string(k)] = string(v.From)
		}
	}
	return out
}

// SecretNames gives the names of all secrets that a service needs in any environment.
func SecretNames(s manifest.Service) []string {
	all := map[string]bool{}
	for _, from := range s.Secrets {
		all[string(from.From)] = true
	}
	for _, o := range s.Overrides {
		for _, from := range o.Secrets {
			all[string(from.From)] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func words(in []manifest.Text) []string {
	var out []string
	for _, w := range in {
		out = append(out, string(w))
	}
	return out
}

func limits(s, o manifest.Limits) Limits {
	l := Limits{Memory: s.Memory.Bytes(), CPU: s.CPU.Cores(), Processes: s.Processes}
	if o.Memory != "" {
		l.Memory = o.Memory.Bytes()
	}
	if o.CPU != "" {
		l.CPU = o.CPU.Cores()
	}
	if o.Processes != 0 {
		l.Processes = o.Processes
	}
	return l
}

func health(h manifest.Health) Health {
	return Health{HTTP: string(h.HTTP), TCP: h.TCP, Command: words(h.Command),
		Interval: h.Interval.Or(DefaultInterval), Timeout: h.Timeout.Or(DefaultLook)}
}

func routes(s manifest.Service, e manifest.Environment, environment string) []Route {
	var out []Route
	for _, r := range s.RoutesIn(manifest.Name(environment)) {
		path := string(r.Path)
		if path == "" {
			path = "/"
		}
		out = append(out, Route{Host: e.Host.Expand(manifest.Name(environment), r.Host), Path: path})
	}
	return out
}
