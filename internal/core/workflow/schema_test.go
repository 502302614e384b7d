package workflow_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dlclark/regexp2"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/workflow"
)

// ecma has the look-ahead that the specification's patterns need.
type ecma struct{ *regexp2.Regexp }

func (re ecma) MatchString(s string) bool {
	matched, err := re.Regexp.MatchString(s)
	return err == nil && matched
}

// theirs is the JSON Schema of the specification.
func theirs(t testing.TB) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(specification(t), "schema", "workflow.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var read any
	if err := yaml.Unmarshal(text, &read); err != nil {
		t.Fatal(err)
	}
	asJSON, err := json.Marshal(read)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(asJSON))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	c.UseRegexpEngine(func(s string) (jsonschema.Regexp, error) {
		re, err := regexp2.Compile(s, regexp2.ECMAScript)
		return ecma{re}, err
	})
	if err := c.AddResource("https://example.com/workflow", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("https://example.com/workflow")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plain gives a definition as a value.
func plain(t testing.TB, name string, text []byte) map[string]any {
	t.Helper()
	d, problems := workflow.Parse(name, text)
	if problems != nil {
		t.Fatalf("%v", problems)
	}
	var v map[string]any
	if err := json.Unmarshal(d.Canonical, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// pieces of a workflow with everything: each of its tasks in a workflow of its own, as it
// takes the schema long to look at all of them, and all that is no task.
func pieces(t testing.TB) map[string]map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "everything.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	all := plain(t, "everything.yaml", text)
	tasks, _ := all["do"].([]any)
	out := map[string]map[string]any{}
	for i, task := range tasks {
		out[fmt.Sprintf("everything.yaml/do/%d", i)] = map[string]any{"document": all["document"], "use": all["use"], "do": []any{task}}
	}
	all["do"] = []any{map[string]any{"nothing": map[string]any{"set": map[string]any{"a": 1}}}}
	out["everything.yaml"] = all
	return out
}

// TestAgainstSchema holds Parse and the schema of the specification against each other: over
// all examples, and with one thing changed anywhere. Every example loses each of its fields and
// gets an unknown one at each place. A workflow with everything has each of its values replaced
// by others, too; with SLIPWAY_HEAVY=1 all examples have.
func TestAgainstSchema(t *testing.T) {
	t.Parallel()
	c := comparison{T: t, schema: theirs(t)}
	all := examples(t)
	for name, text := range all {
		doc := plain(t, name, text)
		c.compare(name, "unchanged", doc)
		c.compareAll(name, mutations(doc, "", os.Getenv("SLIPWAY_HEAVY") != ""))
	}
	for name, doc := range pieces(t) {
		c.compare(name, "unchanged", doc)
		below := "/do/"
		if name == "everything.yaml" {
			below = ""
		}
		c.compareAll(name, mutations(doc, below, true))
	}
	if c.neither < 3000 || c.both < 1000 {
		t.Errorf("%d mutations refused by both, %d accepted by both", c.neither, c.both)
	}
	fmt.Printf("mutations of examples: %d refused and %d accepted by schema and Parse, %d refused by Parse alone, %d by the schema alone\n",
		c.neither, c.both, c.stricter, c.looser)
}

// comparison counts who refuses what.
type comparison struct {
	*testing.T
	schema                          *jsonschema.Schema
	both, neither, stricter, looser int
}

func (c *comparison) compareAll(name string, changes map[string]any) {
	for what, doc := range changes {
		c.compare(name, what, doc)
	}
}

func (c *comparison) compare(name, what string, doc any) {
	c.Helper()
	text, err := json.Marshal(doc)
	if err != nil {
		c.Fatal(err)
	}
	_, problems := workflow.Parse(name, text)
	switch err := c.schema.Validate(doc); {
	case err != nil && problems != nil:
		c.neither++
	case err == nil && problems == nil:
		c.both++
	case err != nil:
		c.looser++
		if !loose.MatchString(what) {
			c.Errorf("%s: %s: only the schema refuses it: %v", name, what, err)
		}
	default:
		c.stricter++
		for _, p := range problems {
			if !strict.MatchString(p.Text) {
				c.Errorf("%s: %s: only Parse refuses it: %s", name, what, p)
			}
		}
	}
}

// loose are changes that only the schema refuses.
var loose = regexp.MustCompile(strings.Join([]string{
	"^$",
}, "|"))

// strict are the texts of problems that only Parse sees, each with what the schema cannot say.
var strict = regexp.MustCompile(strings.Join([]string{
	"^there is no (function|authentication|error|timeout|retry policy|task|catalog) `", // references
	"^the secret `.*` is not in use.secrets",
	"^the expression cannot be read|^there is no variable [$]",                                                  // expressions
	"^\"[ ]*\" is not (a name|an expression)$|is not a name of a secret, without dots|is no name of a variable", // text that says nothing
	"^(not a JSON Schema|a JSON Schema is expected here)",                                                       // schemas in schemas
	"says the schema of the function$|^the fields? `.*` (is|are) missing here|^this has no field",               // functions have schemas of their own
	// Fields that nobody would read: the schema leaves these objects open, most likely unmeant.
	"^(a workflow|errors|an event|a filter of errors|authentication|endpoints|a correlation|an MCP call|a transport|the transport (http|stdio)|a request|a client) has no field",
	"^an event needs the field `with`", // an event without type is none
	"^-7 is (less than nothing|not at least 1)",
	"^a schedule (needs at least one field|is the same for all runs)|is no cron expression",
	"^there is a case without `when` already", // said in the text of the specification
	"^an A2A call needs one of",               // likewise
	"^true or false is expected here",         // metadata.idempotent is ours
	"^\"(x y|\\$\\{ .x \\}|)\" is not known here; known here: `jq`$",
}, "|"))

// otherValues are the first few, and with SLIPWAY_HEAVY=1 all.
func otherValues() []any {
	all := []any{nil, -7, "x y", "${ .x }", []any{}, map[string]any{}, true, 1.5, "", []any{1}, map[string]any{"zz": 1}}
	if os.Getenv("SLIPWAY_HEAVY") == "" {
		return all[:6]
	}
	return all
}

// mutations gives a value with one thing changed below some place: each field taken away, each
// object with an unknown one, and each value replaced by others, if that is wanted.
func mutations(doc any, below string, others bool) map[string]any {
	out := map[string]any{}
	walk(doc, nil, func(path []string, v any) {
		at := "/" + strings.Join(path, "/")
		if !strings.HasPrefix(at, below) {
			return
		}
		if len(path) > 0 {
			out["without "+at] = changed(doc, path, func(any) (any, bool) { return nil, false })
		}
		for _, other := range otherValues() {
			if !others {
				break
			}
			out[fmt.Sprintf("%s is %v", at, other)] = changed(doc, path, func(any) (any, bool) { return other, true })
		}
		if object, ok := v.(map[string]any); ok {
			more := maps.Clone(object)
			more["zz"] = 1
			out["unknown field at "+at] = changed(doc, path, func(any) (any, bool) { return more, true })
		}
	})
	return out
}

// walk goes to each value of a document.
func walk(v any, path []string, visit func([]string, any)) {
	visit(slices.Clone(path), v)
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			walk(value, append(path, name), visit)
		}
	case []any:
		for i, value := range v {
			walk(value, append(path, strconv.Itoa(i)), visit)
		}
	}
}

// changed gives a copy with another value at a path; false takes it away.
func changed(v any, path []string, to func(any) (any, bool)) any {
	if len(path) == 0 {
		v, _ = to(v)
		return v
	}
	last := len(path) == 1
	switch v := v.(type) {
	case map[string]any:
		out := maps.Clone(v)
		if value, keep := to(v[path[0]]); last && !keep {
			delete(out, path[0])
		} else if last {
			out[path[0]] = value
		} else {
			out[path[0]] = changed(v[path[0]], path[1:], to)
		}
		return out
	case []any:
		out := slices.Clone(v)
		i, _ := strconv.Atoi(path[0])
		if value, keep := to(v[i]); last && !keep {
			out = slices.Delete(out, i, i+1)
		} else if last {
			out[i] = value
		} else {
			out[i] = changed(v[i], path[1:], to)
		}
		return out
	}
	return v
}
