package workflow

import (
	"encoding/json"
	"time"

	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/workflow/jq"
)

// Definition is a workflow that was read. It is not changed any more: all who run it share it.
type Definition struct {
	Document  Document
	Digest    string          // of Canonical: "sha256:…"
	Canonical json.RawMessage // the whole definition as JSON with sorted keys; Load reads it again
	Raw       any             // Canonical, decoded: $workflow.definition
	Input     Input
	Output    Output
	Timeout   *Timeout
	Schedule  *Schedule
	Loose     bool // evaluate.mode
	Secrets   []string
	Functions map[string]*Task // use.functions
	Catalogs  map[string]Resource
	Auth      map[string]*jq.Template // use.authentications, as they are written
	Do        []*Task
	// Tasks has every task by its JSON Pointer, also those of functions, extensions and catches:
	// "/do/0/greet", "/do/0/guard/try/0/call", "/do/0/guard/catch/do/0/log", "/do/2/both/fork/branches/0/a",
	// "/use/functions/greet", "/use/extensions/0/log/before/0/say", "/do/1/each/do/0/x", "/do/1/hear/foreach/do/0/x".
	Tasks map[string]*Task
	// Warnings are what is allowed, and most likely not meant. After Load they have a Path and no position.
	Warnings manifest.Problems

	refusals manifest.Problems
}

// Document is the head of a definition.
type Document struct {
	DSL       string         `json:"dsl"`
	Namespace string         `json:"namespace"`
	Name      string         `json:"name"`
	Version   string         `json:"version"`
	Title     string         `json:"title,omitempty"`
	Summary   string         `json:"summary,omitempty"`
	Tags      map[string]any `json:"tags,omitempty"`
	Metadata  map[string]any `json:"metadata,omitempty"`
}

// Kind is one of the twelve types of tasks.
type Kind string

// The kinds.
const (
	Call   Kind = "call"
	Do     Kind = "do"
	Emit   Kind = "emit"
	For    Kind = "for"
	Fork   Kind = "fork"
	Listen Kind = "listen"
	Raise  Kind = "raise"
	Run    Kind = "run"
	Set    Kind = "set"
	Switch Kind = "switch"
	Try    Kind = "try"
	Wait   Kind = "wait"
)

// Task is one task. Of the fields from Call on, those of its Kind are set.
type Task struct {
	Name    string
	Pointer string // JSON Pointer of the task, e.g. "/do/0/greet"; its reference in errors
	Kind    Kind
	Line    int // in the file it was read from; 0 after Load
	Raw     any // as it is written, decoded: $task.definition

	If         *jq.Expr
	Input      Input
	Output     Output
	Export     Export
	Timeout    *Timeout
	Then       string // "", "continue", "exit", "end" or the name of a task of the same list
	Metadata   map[string]any
	Before     []Extension // extensions that apply to tasks of this kind, outermost first
	Idempotent bool        // metadata.idempotent: an effect whose outcome was lost may run again

	Call   *CallTask
	Do     []*Task      // of do, for, and try
	Emit   *jq.Template // event.with
	For    *ForTask
	Fork   *ForkTask
	Listen *ListenTask
	Raise  *ErrorTemplate
	Run    *RunTask
	Set    *jq.Template
	Switch []Case
	Catch  *Catch
	Wait   *Duration
}

// CallTask is what a call calls. Protocol is one of "http", "openapi", "grpc", "asyncapi", "a2a",
// "mcp", or "function" with Function: a name of use.functions, of our own catalog, NAME:VERSION@CATALOG,
// or the address of a function.yaml.
type CallTask struct {
	Protocol string
	Function string
	With     *jq.Template // references to use.authentications are resolved; of asyncapi without subscription
	// Subscription is that of asyncapi, and Foreach what it does with each message. nil: a message is published.
	Subscription *Subscription
	Foreach      *Foreach
}

