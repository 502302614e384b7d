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

// Checker holds values to a JSON Schema. It is for one goroutine at a time.
type Checker struct {
	schema *jsonschema.Schema
	left   *int // schemas within it that may still be looked at
}

// maxSchemaSteps is how many schemas may be looked at for one value, with those within others
// and once for each value within the value: about a second. A schema of a few lines can refer to
// itself so that the work doubles with each level of a value.
const maxSchemaSteps = 1_000_000

var errSchemaSteps = errors.New("the schema takes too many steps for this value; it refers to itself too often, or the value is too big")

// CompileSchema compiles a JSON Schema, draft 2020-12 unless it says otherwise. It fetches nothing.
func CompileSchema(document any) (*Checker, error) {
	left := new(int)
	c := jsonschema.NewCompiler()
	c.UseLoader(alone{})
	c.AssertFormat()
	c.AssertVocabs()
	c.RegisterVocabulary(&jsonschema.Vocabulary{
		URL: "slipway:steps",
		Compile: func(*jsonschema.CompilerContext, map[string]any) (jsonschema.SchemaExt, error) {
			return meter{left}, nil
		},
	})
	if err := c.AddResource(schemaURL, plain(document)); err != nil {
		return nil, err
	}
	schema, err := c.Compile(schemaURL)
	if err != nil {
		return nil, err
	}
	return &Checker{schema: schema, left: left}, nil
}

// Validate holds a value to a schema; the error says where in the value what is wrong.
func Validate(c *Checker, v any) (err error) {
	*c.left = maxSchemaSteps
	defer func() {
		if r := recover(); r == errSchemaSteps { //nolint:errorlint // it is thrown as it is
			err = errSchemaSteps
		} else if r != nil {
			panic(r)
		}
	}()
	return c.schema.Validate(plain(v))
}

// meter is in each schema within a schema, and counts. The library has no other way out.
type meter struct{ left *int }

func (m meter) Validate(*jsonschema.ValidatorContext, any) {
	if *m.left--; *m.left < 0 {
		panic(errSchemaSteps)
	}
}

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
	if !isJSON(n.up.get("format").text()) {
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
