package deploy

import (
	"slices"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
)

// Version is the version of State. A new one needs a case in Upgrade and a golden file.
const Version = 3

// Phase is where a deployment stands, or how it ended.
type Phase string

// The phases. Those from Completed on are final.
const (
	Requested      Phase = "requested"
	Waiting        Phase = "waiting"
	Preparing      Phase = "preparing"
	Checking       Phase = "checking"
	Shifting       Phase = "shifting"
	Observing      Phase = "observing"
	RollingBack    Phase = "rollingBack"
	Held           Phase = "held"           // a person is asked
	RollbackFailed Phase = "rollbackFailed" // a person is asked; final once it is accepted
	Completed      Phase = "completed"
	Failed         Phase = "failed"
	RolledBack     Phase = "rolledBack"
	Superseded     Phase = "superseded"
	Aborted        Phase = "aborted"
)

// State is a lane. Faces read it; only Step changes it.
type State struct {
	Service     string     `json:"service,omitempty"`
	Environment string     `json:"environment,omitempty"`
	Number      int64      `json:"number,omitempty"`   // of the last deployment
	Current     *Release   `json:"current,omitempty"`  // completed, and serves
	Kept        []Release  `json:"kept,omitempty"`     // completed; one can go back to them. Latest first
	Retired     []Release  `json:"retired,omitempty"`  // their instances go once the edge lets go of them
	Active      *Active    `json:"active,omitempty"`   // under way
	Queue       []Pending  `json:"queue,omitempty"`    // waiting, in order
	Rejected    []Rejected `json:"rejected,omitempty"` // rolled back here
	Barrier     *Barrier   `json:"barrier,omitempty"`
	Shares      []Share    `json:"shares,omitempty"` // how the traffic is to be shared
	Route       Route      `json:"route,omitzero"`
	Checking    bool       `json:"checking,omitempty"` // a smoke check's outcome is still to come
	History     []Row      `json:"history,omitempty"`  // finished, latest first
}

// Release is a release in this environment, with the config that it had and its instances.
type Release struct {
	Deployment string         `json:"deployment"` // gives its instances their names
	Number     int64          `json:"number"`
	Release    string         `json:"release"`
	Artifact   string         `json:"artifact"`
	Commit     string         `json:"commit,omitempty"`
	Order      int64          `json:"order"`
	Config     string         `json:"config"`
	Rollout    config.Rollout `json:"rollout"`
	Completed  time.Time      `json:"completed,omitzero"`
	WarmUntil  time.Time      `json:"warmUntil,omitzero"`
	Next       int            `json:"next"` // index of the next instance; never used before
	Copies     []Copy         `json:"copies,omitempty"`
}

// Copy is an instance of a release that is desired.
type Copy struct {
	Index    int    `json:"index"`
	State    string `json:"state,omitempty"` // as the target last said
	Address  string `json:"address,omitempty"`
	Restarts int    `json:"restarts,omitempty"`
	Out      bool   `json:"out,omitempty"`     // it is to go
	Leaving  int64  `json:"leaving,omitempty"` // first route revision without it; it stays until that is applied
}

// Active is the deployment, or rollback, that is under way.
type Active struct {
	Row
	Phase    Phase          `json:"phase"`
	Await    Await          `json:"await"`
	Timer    *machine.Alarm `json:"timer,omitempty"`
	Target   *Release       `json:"target,omitempty"` // nil once it is Current
	Stages   []Stage        `json:"stages,omitempty"`
	Stage    int            `json:"stage"`             // index in Stages
	Shift    int64          `json:"shift,omitempty"`   // route revision that is waited for
	Exposed  bool           `json:"exposed,omitempty"` // users' requests may have reached it
	Checked  bool           `json:"checked,omitempty"` // its smoke checks passed, or it is warm
	CheckDue bool           `json:"checkDue,omitempty"`
	Problem  string         `json:"problem,omitempty"` // why a person is asked
	Base     *Count         `json:"base,omitempty"`    // the old release's requests when they were first seen in this deployment
	Leased   bool           `json:"leased,omitempty"`  // it holds a lease of the environment
	Hook     int            `json:"hook,omitempty"`    // hooks that have ended
	Undo     string         `json:"undo,omitempty"`    // of a train's rollback: the deployment that it takes back

	// Of a judged canary.
	Beside    *Release  `json:"beside,omitempty"`    // fresh instances of the old release that it is compared with
	Weight    int       `json:"weight,omitempty"`    // percent of the requests that it has
	Since     time.Time `json:"since,omitzero"`      // judging began
	Until     time.Time `json:"until,omitzero"`      // then a person is asked
	Undecided bool      `json:"undecided,omitempty"` // a person is asked, and the judge goes on
}