// Subscription says which messages are waited for: For some time, and either Amount, or While,
// or Until. Its expressions are over messages.
type Subscription struct {
	Filter       *jq.Expr
	For          *Duration
	Amount       int
	While, Until *jq.Expr
}

// ForTask goes through a collection.
type ForTask struct {
	Each, At string // names of variables, without "$"
	In       *jq.Template
	While    *jq.Expr
}

// ForkTask has branches that run at the same time.
type ForkTask struct {
	Branches []*Task
	Compete  bool
}

// ListenTask waits for events.
type ListenTask struct {
	To      Consume
	Read    string // "data", "envelope" or "raw"
	Foreach *Foreach
}

// Foreach is done with each event or message, as it comes.
type Foreach struct {
	Item, At string
	Do       []*Task
	Output   Output
	Export   Export
}

// Consume says which events are waited for: all of All; one of Any (of none: any event
// whatever) until Until or UntilEvents, if there is either; or One.
type Consume struct {
	One         *EventFilter
	All         []EventFilter
	Any         []EventFilter
	IsAny       bool
	Until       *jq.Expr
	UntilEvents *Consume
	Forever     bool // until: false
}

// EventFilter is an event that is waited for. Of With, a constant attribute must be equal (a
// regular expression where the specification says so), an expression must be true of the event's attribute.
type EventFilter struct {
	With      map[string]*jq.Template
	Correlate map[string]Correlate
}

// Correlate ties events to each other, or to data.
type Correlate struct {
	From   *jq.Expr
	Expect *jq.Template // nil: what the first event says
}

// ErrorTemplate is an error that is raised.
type ErrorTemplate struct{ Type, Status, Instance, Title, Detail *jq.Template }

// RunTask runs a process or a workflow. With is container, script, shell or workflow, as written.
type RunTask struct {
	What   string // "container", "script", "shell", "workflow"
	With   *jq.Template
	Await  bool
	Return string // "stdout", "stderr", "code", "all", "none"
}

// Case of a switch. When nil: the default.
type Case struct {
	Name string
	When *jq.Expr
	Then string
}

// Catch says which errors of a try are caught, and what then.
type Catch struct {
	With             map[string]any // type, status, instance, title, detail that must be equal
	As               string         // name of the variable; "error" unless said
	When, ExceptWhen *jq.Expr
	Retry            *Retry
	Do               []*Task
	Then             string
}

// Retry says when a try is tried again.
type Retry struct {
	When, ExceptWhen     *jq.Expr
	Delay                *Duration
	Backoff              string // "constant", "linear" or "exponential"
	BackoffWith          map[string]any
	JitterFrom, JitterTo *Duration
	Count                int       // attempts after the first; 0: no limit of this sort
	Each                 *Duration // limit.attempt.duration
	Total                *Duration // limit.duration
}

// Timeout ends a task with an error when it takes longer.
type Timeout struct{ After *Duration }

// Duration is either constant or an expression that gives an ISO 8601 duration (or an object of units).
type Duration struct {
	Constant   time.Duration
	Expression *jq.Template
}

// Input of a workflow or task.
type Input struct {
	Schema *Schema
	From   *jq.Template
}

// Output of a workflow or task.
type Output struct {
	Schema *Schema
	As     *jq.Template
}

// Export of a task to the context.
type Export struct {
	Schema *Schema
	As     *jq.Template
}

// Schema is a JSON Schema, here (Document) or elsewhere (Resource).
type Schema struct {
	Document any
	Resource *Resource
}

// Resource is something elsewhere: an endpoint, as it is written.
type Resource struct {
	Name     string
	Endpoint *jq.Template
}

// Extension is tasks that are done before and after others.
type Extension struct {
	Name          string
	Extend        string // a Kind, "composite" or "all"
	When          *jq.Expr
	Before, After []*Task
}

// Schedule says when the workflow runs by itself.
type Schedule struct {
	Every *Duration
	Cron  string
	After *Duration
	On    *Consume
	Read  string
}
