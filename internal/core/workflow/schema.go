package workflow

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schemaURL is a schema's own address. It is absolute, so that nothing is looked up for it.
const schemaURL = "slipway:schema"

// alone gives a schema nothing but itself: it reads no files and asks no servers.
type alone struct{}

func (alone) Load(string) (any, error) {
	return nil, errors.New("it may only refer to itself: nothing is fetched for a schema")
}

// CompileSchema compiles a JSON Schema, draft 2020-12 unless it says otherwise. It fetches nothing.
func CompileSchema(document any) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.UseLoader(alone{})
	c.AssertFormat()
	if err := c.AddResource(schemaURL, plain(document)); err != nil {
		return nil, err
	}
	return c.Compile(schemaURL)
}

// Validate holds a value to a schema; the error says where in the value what is wrong.
func Validate(s *jsonschema.Schema, v any) error { return s.Validate(plain(v)) }

// plain writes the numbers that only expressions have as the schema library takes them.
func plain(v any) any {
	switch v := v.(type) {
	case *big.Int:
		return json.Number(v.String())
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, value := range v {
			out[name] = plain(value)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, value := range v {
			out[i] = plain(value)
		}
		return out
	default:
		return v
	}
}

// jsonSchema is a shape: a schema that can be compiled.
func jsonSchema(r *reader, n *node) {
	format := n.up.get("format").text()
	if format != "" && format != "json" && !strings.HasPrefix(format, "json:") {
		return // it is refused when it runs; see Refusals
	}
	if n.form != isObject && n.form != isBoolean {
		r.say(n, "a JSON Schema is expected here, with fields like {type: object}, and not %s", describe(n))
		return
	}
	if _, err := CompileSchema(n.value()); err != nil {
		r.say(n, "not a JSON Schema: %s", reason(err))
	}
}

// reason is the last line of an error of the library, which says most.
func reason(err error) string {
	lines := strings.Split(strings.TrimSpace(err.Error()), "\n")
	return strings.TrimPrefix(strings.TrimSpace(lines[len(lines)-1]), "- ")
}
