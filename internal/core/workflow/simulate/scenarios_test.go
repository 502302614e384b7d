package simulate_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/simulate"
)

// least is how many scenarios of our own there must be.
const least = 150

// TestScenarios runs our own scenarios: as they are, with a restart after every step, with
// outcomes in another order, and once more from the journal. Each must give the same.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("testdata/scenarios/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios (%v)", err)
	}
	var n atomic.Int64
	t.Run("all", func(t *testing.T) {
		for _, file := range files {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s, problems := simulate.ParseSuite(file, data)
			if problems != nil {
				t.Error(problems)
				continue
			}
			for _, sc := range s.Scenarios {
				t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml")+"/"+sc.Name, func(t *testing.T) {
					t.Parallel()
					try(t, s, sc)
					n.Add(1)
				})
			}
		}
	})
	if only := flag.Lookup("test.run").Value.String(); n.Load() < least && !strings.Contains(only, "/") {
		t.Errorf("only %d scenarios", n.Load())
	}
	fmt.Printf("own scenarios: %d\n", n.Load())
}

func try(t *testing.T, s *simulate.Suite, sc simulate.Scenario) {
	written := sc.Workflow
	if written == nil {
		written = s.Workflow
	}
	def, err := simulate.Definition(written)
	if err != nil {
		t.Fatalf("line %d: %v", sc.Line, err)
	}
	var runs []*workflow.Definition
	for _, v := range append(s.Runs, sc.Runs...) {
		d, err := simulate.Definition(v)
		if err != nil {
			t.Fatalf("line %d: %v", sc.Line, err)
		}
		runs = append(runs, d)
	}
	plain := sc.Test(def, runs...)
	for _, f := range plain.Failures {
		t.Errorf("line %d: %s", sc.Line, f)
	}
	for how, change := range map[string]func(*simulate.Options){
		"restart": func(o *simulate.Options) { o.Restart = true },
		"reverse": func(o *simulate.Options) { o.Restart, o.Reverse = true, true },
	} {
		if how == "reverse" && len(plain.Outcome.Calls) < 2 {
			continue // there is nothing to be put in another order
		}
		again := sc
		change(&again.Options)
		if how == "reverse" {
			again.Expect.Path, again.Expect.Calls = nil, nil // branches may begin in another order
		}
		r := again.Test(def, runs...)
		for _, f := range r.Failures {
			t.Errorf("line %d, %s: %s", sc.Line, how, f)
		}
		if how == "restart" && string(machine.Must(r.Outcome.State)) != string(machine.Must(plain.Outcome.State)) {
			t.Errorf("line %d: a restart changes the state:\n%s\n%s", sc.Line, machine.Must(plain.Outcome.State), machine.Must(r.Outcome.State))
		}
	}
	replayed(t, sc, def, runs, plain.Outcome)
	secretless(t, sc, plain.Outcome)
}

// replayed goes through the journal once more.
func replayed(t *testing.T, sc simulate.Scenario, def *workflow.Definition, runs []*workflow.Definition, out simulate.Outcome) {
	lib := interp.Remember(nil)
	for _, d := range append(runs, def) {
		lib.Define(d)
	}
	lib.Add(out.Values...)
	var last interp.State
	for m, err := range interp.Replay(lib, out.Events) {
		if err != nil {
			t.Fatalf("line %d: %v", sc.Line, err)
		}
		last = m.State
	}
	if !reflect.DeepEqual(read(t, last), read(t, out.State)) {
		t.Errorf("line %d: replayed, it is another state:\n%s\n%s", sc.Line, machine.Must(last), machine.Must(out.State))
	}
}

func read(t *testing.T, s interp.State) (v any) {
	if err := json.Unmarshal(machine.Must(s), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// secretless wants no secret in a state or journal.
func secretless(t *testing.T, sc simulate.Scenario, out simulate.Outcome) {
	all := string(machine.Must(out.State)) + string(machine.Must(out.Events)) + string(machine.Must(out.Output))
	for _, v := range sc.Options.Secrets {
		if s, ok := v.(string); ok && strings.Contains(all, s) {
			t.Errorf("line %d: the secret %q is in the state or the journal", sc.Line, s)
		}
	}
}
