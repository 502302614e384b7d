// Package judge drives the judging of canaries: every second it reads the edge's counters
// once, makes of them a tick for each canary that a lane wants judged, keeps the tick, and
// lets core/judge look at it.
//
//	lane desires judge ──▶ Judge ──▶ counters ──▶ tick ──▶ table of ticks ──▶ core/judge
//	                                                                            │ something new
//	lane ◀── judge.said ◀───────────────────────────────────────────────────────┘
//
// A tick has the differences to the counters of the tick before, and all else that the judge
// must know to go on: the flows as they were declared, and where counters began anew. So what
// the judge thinks follows from the kept ticks alone. Whoever leads next reads them and goes
// on as if nothing had happened: what was counted meanwhile is one larger tick. When nothing
// was counted, or nobody tells, there is no tick, and the canary holds.
package judge

import (
	"context"
	"log/slog"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
	"slipway.dev/internal/wire/edgewire"
)

// Engine is what the judge needs of the engine.
type Engine interface {
	Submit(ctx context.Context, to ...engine.To) (engine.Receipt, error)
}

// Edge counts requests.
type Edge interface {
	Counters(ctx context.Context) (edgewire.Counters, error)
}

// Ticks remembers what was seen; *store.Store does.
type Ticks interface {
	AppendTick(ctx context.Context, t store.Tick) error
	Ticks(ctx context.Context, deployment string, f func(store.Tick) error) error
}

// Deps is what the judge needs.
type Deps struct {
	Engine Engine
	Edge   Edge
	Ticks  Ticks
	// Flows gives all flows in force.
	Flows func(ctx context.Context) ([]flow.Flow, error)
	// Check runs a release's smoke checks on the instances; only asked where the manifest
	// takes them as evidence.
	Check func(ctx context.Context, in deploy.SmokeInput) error
	Log   *slog.Logger
	Now   func() time.Time // default: time.Now
}

// Flows that are in no catalog; a catalog's names have no spaces.
const (
	OtherRequests = "other requests" // of no flow
	AllRequests   = "all requests"   // likewise, where there are no flows: these decide
	SmokeChecks   = "smoke checks"   // made by slipway, where the manifest takes them as evidence
)

// actor is who brings the judge's word.
var actor = machine.System("judge")
