package deploy

import (
	"time"

	"slipway.dev/internal/core/config"
)

// MachineID is the identity of the lane of a service in an environment. That there is one
// lane is what makes it impossible to deploy a service twice at once.
func MachineID(service, environment string) string {
	return "deploy/" + service + "/" + environment
}

// Events that the lane takes, with their data. Besides these it takes "timer" and the
// outcome of its effect SmokeCheck (".done", ".failed").
const (
	EventRequested = "deploy.requested"   // Request
	EventRollback  = "rollback.requested" // RollbackRequest
	EventAbort     = "abort.requested"    // Abort
	EventSettled   = "hold.settled"       // Settle: a person decides on what is held
	EventInstance  = "instance.observed"  // Instance
	EventRouted    = "route.applied"      // Routed
	EventTraffic   = "traffic.observed"   // Traffic
)

// Request asks for a release to go in. Facts are in it, because it comes from control or
// from the release machine, which have looked them up.
type Request struct {
	Service     string         `json:"service"`     // whose lane it is; the same in every request to a lane
	Environment string         `json:"environment"` //
	Release     string         `json:"release"`     // identity within the service
	Artifact    string         `json:"artifact"`
	Commit      string         `json:"commit,omitempty"`
	CommittedAt time.Time      `json:"committedAt"`
	Order       int64          `json:"order"`  // releases of a service are numbered as they come; a higher one is newer
	Config      string         `json:"config"` // digest of the config.Resolved blob
	Rollout     config.Rollout `json:"rollout"`
	Reason      string         `json:"reason"`          // "push" or "manual"
	Force       bool           `json:"force,omitempty"` // also if it was rolled back here before
}

// RollbackRequest asks to go back. To is a release; empty: the one before.
type RollbackRequest struct {
	To     string `json:"to,omitempty"`
	Force  bool   `json:"force,omitempty"` // across a contract or irreversible migration
	Reason string `json:"reason,omitempty"`
}

// Abort stops a deployment under way and goes back to what ran before.
type Abort struct {
	Reason string `json:"reason,omitempty"`
}

// Settle is a person's decision on a held deployment: "retry", "rollback" or "accept".
type Settle struct {
	Decision string `json:"decision"`
	Reason   string `json:"reason,omitempty"`
}

// Instance is what the target saw of an instance.
type Instance struct {
	ID       string `json:"id"`
	State    string `json:"state"` // a target.State
	Address  string `json:"address,omitempty"`
	Restarts int    `json:"restarts,omitempty"`
	Detail   string `json:"detail,omitempty"`
}

// Routed says that the edge routes by this revision of the lane's RouteSpec.
type Routed struct {
	Revision int64 `json:"revision"`
}

// Traffic is what the edge counted, since it counts, per deployment of this lane.
type Traffic struct {
	Counts []Count `json:"counts"`
}

// Count is the requests to one deployment's instances. They only ever grow.
type Count struct {
	Deployment string `json:"deployment"`
	Requests   uint64 `json:"requests"`
	Errors     uint64 `json:"errors"` // answered 5xx by the app, or 502, 503, 504 by the edge for want of the app
}

// Desired things of a lane, with their specs, and its effect. Besides these it desires timers.
const (
	DesiredInstance = "instance" // key: instance ID; InstanceSpec
	DesiredRoute    = "route"    // key: "route"; RouteSpec
	DesiredWatch    = "watch"    // key: "traffic"; WatchSpec: while there, Traffic events are brought
	SmokeCheck      = "smoke.check"
)

// InstanceSpec is an instance that is to run; it stays the same for its whole life. The
// driver makes a target.Instance of it with the blob of Config.
type InstanceSpec struct {
	ID          string `json:"id"` // service.environment.number.index
	Service     string `json:"service"`
	Environment string `json:"environment"`
	Deployment  string `json:"deployment"`
	Release     string `json:"release"`
	Artifact    string `json:"artifact"`
	Config      string `json:"config"`
}

// RouteSpec is how the edge is to share out the requests. Revision grows with each change.
type RouteSpec struct {
	Service     string         `json:"service"`
	Environment string         `json:"environment"`
	Revision    int64          `json:"revision"`
	Config      string         `json:"config"` // of the release that the public routes are taken from
	Routes      []config.Route `json:"routes,omitempty"`
	Groups      []RouteGroup   `json:"groups"`
}

// RouteGroup is the instances of one deployment and their share.
type RouteGroup struct {
	Deployment string         `json:"deployment"`
	Release    string         `json:"release"`
	Weight     int            `json:"weight"`
	Instances  []RoutedTarget `json:"instances"`
}

// RoutedTarget is an instance and where it listens.
type RoutedTarget struct {
	ID      string `json:"id"`
	Address string `json:"address"`
}

// WatchSpec asks for Traffic events about these deployments.
type WatchSpec struct {
	Service     string   `json:"service"`
	Environment string   `json:"environment"`
	Deployments []string `json:"deployments"`
}

// SmokeInput is the input of the effect SmokeCheck; it passes when all checks pass on each
// of the instances. The error of a failed one names check, instance and what was expected.
type SmokeInput struct {
	Deployment string         `json:"deployment"`
	Artifact   string         `json:"artifact"`
	Config     string         `json:"config"`
	Instances  []RoutedTarget `json:"instances"`
}
