package deploy

import (
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/task"
)

// MachineID is the identity of the lane of a service in an environment. That there is one
// lane is what makes it impossible to deploy a service twice at once.
func MachineID(service, environment string) string {
	return "deploy/" + service + "/" + environment
}

// Events that the lane takes, with their data. Besides these it takes "timer",
// "message.refused" and the outcomes of its effects SmokeCheck, EffectSign and notify.EffectNotice.
const (
	EventRequested = "deploy.requested"   // Request
	EventAsked     = "gate.asked"         // none; facts: Facts with Gates
	EventRollback  = "rollback.requested" // RollbackRequest; facts: Facts with Revoked
	EventAbort     = "abort.requested"    // Abort
	EventSettled   = "hold.settled"       // Settle: a person decides on what is held
	EventInstance  = "instance.observed"  // Instance
	EventRouted    = "route.applied"      // Routed
	EventInactive  = "workflow.inactive"  // Inactive
	EventTraffic   = "traffic.observed"   // Traffic
	EventJudged    = "judge.said"         // Judged
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
	Reason      string         `json:"reason"`          // one of Reasons
	Force       bool           `json:"force,omitempty"` // also if it was rolled back here before
	Expedite    bool           `json:"expedite,omitempty"`
	Fix         string         `json:"fix,omitempty"`      // it mends what uses up an error budget: why, in the words of who asks
	NotBefore   time.Time      `json:"notBefore,omitzero"` // the gate stays shut until then
	Plan        string         `json:"plan,omitempty"`     // digest of the deployment plan's blob
	Train       string         `json:"train,omitempty"`    // it enters with others
}

// Reasons of a Request.
const (
	ReasonPush   = "push"   // a commit made it
	ReasonAuto   = "auto"   // it runs in the environment before, and goes on by itself
	ReasonManual = "manual" // a person asked
)

// RollbackRequest asks to go back. To is a release; empty: the one before.
type RollbackRequest struct {
	To     string `json:"to,omitempty"`
	Undo   string `json:"undo,omitempty"`  // only if what serves was brought by this deployment
	Train  string `json:"train,omitempty"` // that takes its member back, and is told how it ends
	Force  bool   `json:"force,omitempty"` // across a contract or irreversible migration
	Reason string `json:"reason,omitempty"`
}

// Abort stops a deployment under way and goes back to what ran before, or takes one that
// waits out of the queue.
type Abort struct {
	Deployment string `json:"deployment,omitempty"` // empty: what is under way, or else waits first
	Reason     string `json:"reason,omitempty"`
}

// Facts is what an event knows of other machines. Without them a lane lets nothing in.
type Facts struct {
	// Gates answers, with gate.asked and the gate's timer, whether what waits may begin.
	Gates []Answered `json:"gates,omitempty"`
	// Revoked are, with rollback.requested, the kept releases that were revoked. Guards has
	// the release machine of each kept one that was looked at, revoked or not: one that it
	// does not name is not gone back to.
	Revoked []string        `json:"revoked,omitempty"`
	Guards  []machine.Guard `json:"guards,omitempty"`
}

