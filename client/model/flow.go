package model

import "time"

// Flow is a business flow: a sequence of actions that a user or a component takes.
type Flow struct {
	Name        string      `json:"name"`
	Team        string      `json:"team,omitempty"`
	Type        string      `json:"type"` // "user" or "system"
	Description string      `json:"description,omitempty"`
	Criticality string      `json:"criticality"`
	Process     string      `json:"process,omitempty"`
	Escalation  string      `json:"escalation,omitempty"` // team whose escalation path is gone
	Services    []string    `json:"services"`
	States      []FlowState `json:"states,omitempty"` // by environment
	Findings    int         `json:"findings"`
}

// FlowState is how a flow does in an environment: the worst of its objectives.
type FlowState struct {
	Environment string `json:"environment"`
	State       string `json:"state"` // "ok", "burning", "exhausted", "unknown"
	Reason      string `json:"reason,omitempty"`
}

// FlowDetail is all about one flow.
type FlowDetail struct {
	Flow
	ProcessOwner  string          `json:"processOwner,omitempty"`
	Stakeholders  []string        `json:"stakeholders,omitempty"`
	Impact        string          `json:"impact,omitempty"`
	Start         string          `json:"start"`
	End           string          `json:"end"`
	Preconditions []string        `json:"preconditions,omitempty"`
	Steps         []FlowStep      `json:"steps"`
	Alternatives  []FlowPath      `json:"alternatives,omitempty"`
	Fallback      []string        `json:"fallback,omitempty"`
	DependsOn     []string        `json:"dependsOn,omitempty"`
	UseCases      []string        `json:"useCases,omitempty"` // that it supports
	Estimate      *Estimate       `json:"estimate,omitempty"`
	Pillars       []Pillar        `json:"pillars,omitempty"`
	Objectives    []Objective     `json:"objectives,omitempty"`
	Attributes    []FlowAttribute `json:"attributes,omitempty"`
	FindingList   []Finding       `json:"findingList,omitempty"`
	Woken         []WokenStep     `json:"woken,omitempty"`
}

// FlowStep is one step of a flow.
type FlowStep struct {
	Name     string `json:"name"`
	Path     string `json:"path,omitempty"` // alternative that it is of
	When     string `json:"when,omitempty"` // of an alternative's first step, or of a step with a condition
	Service  string `json:"service,omitempty"`
	Request  string `json:"request,omitempty"`
	Event    string `json:"event,omitempty"`
	ServedBy string `json:"servedBy,omitempty"` // "service", "component", or "" for nobody
	LastHour []Seen `json:"lastHour,omitempty"` // by environment
}

// FlowPath is another way through a flow; its steps are among the flow's.
type FlowPath struct {
	Name  string `json:"name"`
	When  string `json:"when"`
	Error bool   `json:"error,omitempty"` // it is taken after an error
	End   string `json:"end,omitempty"`
}

// Seen is what was seen of a step in an environment.
type Seen struct {
	Environment string  `json:"environment"`
	Requests    float64 `json:"requests"`
	Errors      float64 `json:"errors"`
}

// WokenStep is one step of an escalation path.
type WokenStep struct {
	AfterMinutes float64  `json:"afterMinutes"`
	Tell         []string `json:"tell"`
	People       []string `json:"people,omitempty"` // accounts that this means now
}

// Estimate is the availability that follows from what a flow rests on, if failures are
// independent.
type Estimate struct {
	Availability float64        `json:"availability"` // 0 to 1
	Complete     bool           `json:"complete"`     // all parts are known; else it is at most this
	Measured     *float64       `json:"measured,omitempty"`
	In           string         `json:"in,omitempty"` // environment in which it was measured
	Parts        []EstimatePart `json:"parts"`
}

// EstimatePart is one thing that a flow rests on.
type EstimatePart struct {
	What         string  `json:"what"`
	Role         string  `json:"role"`         // "serial": it must work; "fallback": it serves instead
	Availability float64 `json:"availability"` // 0: unknown
	From         string  `json:"from"`         // where the figure comes from
}

// Pillar is one target of a flow and what was measured.
type Pillar struct {
	Environment string `json:"environment"`
	Pillar      string `json:"pillar"` // reliability, security, cost, operations, performance
	Target      string `json:"target"`
	Wanted      string `json:"wanted"`
	Measured    string `json:"measured,omitempty"`
	State       string `json:"state"` // ok, missed, unknown, notMeasured
	Text        string `json:"text,omitempty"`
}

// Objective is how a service level objective of a flow stands in an environment.
type Objective struct {
	Flow        string    `json:"flow"`
	Environment string    `json:"environment"`
	Name        string    `json:"name"` // "availability", "latency-p99"
	Target      float64   `json:"target"`
	BoundMillis float64   `json:"boundMillis,omitempty"` // of a latency
	WindowHours float64   `json:"windowHours"`
	State       string    `json:"state"`
	Measured    *float64  `json:"measured,omitempty"`
	Budget      *float64  `json:"budget,omitempty"` // share that is left; below 0: overspent
	Requests    float64   `json:"requests"`
	KnownShare  float64   `json:"knownShare"` // of the window
	Burn        []Burn    `json:"burn,omitempty"`
	Reason      string    `json:"reason,omitempty"`
	Since       time.Time `json:"since,omitzero"`
	Alert       string    `json:"alert,omitempty"` // "page" or "ticket" while it fires
	Task        string    `json:"task,omitempty"`
}

