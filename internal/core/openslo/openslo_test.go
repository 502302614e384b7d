package openslo

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/slo"
)

// flowOf reads a flow whose targets are as told.
func flowOf(t testing.TB, name, targets string) flow.Flow {
	t.Helper()
	text := fmt.Sprintf("apiVersion: slipway.dev/v1\nkind: Flow\nmetadata: {name: %s, team: box-office}\nspec: {type: user, description: \"A: \\\"b\\\"\\n# c\", criticality: high, start: \"yes\", end: \"1\", "+
		"steps: [{name: pay, service: tickets, request: 'POST /orders/{id}'}], targets: %s}\n", name, targets)
	all, problems := manifest.Parse("flow.yaml", []byte(text))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	f, err := flow.Of(all[0])
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// targets are the shapes that objectives come in.
var targets = map[string]string{
	"availability": "{reliability: {availability: 99.90%}}",
	"all":          "{reliability: {availability: 99.95%, latency: {p50: 0.1s, p99: 300ms, p999: 2s}, window: 28d, hours: business, zone: Europe/Berlin, minimum: 20}, cost: {perThousand: 0.40 EUR}, operations: {notice: 48h, runbook: mend}}",
	"windows":      "{reliability: {latency: {p95: 250ms}, window: 36h, windows: [{weekdays: mon, from: '09:00', to: '12:00'}]}}",
	"measured":     "{reliability: {availability: 97.5%, window: 720h, measure: {good: 'sum(increase(ok{a=\"b\"}[window]))', total: 'sum(increase(all[window]))'}}}",
	"quarter":      "{reliability: {availability: 95%, window: 90d}}",
}

// What is exported comes back as it was.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	var flows []flow.Flow
	for name := range targets {
		flows = append(flows, flowOf(t, "flow-"+name, targets[name]))
	}
	flows = append(flows, flowOf(t, strings.Repeat("long", 15), targets["all"]), flowOf(t, strings.Repeat("long", 15)+"er", targets["all"]))
	raw, notes, err := Export(flows, "prod", Source{URL: "http://127.0.0.1:9090"})
	if err != nil || len(notes) > 0 {
		t.Fatal(err, notes)
	}
	back, err := Import("slo.yaml", raw)
	if err != nil || len(back.Notes) > 0 || len(back.Resources) != len(flows) {
		t.Fatalf("%v, %+v, %d of %d flows", err, back.Notes, len(back.Resources), len(flows))
	}
	for i, r := range back.Resources {
		got, err := flow.Of(r)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(flows[i], got); diff != "" {
			t.Errorf("%s (-was +is)\n%s", flows[i].Name, diff)
		}
	}
	again, problems := manifest.Parse("back.yaml", back.YAML)
	if len(problems) > 0 || len(again) != len(flows) {
		t.Fatalf("%v\n%s", problems, back.YAML)
	}
	for i := range again {
		if again[i].Digest != back.Resources[i].Digest {
			t.Errorf("%s is another in YAML", again[i].Name)
		}
	}
}

// What cannot be said in OpenSLO is told, and comes back as well as it can.
func TestExportNotes(t *testing.T) {
	t.Parallel()
	strict := flowOf(t, "strict", "{reliability: {availability: 100%, latency: {p99: 1s}}}")
	vague := flowOf(t, "vague", "{reliability: {availability: 99%}}")
	vague.Steps[0].Request, vague.Steps[0].Event = "", "something"
	raw, notes, err := Export([]flow.Flow{strict, vague, flowOf(t, "none", "{}")}, "prod", Source{})
	if err != nil || len(notes) != 2 || notes[0].Object != "SLO strict-availability-prod" || !strings.Contains(notes[0].Text, "100%") || !strings.Contains(notes[1].Text, "nothing counts") {
		t.Fatalf("%+v, %v", notes, err)
	}
	back, err := Import("slo.yaml", raw)
	if err != nil || len(back.Resources) != 2 {
		t.Fatalf("%+v, %v", back, err)
	}
	got, err := flow.Of(back.Resources[0])
	if err != nil || !reflect.DeepEqual(got.Spec.Targets, strict.Spec.Targets) {
		t.Errorf("%+v, %v", got.Spec.Targets, err)
	}
}

// What somebody changes in an exported file is what counts; what would be something else than
// the flow counts is left out, and told.
func TestChangedExport(t *testing.T) {
	t.Parallel()
	was := flowOf(t, "purchase", "{reliability: {availability: 99.9%, latency: {p99: 300ms}, window: 30d}}")
	raw, _, err := Export([]flow.Flow{was}, "prod", Source{})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		old, new string
		want     string // targets that come back
		says     string
	}{
		"as it was":            {"", "", "99.9% p99 300ms 30d", ""},
		"a stricter target":    {"target: 0.999\n", "target: 0.9995\n", "99.95% p99 300ms 30d", ""},
		"in per cent":          {"target: 0.999\n", "targetPercent: 99.5\n", "99.5% p99 300ms 30d", ""},
		"another window":       {"duration: 30d", "duration: 4w", "99.9% p99 300ms 28d", "burn-30d-1d"},
		"another latency":      {"target: 0.99\n", "target: 0.95\n", "99.9%  30d", "0.95 is not the share that latency-p99 stands for"},
		"another bound":        {`le="0.3"`, `le="0.5"`, "99.9%  30d", "its queries are not those by which Slipway counts latency-p99"},
		"other queries":        {"slipway_flow_errors_total", "other_errors_total", " p99 300ms 30d", "its queries are not those by which Slipway counts availability"},
		"another objective":    {"slipway.dev/objective: availability", "slipway.dev/objective: beauty", " p99 300ms 30d", `no objective "beauty"`},
		"time slices":          {"budgetingMethod: Occurrences", "budgetingMethod: Timeslices", "  ", "Timeslices budgets by time"},
		"a flow that is wrong": {`\"type\":\"user\"`, `\"type\":\"martian\"`, "none", "the flow in it cannot be read"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := string(raw)
			if c.old != "" && !strings.Contains(text, c.old) {
				old, new := strings.ReplaceAll(c.old, `\"`, `"`), strings.ReplaceAll(c.new, `\"`, `"`)
				if !strings.Contains(text, old) {
					t.Fatalf("nothing has %q:\n%s", c.old, text)
				}
				c.old, c.new = old, new
			}
			back, err := Import("slo.yaml", []byte(strings.ReplaceAll(text, c.old, c.new)))
			if c.old == "" {
				back, err = Import("slo.yaml", raw)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := told(back); got != c.want {
				t.Errorf("%q, want %q: %+v", got, c.want, back.Notes)
			}
			if said := fmt.Sprintf("%+v", back.Notes); !strings.Contains(said, c.says) || c.says == "" && len(back.Notes) > 0 {
				t.Errorf("notes: %s", said)
			}
		})
	}
}

