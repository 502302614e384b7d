package simulate

import (
	"time"

	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/workflow/interp"
)

// maxSuite is how long a file of scenarios may be, in bytes.
const maxSuite = 1 << 20

// Suite is a file of scenarios for a workflow.
type Suite struct {
	File      string
	Workflow  any   // what all scenarios run: a path beside the file, or the definition itself; nil: they say it
	Runs      []any // workflows that it may run, likewise
	Scenarios []Scenario
}

// Scenario is a run and how it is to end.
type Scenario struct {
	Name     string
	Line     int
	Workflow any // nil: the suite's
	Runs     []any
	Input    any
	Options  Options
	Expect   Expect
}

// Expect is how a run is to end. What is not set is not looked at, but for Status.
type Expect struct {
	Status interp.Status
	Output *any           // equal
	Error  map[string]any // these fields of it
	Path   []string       // names of all tasks that began, in order
	Not    []string       // names of tasks that did not begin
	Calls  []Expected     // the calls, in order
	Events []map[string]any
	Took   *time.Duration
	Steps  int
}

// Expected is what a call was made with, among others.
type Expected struct {
	Task, Call string
	With       map[string]any
}

// The file as it is written.
type (
	file struct {
		Workflow  any         `yaml:"workflow"`
		Runs      []any       `yaml:"runs"`
		Scenarios []yaml.Node `yaml:"scenarios"`
	}
	scenario struct {
		Name     string           `yaml:"name"`
		Workflow any              `yaml:"workflow"`
		Runs     []any            `yaml:"runs"`
		Input    any              `yaml:"input"`
		Stubs    []stub           `yaml:"stubs"`
		Events   []map[string]any `yaml:"events"`
		Answers  []answer         `yaml:"answers"`
		Asks     []ask            `yaml:"asks"`
		Secrets  map[string]any   `yaml:"secrets"`
		Expect   expect           `yaml:"expect"`
	}
	stub struct {
		Task   string         `yaml:"task"`
		Call   string         `yaml:"call"`
		With   map[string]any `yaml:"with"`
		Times  int            `yaml:"times"`
		Delay  string         `yaml:"delay"`
		Output any            `yaml:"output"`
		Error  *failing       `yaml:"error"`
		Lost   bool           `yaml:"lost"`
	}
	failing struct {
		Type   string `yaml:"type"`
		Status int    `yaml:"status"`
		Title  string `yaml:"title"`
		Detail string `yaml:"detail"`
	}
	answer struct {
		Task     string   `yaml:"task"`
		After    string   `yaml:"after"`
		Person   string   `yaml:"person"`
		Groups   []string `yaml:"groups"`
		Decision string   `yaml:"decision"`
		Comment  string   `yaml:"comment"`
		Value    any      `yaml:"value"`
	}
	ask struct {
		Do     string `yaml:"do"`
		After  string `yaml:"after"`
		Output any    `yaml:"output"`
	}
	expect struct {
		Status string           `yaml:"status"`
		Output yaml.Node        `yaml:"output"`
		Error  map[string]any   `yaml:"error"`
		Path   []string         `yaml:"path"`
		Not    []string         `yaml:"not"`
		Calls  []expected       `yaml:"calls"`
		Events []map[string]any `yaml:"events"`
		Took   string           `yaml:"took"`
		Steps  int              `yaml:"steps"`
	}
	expected struct {
		Task string         `yaml:"task"`
		Call string         `yaml:"call"`
		With map[string]any `yaml:"with"`
	}
)
