package config

import (
	"time"

	"slipway.dev/internal/core/judge"
)

// Resolved is the whole configuration with which a service runs in an environment: the
// Service's manifest, laid over by the Environment's config and by the service's own
// overrides for that environment. It holds names and versions of secrets, never values.
// Encoded as JSON it is a blob; the blob's digest is the deployment's config digest.
type Resolved struct {
	Service     string            `json:"service"`
	Environment string            `json:"environment"`
	Command     []string          `json:"command"`
	Dir         string            `json:"dir,omitempty"`
	Env         map[string]string `json:"env,omitempty"`
	Files       map[string]string `json:"files,omitempty"`
	Secrets     map[string]string `json:"secrets,omitempty"` // NAME -> "secret-name@version"
	Limits      Limits            `json:"limits"`
	Health      Health            `json:"health"`
	StopGrace   time.Duration     `json:"stopGrace,omitempty"`
	Routes      []Route           `json:"routes,omitempty"`
	IdleTimeout time.Duration     `json:"idleTimeout,omitempty"` // how long the edge keeps idle connections to it
	Timeout     time.Duration     `json:"timeout,omitempty"`     // until its response headers
	Smoke       []Check           `json:"smoke,omitempty"`
	Rollout     Rollout           `json:"rollout"`
	Workflow    *Workflow         `json:"workflow,omitempty"` // it is one; nil: it runs in instances
}

// Rollout is the part of a Resolved that the deployment lane decides upon.
type Rollout struct {
	Replicas  int       `json:"replicas"`
	Strategy  Strategy  `json:"strategy"`
	Rollback  Rollback  `json:"rollback"`
	Migration Migration `json:"migration"`
	Routes    []Route   `json:"routes,omitempty"`
	Smoke     int       `json:"smoke"`              // number of smoke checks
	Deadline  Duration  `json:"deadline,omitempty"` // until all instances of a step are healthy; default 60 s
	Hooks     Hooks     `json:"hooks,omitzero"`
}

// Hooks are workflows, active in the same environment, that a deployment runs one after the
// other: before any user's request, and when it has all of them.
type Hooks struct {
	Before []string `json:"before,omitempty"`
	After  []string `json:"after,omitempty"`
}

// Duration is a time.Duration; it has the name so that manifests and states say the same.
type Duration = time.Duration

// Strategy says how traffic goes from the old release to the new one. What comes after Batch
// is of canaries.
type Strategy struct {
	Kind     string    `json:"kind"`            // "rolling", "blueGreen", "canary" or Activate
	Batch    int       `json:"batch,omitempty"` // rolling: instances replaced at once; default 1
	Steps    []Step    `json:"steps,omitempty"`
	Sticky   *Sticky   `json:"sticky,omitempty"`   // how users stay with the release that they had; nil: they do not
	Internal *Internal `json:"internal,omitempty"` // whose requests reach it first; nil: nobody's

	// Judged lets the share grow with the evidence, in place of Steps.
	Judged    bool          `json:"judged,omitempty"`
	Minimum   Duration      `json:"minimum,omitempty"`   // shortest time until it has all requests
	Maximum   Duration      `json:"maximum,omitempty"`   // then a person is asked; default 1 h
	Baseline  string        `json:"baseline,omitempty"`  // one of BaselineFresh and BaselineRunning
	Synthetic bool          `json:"synthetic,omitempty"` // smoke checks are repeated, and count as evidence
	Judge     judge.Options `json:"judge,omitzero"`
}

// Activate is the kind of a workflow's strategy: its version becomes active at once, and
// nothing else.
const Activate = "activate"

// What a judged canary is compared with.
const (
	BaselineFresh   = "fresh"   // new instances of the old release that start together with it
	BaselineRunning = "running" // those that run
)

// Sticky says what tells one user from another: a cookie that the edge sets, or a header.
type Sticky struct {
	Cookie bool   `json:"cookie,omitempty"`
	Header string `json:"header,omitempty"`
}

// Internal says whose requests reach a new release before anybody else's, and for how long.
type Internal struct {
	Header string   `json:"header"`
	Value  string   `json:"value,omitempty"` // empty: any
	For    Duration `json:"for"`
}

// Step is one exposure of a canary: Weight percent of the requests for Pause.
type Step struct {
	Weight int      `json:"weight"`
	Pause  Duration `json:"pause"`
}

// Rollback says when a release is taken back by itself, and how far one may go back.
type Rollback struct {
	Errors  float64  `json:"errors"`  // share of requests answered 5xx above which it is taken back; default 0.05
	Minimum int      `json:"minimum"` // requests before Errors is looked at; default 20
	Observe Duration `json:"observe"` // how long it is watched with all traffic; default 30 s
	Warm    Duration `json:"warm"`    // how long the old instances are kept afterwards; default 15 min
	Keep    int      `json:"keep"`    // completed releases that one can go back to; default 5
}

// Migration says what a release does to stored data, and so what a rollback may cross.
type Migration string

// The migration classes. A rollback across Contract or Irreversible is refused unless forced.
const (
	MigrationNone         Migration = "none"
	MigrationExpand       Migration = "expand"
	MigrationContract     Migration = "contract"
	MigrationIrreversible Migration = "irreversible"
)

// Route is a public place: host and path prefix.
type Route struct {
	Host string `json:"host"`
	Path string `json:"path"`
}

// Limits bound an instance. Zero: not bounded.
type Limits struct {
	Memory    int64   `json:"memory,omitempty"` // bytes
	CPU       float64 `json:"cpu,omitempty"`    // cores
	Processes int     `json:"processes,omitempty"`
}

// Health says how to see that an instance can take traffic.
type Health struct {
	HTTP     string   `json:"http,omitempty"`
	TCP      bool     `json:"tcp,omitempty"`
	Command  []string `json:"command,omitempty"`
	Interval Duration `json:"interval,omitempty"`
	Timeout  Duration `json:"timeout,omitempty"`
}

// Check is one smoke check: an HTTP request or a command. Exactly one is set.
type Check struct {
	Name    string     `json:"name"`
	HTTP    *HTTPCheck `json:"http,omitempty"`
	Command []string   `json:"command,omitempty"` // run in the artifact's root with $URL of the instance; exit 0 passes
	Timeout Duration   `json:"timeout,omitempty"` // default 5 s
}

// HTTPCheck is a request and what its answer must be.
type HTTPCheck struct {
	Method  string            `json:"method"` // default GET
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    string            `json:"body,omitempty"`
	Expect  Expect            `json:"expect"`
}

// Expect is what an answer must be. Unset fields are not looked at.
type Expect struct {
	Status  int               `json:"status"`            // default 200
	Headers map[string]string `json:"headers,omitempty"` // name -> regular expression (RE2)
	Body    string            `json:"body,omitempty"`    // regular expression
	JQ      string            `json:"jq,omitempty"`      // must give true on the JSON body
	Within  Duration          `json:"within,omitempty"`
}