// told writes the reliability targets of the first flow.
func told(r Result) string {
	if len(r.Resources) == 0 {
		return "none"
	}
	spec, err := r.Resources[0].FlowSpec()
	if err != nil {
		return err.Error()
	}
	rel := spec.Targets.Reliability
	var latency []string
	for name, d := range rel.Latency {
		latency = append(latency, string(name)+" "+string(d))
	}
	slices.Sort(latency)
	return fmt.Sprintf("%s %s %s", rel.Availability, strings.Join(latency, ", "), rel.Window)
}

// Two environments have the same targets; they are taken once.
func TestTwoEnvironments(t *testing.T) {
	t.Parallel()
	flows := []flow.Flow{flowOf(t, "purchase", targets["availability"])}
	prod, _, err := Export(flows, "prod", Source{})
	if err != nil {
		t.Fatal(err)
	}
	staging, _, err := Export(flows, "staging", Source{})
	if err != nil {
		t.Fatal(err)
	}
	back, err := Import("slo.yaml", append(append(prod, "---\n"...), staging...))
	if err != nil || len(back.Resources) != 1 || len(back.Notes) == 0 {
		t.Errorf("%+v, %v", back, err)
	}
	if said := fmt.Sprintf("%+v", back.Notes); !strings.Contains(said, "the targets of a flow hold everywhere") {
		t.Error(said)
	}
}

func TestNoOpenSLO(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"":                             "has no documents",
		"---\n---\n":                   "has no documents",
		"a: [":                         "slo.yaml:2:1: not YAML",
		strings.Repeat("x", maxFile+1): "larger than 1 MB",
		strings.Repeat("---\na: b\n", maxDocuments+1): "more than 1000 documents",
	} {
		if _, err := Import("slo.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), says) || fault.CodeOf(err) == fault.Internal {
			t.Errorf("%.40q: %v", text, err)
		}
	}
}

// TestSchemas holds what is exported to the JSON schemas that the OpenSLO project once had in
// schemas/v1 of its repository (commit c0f6625). They are older than alertPolicyRef.
func TestSchemas(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("OPENSLO_SCHEMAS")
	if dir == "" {
		t.Skip("OPENSLO_SCHEMAS names no folder with OpenSLO's schemas/v1")
	}
	c := jsonschema.NewCompiler()
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".json") {
			return err
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
		if err != nil {
			return err
		}
		return c.AddResource("https://openslo.com/schemas/v1/"+strings.TrimPrefix(path, filepath.Clean(dir)+"/"), doc)
	})
	if err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("https://openslo.com/schemas/v1/openslo.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range exported(t) {
		if spec := doc["spec"].(map[string]any); doc["kind"] == kindSLO {
			refs := spec["alertPolicies"].([]any)
			for i := range refs {
				refs[i] = refs[i].(map[string]any)["alertPolicyRef"]
			}
		}
		raw, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(raw)))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
	}
}

// exported are the documents of all flows.
func exported(t *testing.T) (docs []map[string]any) {
	t.Helper()
	var flows []flow.Flow
	for name := range targets {
		flows = append(flows, flowOf(t, name, targets[name]))
	}
	raw, _, err := Export(flows, "prod", Source{URL: "http://127.0.0.1:9090"})
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Load(raw, &docs, yaml.WithAllDocuments()); err != nil {
		t.Fatal(err)
	}
	return docs
}

// What is exported keeps to the bounds of the specification.
func TestBounds(t *testing.T) {
	t.Parallel()
	names, objectives := map[string]bool{}, 0
	for _, doc := range exported(t) {
		m := doc["metadata"].(map[string]any)
		name := m["name"].(string)
		if id := fmt.Sprint(doc["kind"], name); names[id] || len(name) > 63 || manifest.CheckName(name) != nil {
			t.Errorf("%s twice, or no name", id)
		} else {
			names[id] = true
		}
		if display, _ := m["displayName"].(string); len(display) > 63 {
			t.Error(display)
		}
		if doc["apiVersion"] != Version {
			t.Error(doc["apiVersion"])
		}
		if doc["kind"] == kindSLO {
			objectives++
		}
	}
	want := 0
	for name := range targets {
		want += len(slo.Objectives(flowOf(t, name, targets[name])))
	}
	if objectives != want {
		t.Errorf("%d SLOs of %d objectives", objectives, want)
	}
}
