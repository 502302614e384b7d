package job

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/sandbox"
)

// What is the sort of a job.
type What string

// The sorts, as workflows name them.
const (
	Shell     What = "shell"
	Script    What = "script"
	Container What = "container"
)

// Job is a command to run.
type Job struct {
	Name      string // unique among those that run at once: of plain letters, digits, ".", "_" and "-"
	What      What
	Code      string            // of a shell command or script; of a container, what its shell is to do, or empty
	Language  string            // of a script
	Image     string            // of a container
	Pull      string            // of a container: "always", "never" or "ifNotPresent"; empty: the latter
	Arguments []string          // never secret
	Env       map[string]string // besides PATH, HOME, TMPDIR and LANG
	Stdin     string
	Network   bool
	TimeLimit time.Duration // 0: DefaultTimeLimit

	Stdout, Stderr io.Writer // get all that is printed, as it is printed; nil: nobody does
}

// DefaultTimeLimit is how long a job may take that does not say: what takes longer is no
// step of a workflow, but a service.
const DefaultTimeLimit = time.Hour

// Kept is how much of each output a Result has, in bytes: it becomes a value of a workflow,
// which is held in memory.
const Kept = 1 << 20

// Result is how a job ended.
type Result struct {
	Code           int    // exit status; -1 if a signal ended it
	How            string // in words: "exit status 3"; empty for status 0
	TimedOut       bool
	Stdout, Stderr string // the first Kept bytes, with a note if there was more
}

// Hand runs jobs. Its methods may be called by many goroutines.
type Hand struct {
	Dir    string         // for the jobs' folders; made when it is needed
	Hide   []string       // folders that jobs must not see, e.g. the control plane's data
	Limits sandbox.Limits // of one job; zero: DefaultLimits
}

// DefaultLimits are those of one job if nobody says otherwise: enough for tools, and not
// enough to take a machine down.
var DefaultLimits = sandbox.Limits{Memory: 1 << 30, Processes: 512}

func (h *Hand) limits() sandbox.Limits {
	if h.Limits == (sandbox.Limits{}) {
		return DefaultLimits
	}
	return h.Limits
}

// Run runs a job and waits for it. The error says that it could not be run (fault.Invalid: it
// is wrong; fault.Unavailable: this machine lacks what it takes), or is the context's; how the command itself ended is in
// the Result.
func (h *Hand) Run(ctx context.Context, j Job) (Result, error) {
	if !plainName(j.Name) {
		return Result{}, fault.New(fault.Internal, "a job cannot be named %q", j.Name)
	}
	if j.TimeLimit <= 0 {
		j.TimeLimit = DefaultTimeLimit
	}
	if err := checkEnv(j.Env); err != nil {
		return Result{}, err
	}
	switch j.What {
	case Shell, Script:
		return h.confined(ctx, j)
	case Container:
		return h.container(ctx, j)
	}
	return Result{}, fault.New(fault.Invalid, "there are no jobs of the sort %q", j.What).WithHint("use shell, script or container")
}

// Sweep removes what jobs have left that were under way when an earlier control plane was
// killed: their folders and their containers. To be called before the first Run.
func (h *Hand) Sweep(ctx context.Context) error {
	left, err := filepath.Glob(filepath.Join(h.Dir, "*"))
	if err != nil {
		return err
	}
	for _, dir := range left {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	return sweepContainers(ctx, h.owner())
}

func plainName(name string) bool {
	if name == "" || len(name) > 200 || name[0] == '-' || name[0] == '.' {
		return false
	}
	for _, c := range name {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return true
}