// Await is what Active waits for.
type Await string

const (
	awaitInstances Await = "instances" // all new instances healthy
	awaitCheck     Await = "check"     // the outcome of the smoke checks
	awaitRoute     Await = "route"     // the edge to apply revision Shift
	awaitPause     Await = "pause"     // the time of a canary's step
	awaitJudge     Await = "judge"     // the judge's word
	awaitObserve   Await = "observe"   // the time of observation
	awaitSettled   Await = "settled"   // all new instances healthy, once more, at the end
	awaitOld       Await = "old"       // an old instance to be healthy, to go back to or, with Target nil, to be checked
	awaitHook      Await = "hook"      // a hook's run to end
	awaitPerson    Await = "person"    // hold.settled
)

// Pending is a request that waits.
type Pending struct {
	Request
	Deployment string        `json:"deployment"`
	Number     int64         `json:"number"`
	Actor      machine.Actor `json:"actor"`
	At         time.Time     `json:"at"`
	// How the gate stood when it was last asked. Nothing begins by this: the step in which
	// it begins has a decision of its own.
	Gate       gate.Verdict     `json:"gate,omitempty"`       // empty: it was not asked yet
	Missing    string           `json:"missing,omitempty"`    // what keeps it shut
	Conditions []gate.Condition `json:"conditions,omitempty"` // shortened
	Policy     string           `json:"policy,omitempty"`     // digest of the gate.Policy
	Asked      time.Time        `json:"asked,omitzero"`       // since when it stands so
	Next       time.Time        `json:"next,omitzero"`        // when it is to be asked again by itself; zero: only when something changes
	Task       string           `json:"task,omitempty"`       // what task/<deployment> was last asked with; empty: there is none
	Supersede  bool             `json:"supersede,omitempty"`  // a newer one may take its place
	Ready      bool             `json:"ready,omitempty"`      // in a train: its gate asks for nothing but the train, and nothing is under way
	Problem    string           `json:"problem,omitempty"`    // what could not be done about it
}

// Rejected is a commit that was rolled back here. It does not come back by a push, until a
// newer one has been completed.
type Rejected struct {
	Release string    `json:"release"`
	Commit  string    `json:"commit,omitempty"`
	Config  string    `json:"config,omitempty"` // only with this config, because with another it is good; empty: with any
	Order   int64     `json:"order"`
	Reason  string    `json:"reason,omitempty"`
	At      time.Time `json:"at"`
}

// Barrier is the latest release with a migration that a rollback must not cross.
type Barrier struct {
	Number    int64            `json:"number"`
	Release   string           `json:"release"`
	Migration config.Migration `json:"migration"`
}

// Share is the percentage of the requests that a deployment's instances are to get.
type Share struct {
	Deployment string `json:"deployment"`
	Weight     int    `json:"weight"`
	Match      *Match `json:"match,omitempty"` // whose requests they get besides
}

