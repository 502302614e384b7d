package simulate_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/cucumber/godog"
	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/jq"
	"slipway.dev/internal/core/workflow/simulate"
)

// specification gives a folder of the specification; the test is skipped where there is none.
func specification(t *testing.T, folder string) string {
	t.Helper()
	dir := os.Getenv("OPEN_WORKFLOW_SPEC")
	if dir == "" {
		dir = "../../../../../shared/open-workflow"
	}
	dir = filepath.Join(dir, folder)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the specification is not here (%v); set OPEN_WORKFLOW_SPEC", err)
	}
	return dir
}

// TestConformance runs the scenarios of the specification, unmodified. HTTP is answered by fixtures.
func TestConformance(t *testing.T) {
	dir := specification(t, "ctk/features")
	counts := map[bool]int{}
	for _, restart := range []bool{false, true} {
		suite := godog.TestSuite{
			Options: &godog.Options{Format: "pretty", Output: discard{}, Paths: []string{dir}, TestingT: t, Strict: true},
			ScenarioInitializer: func(sc *godog.ScenarioContext) {
				c := &conformance{restart: restart}
				c.steps(sc)
				sc.After(func(ctx context.Context, _ *godog.Scenario, err error) (context.Context, error) {
					if err == nil {
						counts[restart]++
					}
					return ctx, nil
				})
			},
		}
		if suite.Run() != 0 {
			t.Fatal("not all scenarios pass")
		}
	}
	if counts[false] != 21 || counts[true] != 21 {
		t.Errorf("%v scenarios pass, of 21", counts)
	}
	fmt.Printf("conformance: %d of 21 scenarios, also with a restart after every step\n", min(counts[false], counts[true]))
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) Close() error                { return nil }

type conformance struct {
	restart bool
	def     *workflow.Definition
	input   any
	out     simulate.Outcome
}

func (c *conformance) steps(sc *godog.ScenarioContext) {
	sc.Step(`^(?:given )?a workflow with definition:$`, func(doc *godog.DocString) error {
		def, problems := workflow.Parse("workflow.yaml", []byte(doc.Content))
		if problems != nil {
			return problems
		}
		c.def = def
		return nil
	})
	sc.Step(`^(?:given )?the workflow input is:$`, func(doc *godog.DocString) (err error) {
		c.input, err = fromYAML(doc.Content)
		return err
	})
	sc.Step(`^the workflow is executed$`, func() (err error) {
		c.out, err = simulate.Run(c.def, c.input, simulate.Options{Stubs: fixtures(), Restart: c.restart})
		return err
	})
	sc.Step(`^the workflow should complete$`, func() error { return c.status(interp.Completed) })
	sc.Step(`^the workflow should fault$`, func() error { return c.status(interp.Faulted) })
	sc.Step(`^the workflow should complete with output:$`, func(doc *godog.DocString) error {
		return errors.Join(c.status(interp.Completed), same(doc.Content, c.out.Output))
	})
	sc.Step(`^the workflow should fault with error:$`, func(doc *godog.DocString) error {
		v, err := jq.Decode(machine.Must(c.out.Error))
		return errors.Join(c.status(interp.Faulted), err, same(doc.Content, v))
	})
	sc.Step(`^the workflow output should have properties (.+)$`, func(list string) error {
		for name := range strings.SplitSeq(list, ", ") {
			if property(c.out.Output, strings.Trim(name, "'")) == nil {
				return fmt.Errorf("no %s in %v", name, c.out.Output)
			}
		}
		return nil
	})
	sc.Step(`^the workflow output should have a '([^']+)' property with value:$`, func(name string, doc *godog.DocString) error {
		return same(doc.Content, property(c.out.Output, name))
	})
	sc.Step(`^the workflow output should have a '([^']+)' property containing (\d+) items$`, func(name string, n int) error {
		if list, _ := property(c.out.Output, name).([]any); len(list) != n {
			return fmt.Errorf("%v has not %d items", list, n)
		}
		return nil
	})
	c.order(sc)
}

func (c *conformance) order(sc *godog.ScenarioContext) {
	at := func(name string) int { return slices.Index(c.out.Path, name) }
	sc.Step(`^(\w+) should run first$`, func(name string) error { return want(at(name) == 0, c.out.Path) })
	sc.Step(`^(\w+) should run last$`, func(name string) error { return want(at(name) == len(c.out.Path)-1, c.out.Path) })
	sc.Step(`^(\w+) should run after (\w+)$`, func(name, other string) error {
		return want(at(other) >= 0 && at(name) > at(other), c.out.Path)
	})
}

func want(yes bool, path []string) error {
	if !yes {
		return fmt.Errorf("the tasks ran like this: %v", path)
	}
	return nil
}

func (c *conformance) status(s interp.Status) error {
	if c.out.Status != s {
		return fmt.Errorf("the workflow is %s, not %s (%+v)", c.out.Status, s, c.out.Error)
	}
	return nil
}

func property(v any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

func same(text string, got any) error {
	v, err := fromYAML(text)
	if err == nil && !reflect.DeepEqual(v, got) {
		err = fmt.Errorf("got %v, want %v", got, v)
	}
	return err
}

// fromYAML reads a value as expressions have it.
func fromYAML(text string) (any, error) {
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		return nil, err
	}
	return jq.Decode(machine.Must(v))
}

// fixtures answer as the servers do that the scenarios call.
func fixtures() []simulate.Stub {
	pet := func(id int) map[string]any { return map[string]any{"id": id, "name": "Milou", "status": "available"} }
	const store = "https://petstore.swagger.io/v2"
	response := map[string]any{"request": map[string]any{"method": "GET", "uri": store + "/pet/1", "headers": map[string]any{"accept": "application/json"}},
		"headers": map[string]any{"content-type": "application/json"}, "statusCode": 200, "content": pet(1)}
	uri := func(address string) map[string]any { return map[string]any{"endpoint": map[string]any{"uri": address}} }
	whole := uri(store + "/pet/1")
	whole["output"] = "response"
	login := map[string]any{"endpoint": map[string]any{"uri": "https://httpbin.org/basic-auth/serverless-workflow/conformance-test",
		"authentication": map[string]any{"basic": map[string]any{"username": "serverless-workflow", "password": "conformance-test"}}}}
	return []simulate.Stub{
		{Call: "http", With: whole, Output: response},
		{Call: "http", With: uri(store + "/pet/1"), Output: pet(1)},
		{Call: "http", With: uri(store + "/pet/2"), Output: pet(2)},
		{Call: "http", With: uri(store + "/pet/findByStatus?status=available"), Output: []any{pet(1), pet(2)}},
		{Call: "http", With: uri(store + "/pet/getPetByName/Milou"),
			Error: &interp.Problem{Type: interp.Communication, Status: 404, Title: "Not Found"}},
		{Call: "http", With: login, Output: map[string]any{"authenticated": true}},
		{Call: "openapi", With: map[string]any{"operationId": "findPetsByStatus", "parameters": map[string]any{"status": "available"}}, Output: []any{pet(1), pet(2)}},
		{Call: "openapi", With: map[string]any{"operationId": "getPetById", "parameters": map[string]any{"petId": 1}, "output": "response"}, Output: response},
	}
}
