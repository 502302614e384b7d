// Package targettest is the suite that every target must pass. A target's test calls Run;
// what only that target can show (how it survives SIGKILL, say) stays with it.
package targettest

import (
	"context"
	"io"
	"testing"

	"slipway.dev/internal/target"
)

// Target is what the suite asks of a target.
type Target interface {
	Ensure(ctx context.Context, in target.Instance, root string) error
	Status(ctx context.Context, id string) (target.Status, error)
	List(ctx context.Context) ([]target.Status, error)
	Watch(ctx context.Context) <-chan target.Status
	Stop(ctx context.Context, id string) error
	Logs(ctx context.Context, id string, o target.LogOptions) (io.ReadCloser, error)
	Adopt(ctx context.Context) ([]target.Status, error)
	Usage(ctx context.Context) (map[string]target.Usage, error)
	Close()
}

// Fixture is a place for instances of its own, made anew for each test.
type Fixture struct {
	// Open gives a target that looks after this place; again after Close of the one before.
	Open func(t *testing.T) Target
	// Limits says whether this host enforces limits of memory.
	Limits bool
	// LogBound is the size in bytes that an instance's kept logs do not exceed.
	LogBound int64
}

// Secrets are the secrets that a fixture's target must know, as "name@version".
var Secrets = map[string]string{"payment-key@1": "hunter2", "payment-key@2": "correct horse"}

// cases are the suite.
var cases = []struct {
	name string
	run  func(*bed)
}{
	{"StartsAndAnswers", startsAndAnswers},
	{"GivesEnvironmentConfigAndSecrets", givesFiles},
	{"ConfinesTheApp", confines},
	{"EnsureIsIdempotent", ensureIdempotent},
	{"RestartsAfterACrash", restarts},
	{"ReportsACrashLoop", crashLoop},
	{"ReportsWhatCannotStart", cannotStart},
	{"ReportsOutOfMemory", outOfMemory},
	{"SeesSickness", sickness},
	{"WaitsForALateListener", lateListener},
	{"ProbesByTCPAndCommand", otherProbes},
	{"KillsWhatIgnoresSIGTERM", ignoresTerm},
	{"LeavesNoChildren", noChildren},
	{"StopsGracefully", graceful},
	{"StopIsIdempotent", stopIdempotent},
	{"BoundsAFlood", flood},
	{"GivesLogs", logs},
	{"AdoptsWhatRuns", adopts},
	{"RefusesHostileNames", hostile},
	{"SaysWhatIsUsed", saysUse},
	{"RunsTwenty", twenty},
}

// Run runs the suite.
func Run(t *testing.T, fixture func(t *testing.T) Fixture) { RunOne(t, "", fixture) }

// RunOne runs one test of the suite, for what only that has to show; "": all.
func RunOne(t *testing.T, name string, fixture func(t *testing.T) Fixture) {
	root := Build(t)
	for _, c := range cases {
		if name != "" && c.name != name {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := fixture(t)
			c.run(&bed{T: t, f: f, Target: f.Open(t), root: root})
		})
	}
}