// Route is what the edge is asked for, and what it has.
type Route struct {
	Revision int64          `json:"revision,omitempty"`
	Applied  int64          `json:"applied,omitempty"`
	Config   string         `json:"config,omitempty"`
	Routes   []config.Route `json:"routes,omitempty"`
	Groups   []RouteGroup   `json:"groups,omitempty"`
	Sticky   *config.Sticky `json:"sticky,omitempty"`
	Apart    bool           `json:"apart,omitempty"`

	// Of a workflow: who sets its trigger is in the place of the edge.
	Workflow   bool   `json:"workflow,omitempty"`
	Deployment string `json:"deployment,omitempty"` // whose version is to be active; empty: none
}

// Kinds of rows.
const (
	KindDeploy   = "deploy"
	KindRollback = "rollback"
)

// Row is a deployment as history tells it.
type Row struct {
	Deployment  string        `json:"deployment"` // "tickets.dev.12"
	Kind        string        `json:"kind"`
	Release     string        `json:"release"`
	From        string        `json:"from,omitempty"` // the release that served before
	Artifact    string        `json:"artifact"`
	Commit      string        `json:"commit,omitempty"`
	Config      string        `json:"config"`
	Strategy    string        `json:"strategy"`
	Cause       string        `json:"cause"` // "push", "auto", "manual" or "rollback"
	Actor       machine.Actor `json:"actor"`
	Gate        gate.Verdict  `json:"gate,omitempty"`     // when it began, or as it waits
	Glass       string        `json:"glass,omitempty"`    // it began by this break-glass, though the gate was shut
	VSA         string        `json:"vsa,omitempty"`      // digest of the signed decision by which it began
	Unsigned    string        `json:"unsigned,omitempty"` // why the decision could not be signed
	Plan        string        `json:"plan,omitempty"`     // digest of the deployment plan
	Train       string        `json:"train,omitempty"`
	Expedite    bool          `json:"expedite,omitempty"` // a hotfix: soak and windows were not asked
	Fix         string        `json:"fix,omitempty"`      // why it mends what uses up an error budget, as who asked for it said
	Outcome     Phase         `json:"outcome,omitempty"`  // of Active: what it will be if it goes on as it does
	Reason      string        `json:"reason,omitempty"`
	CommittedAt time.Time     `json:"committedAt,omitzero"`
	Requested   time.Time     `json:"requested"`
	Live        time.Time     `json:"live,omitzero"` // the edge could first send it a request
	Full        time.Time     `json:"full,omitzero"` // it had all traffic
	Back        time.Time     `json:"back,omitzero"` // it had none any more, of a deployment that was taken back
	Finished    time.Time     `json:"finished,omitzero"`
	Phases      []Mark        `json:"phases,omitempty"`   // those between Requested and Finished
	Baseline    string        `json:"baseline,omitempty"` // of a judged canary: what it was compared with, and why not with fresh instances
	Judge       *Judged       `json:"judge,omitempty"`    // of a judged canary: what the judge said last
	// Conditions is the gate's table when it began, shortened. The lane keeps it, and the
	// judge's evidence of single flows, while the deployment is under way; its record keeps
	// them for ever.
	Conditions []gate.Condition `json:"conditions,omitempty"`
}

// Mark is when a phase began.
type Mark struct {
	Phase Phase     `json:"phase"`
	At    time.Time `json:"at"`
}

// clone copies all that a step may change in place. Rows, queue and groups are replaced
// rather than changed, and may be shared.
func (s State) clone() State {
	if s.Current != nil {
		c := s.Current.clone()
		s.Current = &c
	}
	s.Kept, s.Retired = cloneAll(s.Kept), cloneAll(s.Retired)
	if s.Active != nil {
		a := *s.Active
		if a.Target != nil {
			t := a.Target.clone()
			a.Target = &t
		}
		if a.Beside != nil {
			b := a.Beside.clone()
			a.Beside = &b
		}
		s.Active = &a
	}
	return s
}

func (r Release) clone() Release {
	r.Copies = slices.Clone(r.Copies)
	return r
}

func cloneAll(rs []Release) []Release {
	rs = slices.Clone(rs)
	for i := range rs {
		rs[i] = rs[i].clone()
	}
	return rs
}
