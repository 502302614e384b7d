package interp

import (
	"encoding/json"
	"time"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
)

// Version is that of a run's state.
const Version = 1

// MachineID is the identity of a run's machine.
func MachineID(run string) string { return machine.ID("run", run) }

// Library gives what runs refer to by digest. The same digest gives the same for ever, so
// that a machine which asks it stays a pure function.
type Library interface {
	Definition(digest string) (*workflow.Definition, error)
	Value(digest string) (any, error) // decoded as jq wants it; shared: not to be changed
}

// Inline is how long a value may be, in bytes of JSON, to be in a state itself.
const Inline = 4 << 10

// Datum is a value of a run: in itself, or by its digest.
type Datum struct {
	V json.RawMessage `json:"v,omitempty"`
	D string          `json:"d,omitempty"` // "sha256:…"
	N int             `json:"n,omitempty"` // length in bytes, with D

	held *any // the value itself, while a step has it; see datum.go
}

// Events of a run, with their data. Besides these it takes "timer", "message.refused" and
// the outcomes of its effects, whose output is a Result.
const (
	EventStarted   = "run.started"   // Start: the first event
	EventEvent     = "run.event"     // Heard: something that it listens to came
	EventAnswered  = "run.answered"  // task.Ended, from core/task
	EventChild     = "run.child"     // Child: a workflow that it runs has ended
	EventCancelled = "run.cancelled" // Why
	EventSuspended = "run.suspended" // Why
	EventContinued = "run.continued" // Why: goes on after a suspension
	EventResumed   = "run.resumed"   // Resume: starts again from a step, of any run that is not under way
	EventSettled   = "run.settled"   // Settle: a person says what became of an effect
)

// Start begins a run.
type Start struct {
	ID          string            `json:"id"`         // of the run: what follows "run/" in its machine's identity
	Definition  string            `json:"definition"` // digest of Canonical
	Namespace   string            `json:"namespace"`
	Name        string            `json:"name"`
	Version     string            `json:"version"`
	Environment string            `json:"environment,omitempty"` // empty: a run without a server
	Release     string            `json:"release,omitempty"`     // that brought the definition
	Input       Datum             `json:"input"`
	Seed        string            `json:"seed"`              // random, of the caller; for jitter and names
	As          machine.Actor     `json:"as"`                // whose rights its functions have
	Trigger     string            `json:"trigger,omitempty"` // "person", "schedule", "event", "workflow", "hook"
	Parent      string            `json:"parent,omitempty"`  // machine that gets EventChild (Notify)
	Notify      string            `json:"notify,omitempty"`  // type of the message to Parent at the end; empty: none
	Key         string            `json:"key,omitempty"`     // what Parent knows it by
	Depth       int               `json:"depth,omitempty"`   // of workflows that run workflows
	Labels      map[string]string `json:"labels,omitempty"`
	Workflow    string            `json:"workflow,omitempty"` // name of its manifest; empty: a run without a server
	Secrets     map[string]string `json:"secrets,omitempty"`  // name in the workflow -> "secret@version", as its manifest gave them when the run began
	Watch       string            `json:"watch,omitempty"`    // machine that gets "trigger.ended" with a Child at the end, besides Parent; empty: none
}

// Result is the output of each effect: what it gave, or the error that it is.
type Result struct {
	Output  Datum    `json:"output,omitzero"`
	Problem *Problem `json:"problem,omitempty"`
}

// Problem is an error as RFC 9457 has it.
type Problem struct {
	Type     string `json:"type"`
	Status   int    `json:"status"`
	Title    string `json:"title,omitempty"`
	Detail   string `json:"detail,omitempty"`
	Instance string `json:"instance,omitempty"` // pointer of the task
}

// Heard is an event for a frame that listens.
type Heard struct {
	Key   string `json:"key"`   // of the desired thing
	Event Datum  `json:"event"` // a cloudevent.Event
}

// Child is what the parent of a run hears when it ends.
type Child struct {
	Run    string   `json:"run"`
	Key    string   `json:"key"`
	Status Status   `json:"status"`
	Output Datum    `json:"output,omitzero"`
	Error  *Problem `json:"error,omitempty"`
}

// Why is the data of what people ask of a run.
type Why struct {
	Reason string `json:"reason,omitempty"`
}

