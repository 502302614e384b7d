package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"
)

func compiled(t testing.TB) *jsonschema.Schema { return compiledAt(t, "slipway.json") }

func compiledAt(t testing.TB, location string) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("slipway.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(location)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// documents gives a file's documents as an editor sees them; ok is false if it is not YAML.
func documents(data []byte) (out []any, ok bool) {
	l, err := yaml.NewLoader(bytes.NewReader(data), yaml.WithUniqueKeys(false))
	if err != nil {
		return nil, false
	}
	for {
		var v any
		if err := l.Load(&v); errors.Is(err, io.EOF) {
			return out, true
		} else if err != nil {
			return nil, false
		}
		if v != nil {
			out = append(out, plain(v))
		}
	}
}

// plain makes JSON's types of YAML's.
func plain(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case time.Time:
		return v.Format(time.RFC3339)
	}
	return v
}

// Parser and schema agree on the corpus. What depends on several fields or on a library
// ("# schema: accepts"), only the parser sees.
func TestParserAndSchemaAgree(t *testing.T) {
	t.Parallel()
	s := compiled(t)
	for _, folder := range []string{"good", "bad"} {
		for file, data := range corpus(t, folder) {
			accepts := folder == "good" || strings.HasPrefix(string(data), "# schema: accepts")
			docs, ok := documents(data)
			if !ok {
				continue
			}
			var wrong error
			for _, doc := range docs {
				wrong = errors.Join(wrong, s.Validate(doc))
			}
			if accepts != (wrong == nil) {
				t.Errorf("%s/%s: schema says %v", folder, file, wrong)
			}
		}
	}
}

// Each line of the bad files that the parser complains about is wrong by itself: the
// schema sees the same when only that field is bad.
func TestSchemaSeesEachBadField(t *testing.T) {
	t.Parallel()
	s := compiled(t)
	base := func() map[string]any {
		docs, _ := documents([]byte(`{"apiVersion": "slipway.dev/v1", "kind": "Service", "metadata": {"name": "x", "team": "y"}, "spec": {"image": "a:1"}}`))
		return docs[0].(map[string]any)
	}
	for _, c := range []struct{ field, value string }{
		{"image", `"x"`}, {"replicas", `1`}, {"run", `{"replicas": 0}`}, {"run", `{"limits": {"memory": 128}}`}, {"run", `{"limits": {"cpu": 0}}`},
		{"run", `{"stopGrace": "10"}`}, {"routes", `[{"host": "A"}]`}, {"routes", `[{"path": "/"}]`}, {"config", `{"1": "x"}`}, {"config", `{"A": null}`},
		{"files", `{"../x": "y"}`}, {"secrets", `{"A": {}}`}, {"health", `{"http": "/", "tcp": true}`}, {"strategy", `{}`}, {"strategy", `{"rolling": {}, "canary": {}}`},
		{"smoke", `[{"http": {"get": "/", "status": 1000}}]`}, {"smoke", `[{"http": {}}]`}, {"migration", `"all"`}, {"overrides", `{"Prod": {}}`}, {"rollback", `{"errors": "101%"}`},
	} {
		doc := base()
		var v any
		if err := json.Unmarshal([]byte(c.value), &v); err != nil {
			t.Fatal(err)
		}
		doc["spec"].(map[string]any)[c.field] = v
		text, _ := json.Marshal(doc)
		_, problems := Parse("x", text)
		if err := s.Validate(doc); err == nil || len(problems) != 1 {
			t.Errorf("%s: %s: schema says %v, parser %v", c.field, c.value, err, problems)
		}
	}
}

// Editors show descriptions; every field has one, and every example is valid.
func TestSchemaDescribesAllFields(t *testing.T) {
	t.Parallel()
	var doc struct {
		Defs map[string]struct {
			Properties map[string]struct {
				Description string
				Examples    []any
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	for def, d := range doc.Defs {
		for name, p := range d.Properties {
			if p.Description == "" {
				t.Errorf("%s.%s has no description", def, name)
			}
			for _, eg := range p.Examples {
				sub := compiledAt(t, "slipway.json#/$defs/"+def+"/properties/"+name)
				if err := sub.Validate(eg); err != nil {
					t.Errorf("%s.%s: example %v: %v", def, name, eg, err)
				}
			}
		}
	}
	if len(doc.Defs) < 20 {
		t.Errorf("only %d definitions", len(doc.Defs))
	}
}

// Where nothing in a spec must be there, it may be missing; schema and parser agree on where.
func TestSpecMayBeMissing(t *testing.T) {
	t.Parallel()
	s := compiled(t)
	for kind, may := range map[string]bool{
		KindEnvironment: true, KindTeam: true, KindService: false, KindFreeze: false, KindPolicy: false, KindSystem: false, KindIntegration: false,
	} {
		data := []byte("apiVersion: slipway.dev/v1\nkind: " + kind + "\nmetadata: {name: x, team: y}\n")
		docs, _ := documents(data)
		_, problems := Parse("x.yaml", data)
		if err := s.Validate(docs[0]); (err == nil) != may || (len(problems) == 0) != may {
			t.Errorf("%s without a spec: the schema says %v, the parser %v", kind, err, problems)
		}
	}
}