// Burn is a pair of windows over which a budget must not burn too fast.
type Burn struct {
	LongMinutes  float64 `json:"longMinutes"`
	ShortMinutes float64 `json:"shortMinutes"`
	Factor       float64 `json:"factor"`
	LongRate     float64 `json:"longRate"`  // how many times too fast
	ShortRate    float64 `json:"shortRate"` //
	Firing       bool    `json:"firing"`
	Severity     string  `json:"severity"`
}

// FlowAttribute is one of the nine attributes of a well-designed flow.
type FlowAttribute struct {
	Name   string `json:"name"`
	State  string `json:"state"` // ok, finding, notAssessed
	Looked string `json:"looked"`
}

// Finding is something in the catalog that is not as it should be.
type Finding struct {
	Code      string `json:"code"`
	Severity  string `json:"severity"`
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Attribute string `json:"attribute,omitempty"`
	Text      string `json:"text"`
	Hint      string `json:"hint,omitempty"`
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitempty"`
}

// Judgement is what the judge says of a canary.
type Judgement struct {
	Verdict  string         `json:"verdict"` // rollback, promote, hold
	Reason   string         `json:"reason,omitempty"`
	Weight   int            `json:"weight"` // percent of the requests that it wants the canary to have
	Tick     int64          `json:"tick"`
	UsersHit uint64         `json:"usersHit"` // users, or requests where users are not told apart, whose request to the canary failed
	Warnings []string       `json:"warnings,omitempty"`
	Missing  []string       `json:"missing,omitempty"` // flows of which too little was seen
	Flows    []FlowEvidence `json:"flows,omitempty"`
	Digest   string         `json:"digest,omitempty"` // of the ticks that it rests on
}

// FlowEvidence is what was seen of one flow while a canary was judged.
type FlowEvidence struct {
	Flow        string  `json:"flow"`
	Criticality string  `json:"criticality"`
	Canary      Tally   `json:"canary"`
	Baseline    Tally   `json:"baseline"`
	Worse       float64 `json:"worse"` // natural logarithm of the evidence that it is worse
	Fine        float64 `json:"fine"`  // and that it is fine
	Verdict     string  `json:"verdict"`
	Reason      string  `json:"reason,omitempty"`
	Synthetic   bool    `json:"synthetic,omitempty"` // of checks that slipway made, not of users
}

// Tally is requests and errors.
type Tally struct {
	Requests uint64 `json:"requests"`
	Errors   uint64 `json:"errors"`
}

// Maintenance is work that was announced.
type Maintenance struct {
	Name        string    `json:"name"`
	Environment string    `json:"environment"`
	Flows       []string  `json:"flows,omitempty"`
	Services    []string  `json:"services,omitempty"`
	From        time.Time `json:"from"`
	Until       time.Time `json:"until"`
	Reason      string    `json:"reason"`
	Status      string    `json:"status"` // announced, underway, ended, cancelled
	AnnouncedAt time.Time `json:"announcedAt"`
	AnnouncedBy string    `json:"announcedBy"`
	Cancelled   bool      `json:"cancelled,omitempty"`
	Late        []string  `json:"late,omitempty"` // flows whose notice it does not keep: for them it counts against the budget
}

// MaintenanceRequest announces work.
type MaintenanceRequest struct {
	Name        string    `json:"name" maxLength:"63" doc:"Its name"`
	Environment string    `json:"environment" maxLength:"63" doc:"Where"`
	Flows       []string  `json:"flows,omitempty" maxItems:"100" doc:"Flows that it touches"`
	Services    []string  `json:"services,omitempty" maxItems:"100" doc:"Services that it touches: all of their flows. Neither: everything there"`
	From        time.Time `json:"from" doc:"When it begins"`
	Until       time.Time `json:"until" doc:"When it ends"`
	Reason      string    `json:"reason" maxLength:"300" doc:"Why"`
}

// Alert is something that is wrong with a flow, or was.
type Alert struct {
	Flow        string    `json:"flow"`
	Environment string    `json:"environment"`
	Criticality string    `json:"criticality,omitempty"`
	Objective   string    `json:"objective"`
	Severity    string    `json:"severity"` // "page" wakes people, "ticket" does not
	Title       string    `json:"title"`
	Text        string    `json:"text,omitempty"`
	Status      string    `json:"status"` // firing, acknowledged, resolved
	FiredAt     time.Time `json:"firedAt"`
	By          string    `json:"by,omitempty"` // who took it on
	Comment     string    `json:"comment,omitempty"`
	ResolvedAt  time.Time `json:"resolvedAt,omitzero"`
	Reason      string    `json:"reason,omitempty"` // why it is over
	Team        string    `json:"team,omitempty"`
	Runbook     string    `json:"runbook,omitempty"`
	Task        string    `json:"task,omitempty"`
}