// Resume starts again from a task. Frames is the stack that led there, as Find gave it from the journal.
type Resume struct {
	From       string          `json:"from"`                 // pointer, or Frame path for one turn of a loop
	Definition string          `json:"definition,omitempty"` // empty: the same version
	State      json.RawMessage `json:"state"`                // State as it was before the task began
}

// Settle says what became of an effect whose outcome was lost.
type Settle struct {
	Frame    string `json:"frame"`    // key of the frame
	Decision string `json:"decision"` // "done" (with Output), "failed" (with Reason) or "again"
	Output   Datum  `json:"output,omitzero"`
	Reason   string `json:"reason,omitempty"`
}

// Status is how a run stands.
type Status string

// The statuses, as the specification names them, but for Unknown.
const (
	Pending   Status = "pending"
	Running   Status = "running"
	Waiting   Status = "waiting" // for people, events, time
	Suspended Status = "suspended"
	Unknown   Status = "unknown" // an effect's outcome was lost: a person settles it
	Cancelled Status = "cancelled"
	Faulted   Status = "faulted"
	Completed Status = "completed"
)

// Effects of a run, with their inputs. All inputs are already evaluated; secrets in them
// are marks (see Mark), which only who runs the effect puts the secrets in for. The class: a call is Repeatable if its method is
// safe or idempotent (GET, HEAD, OPTIONS, PUT, DELETE), if it only reads, or if the task says so; else Once.
const (
	EffectCall     = "run.call"     // CallInput
	EffectProcess  = "run.process"  // ProcessInput
	EffectFunction = "run.function" // FunctionInput: one of slipway's own; Repeatable, for its handler uses the effect's ID as its key; but for job
	EffectEmit     = "run.emit"     // EmitInput; Repeatable
	EffectFetch    = "run.fetch"    // FetchInput: the text of a resource; Repeatable
	EffectResolve  = "run.resolve"  // ResolveInput: a workflow's digest; Repeatable; output: {"definition": digest, "release": …}
)

// At is in each effect's input: whose it is.
type At struct {
	Run         string        `json:"run"`
	Workflow    string        `json:"workflow"`
	Environment string        `json:"environment,omitempty"`
	Pointer     string        `json:"pointer"`
	Attempt     int           `json:"attempt,omitempty"`
	As          machine.Actor `json:"as"`
	Until       time.Time     `json:"until,omitzero"` // nobody waits for its outcome any longer
	// Secrets are the names of use.secrets and Seed the run's, to find their marks; both are
	// empty if the definition declares none. Who runs the effect opens no others, and masks all of them in what comes back.
	Secrets []string `json:"secrets,omitempty"`
	Seed    string   `json:"seed,omitempty"`
}

// The inputs of effects.
type (
	CallInput struct {
		At
		Protocol       string `json:"protocol"`      // http, openapi, grpc, asyncapi, a2a, mcp
		With           Datum  `json:"with"`          // as the specification has it, evaluated
		Data           Datum  `json:"data,omitzero"` // the task's input, if there is {name} in an address
		Authentication Datum  `json:"authentication,omitzero"`
	}
	ProcessInput struct {
		At
		What   string `json:"what"` // container, script, shell
		With   Datum  `json:"with"`
		Return string `json:"return"`
		// Detached: await is false. Nobody waits for it, and it goes on when its run has ended.
		Detached bool `json:"detached,omitempty"`
		// Network: the task's metadata say `network: true`. Otherwise it has none.
		Network bool `json:"network,omitempty"`
	}
	FunctionInput struct {
		At
		Name string `json:"name"`
		With Datum  `json:"with"`
	}
	EmitInput struct {
		At
		Event Datum `json:"event"`
	}
	FetchInput struct {
		At
		Endpoint       Datum `json:"endpoint"`
		Authentication Datum `json:"authentication,omitzero"`
	}
	ResolveInput struct {
		At
		Namespace string `json:"namespace"`
		Name      string `json:"name"`
		Version   string `json:"version"`
	}
)

// DesiredListen is the kind of the wish for events; its spec is a Listening. Timers are the
// other wish of a run.
const DesiredListen = "listen"

// Listening is what a frame waits for. Filters are evaluated (Consume with all its
// expressions but those over the event), so that whoever finds listeners for an event needs no run: see Matches.
type Listening struct {
	Key    string          `json:"key"`
	Since  time.Time       `json:"since"`
	Types  []string        `json:"types"` // of events, to find listeners fast; empty: any
	Filter json.RawMessage `json:"filter"`
}