// Answered is how the gate stands for a deployment that waits.
type Answered struct {
	Deployment string        `json:"deployment"`
	Decision   gate.Decision `json:"decision"`
	// Guards are all machines that the decision was made from. They become guards of the
	// step in which the deployment begins.
	Guards []machine.Guard `json:"guards,omitempty"`
	// Artifact and Config are the digests that the decision was made for. If Config is not
	// what the deployment asked with, because the configuration changed while it waited,
	// Rollout comes with it: the deployment is bound to them anew.
	Artifact string          `json:"artifact"`
	Config   string          `json:"config"`
	Rollout  *config.Rollout `json:"rollout,omitempty"`
	// Ask is the approval that is wanted; nil: none. The lane keeps task/<deployment> to it.
	Ask *task.Ask `json:"ask,omitempty"`
	// Lease is how many deployments may be under way at once in the environment: it takes
	// a lease. 0: any number, it takes none.
	Lease int `json:"lease,omitempty"`
	// Supersede lets a newer release of the same making (both by themselves or both by
	// hand) take its place. A push that waits for nothing but its turn gives way anyhow.
	Supersede bool `json:"supersede,omitempty"`
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

// Routed says that the edge routes by this revision of the lane's RouteSpec, or that a
// workflow's trigger is as this revision of its WorkflowSpec has it.
type Routed struct {
	Revision int64 `json:"revision"`
}

// Inactive says why a revision of the lane's WorkflowSpec cannot be.
type Inactive struct {
	Revision int64  `json:"revision"`
	Reason   string `json:"reason"`
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
	DesiredWorkflow = "workflow" // key: "active"; WorkflowSpec: of a workflow's lane, in place of instances and a route
	DesiredWatch    = "watch"    // key: "traffic"; WatchSpec: while there, Traffic events are brought
	DesiredJudge    = "judge"    // key: "judge"; JudgeSpec: while there, judge.said is brought whenever the judge says something new
	DesiredGate     = "gate"     // key: "gate"; GateSpec: while there, gate.asked is brought at once and whenever an answer may have changed
	SmokeCheck      = "smoke.check"
	EffectSign      = "gate.sign" // SignInput; gives Signed
)

// GateSpec asks for answers of the gate.
type GateSpec struct {
	Service     string   `json:"service"`
	Environment string   `json:"environment"`
	Waiting     []string `json:"waiting"`          // deployments, in their order
	Behind      string   `json:"behind,omitempty"` // deployment under way that they wait for; it is asked again when it ended
}

// SignInput is the input of the effect EffectSign: a decision by which a deployment began. It
// is written as a signed verification summary. The effect is Repeatable.
type SignInput struct {
	Deployment string        `json:"deployment"`
	Subject    gate.Subject  `json:"subject"`
	Decision   gate.Decision `json:"decision"`
	At         time.Time     `json:"at"` // when the deployment began
}

// Signed is the output of the effect EffectSign.
type Signed struct {
	Deployment string `json:"deployment"`
	VSA        string `json:"vsa"` // digest of the blob with the signed statement
}

// EventMember is what a lane tells the train of one of its members: when it waits, when its
// door opens or shuts but for the train, when it begins and when it ends.
const EventMember = "train.member" // Member

// Member is how a member of a train stands.
type Member struct {
	Service    string `json:"service"`
	Deployment string `json:"deployment"`
	Undo       string `json:"undo,omitempty"`  // of a rollback: the member's deployment that is taken back
	Phase      Phase  `json:"phase"`           // Waiting, Preparing (it began), or a final one
	Ready      bool   `json:"ready,omitempty"` // of a waiting one: its gate asks for nothing but the train, and nothing is under way
	Release    string `json:"release"`
	From       string `json:"from,omitempty"` // release that served before
	Reason     string `json:"reason,omitempty"`
}

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
	Groups      []RouteGroup   `json:"groups"`           // in the order in which they divide the users: a canary comes first
	Sticky      *config.Sticky `json:"sticky,omitempty"` // how users stay with the group that they had
	Apart       bool           `json:"apart,omitempty"`  // a canary is judged: what the judge counts is to be counted
}

// WorkflowSpec is the version of a workflow that is to be active. Revision grows with each
// change. Without a Deployment none is; that is desired until it is so.
type WorkflowSpec struct {
	Service     string `json:"service"` // the workflow's name
	Environment string `json:"environment"`
	Revision    int64  `json:"revision"`
	Deployment  string `json:"deployment,omitempty"`
	Release     string `json:"release,omitempty"`
	Artifact    string `json:"artifact,omitempty"`
	Config      string `json:"config,omitempty"`
}

// RouteGroup is the instances of one deployment and their share.
type RouteGroup struct {
	Deployment string         `json:"deployment"`
	Release    string         `json:"release"`
	Weight     int            `json:"weight"`          // percent; 0 only with Match
	Match      *Match         `json:"match,omitempty"` // whose requests it gets whatever its weight is
	Instances  []RoutedTarget `json:"instances"`
}

// Match says whose requests are meant, by a header that they have.
type Match struct {
	Header string `json:"header"`
	Value  string `json:"value,omitempty"` // empty: any
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