// State is a run. It is plain data; all that it needs besides is in the Library.
type State struct {
	Start
	Status    Status        `json:"status"`
	StartedAt time.Time     `json:"startedAt"`
	EndedAt   time.Time     `json:"endedAt,omitzero"`
	Reason    string        `json:"reason,omitempty"`
	Context   Datum         `json:"context,omitzero"`
	Output    Datum         `json:"output,omitzero"`
	Error     *Problem      `json:"error,omitempty"`
	Root      *Frame        `json:"root,omitempty"`   // nil: has ended
	Steps     int           `json:"steps"`            // tasks begun so far, for the bound
	Fuel      int           `json:"fuel,omitempty"`   // steps of expressions so far, likewise
	Taken     int64         `json:"taken"`            // events so far: the step of its machine, by which effects are known
	Opened    int           `json:"opened,omitempty"` // tasks and children so far, for their names
	By        machine.Actor `json:"by"`               // who started it
	Past      []string      `json:"past,omitempty"`   // digests of long values that came from outside: to replay it
}

// Frame is a task under way, or a list of tasks. What can be derived is not in it: a
// task's raw input is what its list has so far, a branch's the input of its fork; an input that
// nothing changed is the raw one.
type Frame struct {
	Key        string           `json:"key,omitempty"`        // unique in the run and the same after a restart: pointers and turns from the root; empty: Pointer
	Pointer    string           `json:"pointer"`              // of the task, or of its list
	Definition string           `json:"definition,omitempty"` // digest of the definition that it and all below it are of; empty: that of the one above
	Phase      Phase            `json:"phase,omitempty"`      // empty: has not begun
	Raw        Datum            `json:"raw,omitzero"`         // the task's input before input.from
	Input      Datum            `json:"input,omitzero"`       // after it
	Output     Datum            `json:"output,omitzero"`      // so far: the value that goes from task to task
	Vars       map[string]Datum `json:"vars,omitempty"`       // for all below it
	Index      int              `json:"index,omitempty"`      // of the task in a list; of the extension; of the branch that Error is of
	Turn       int              `json:"turn,omitempty"`       // of a loop; of a list: how often it went back
	Attempt    int              `json:"attempt,omitempty"`    // of a try, after the first
	At         time.Time        `json:"at,omitzero"`          // when it began
	Until      time.Time        `json:"until,omitzero"`       // its timeout
	Wake       time.Time        `json:"wake,omitzero"`        // of a wait or a retry
	Waiting    string           `json:"waiting,omitempty"`    // "effect", "timer", "event", "task", "child", "unknown"
	For        string           `json:"for,omitempty"`        // effect, task or child that is waited for
	Listen     *Listening       `json:"listen,omitempty"`
	Keys       map[string]Datum `json:"keys,omitempty"`  // what events are correlated by
	Met        []int            `json:"met,omitempty"`   // filters that have had their event
	Queue      []Datum          `json:"queue,omitempty"` // events that wait for the one before
	Got        []Datum          `json:"got,omitempty"`   // events so far; outputs of branches; the collection of a loop
	Error      *Problem         `json:"error,omitempty"` // of a branch that lost
	Then       string           `json:"then,omitempty"`  // where to go after it, if not where the task says
	Children   []*Frame         `json:"children,omitempty"`

	up   *Frame // that it is a child of; nil for the root
	gone bool   // has ended or was cancelled in this step
}

// Phase is how far a frame is.
type Phase string

// The phases. A frame without one has not begun; it begins as soon as the run may go on.
const (
	Before  Phase = "before" // its extensions do what they do before
	Working Phase = "working"
	Calling Phase = "calling" // its function is there
	Caught  Phase = "caught"  // does what is to be done with an error
	Retry   Phase = "retry"   // waits to be tried again
	Closing Phase = "closing" // has heard enough, and does what is left with it
	After   Phase = "after"
)

// Trace is one thing that a step did, in order: for tests, pictures, replays and the lifecycle events.
type Trace struct {
	What    string    `json:"what"` // "workflow.started", "task.started", "task.completed", "task.faulted", "task.cancelled", "task.retried", "task.suspended", … as the specification's lifecycle events
	Pointer string    `json:"pointer,omitempty"`
	Key     string    `json:"key,omitempty"`
	At      time.Time `json:"at"`
	Datum   Datum     `json:"value,omitzero"` // input or output
	Error   *Problem  `json:"error,omitempty"`
}
