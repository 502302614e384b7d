package workflow

import (
	"encoding/json"
	"slices"
)

// FunctionVersion is that of all functions of our catalog: `log` is log:1.0.0@default.
const FunctionVersion = "1.0.0"

// Function is one of our own catalog, which any workflow may call by its name.
type Function struct {
	Name    string
	Summary string
	Example string          // a list of one task, as YAML
	With    json.RawMessage // JSON Schema of what it is called with
	Output  json.RawMessage // JSON Schema of what it gives
	// Repeats says what happens when it is called again with the same effect ID, as it is
	// after a crash: its effect is always repeatable.
	Repeats string
}

// Functions is our catalog: what calls are held to, forms are made from, documents tell and
// handlers answer to. All durations are as everywhere in the language; see DurationOf.
var Functions = slices.Concat(peopleFunctions, deliveryFunctions, workFunctions)

// FunctionNamed gives one of our functions, or nil.
func FunctionNamed(name string) *Function {
	i := slices.IndexFunc(Functions, func(f Function) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return &Functions[i]
}

// FunctionNames are the names of our functions.
func FunctionNames() []string {
	out := make([]string, len(Functions))
	for i, f := range Functions {
		out[i] = f.Name
	}
	return out
}

// fieldSchema is a field of what a function is called with, or gives.
type fieldSchema struct {
	name   string
	needed bool
	schema map[string]any
}

func must(name string, schema map[string]any) fieldSchema { return fieldSchema{name, true, schema} }

func may(name string, schema map[string]any) fieldSchema { return fieldSchema{name, false, schema} }

// takes is the schema of an object of these fields and no others.
func takes(fields ...fieldSchema) json.RawMessage { return written(objectSchema("", fields...)) }

// gives is takes for outputs, which may get more fields later.
func gives(fields ...fieldSchema) json.RawMessage {
	s := objectSchema("", fields...)
	delete(s, "additionalProperties")
	return written(s)
}

func objectSchema(about string, fields ...fieldSchema) map[string]any {
	properties, required := map[string]any{}, []any{}
	for _, f := range fields {
		properties[f.name] = f.schema
		if f.needed {
			required = append(required, f.name)
		}
	}
	s := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if about != "" {
		s["description"] = about
	}
	if len(required) > 0 {
		s["required"] = required
	}
	return s
}

func written(schema map[string]any) json.RawMessage {
	out, err := json.Marshal(schema)
	if err != nil {
		panic(err) // of maps and texts of this file
	}
	return out
}

func words(about string) map[string]any {
	return map[string]any{"type": "string", "description": about}
}

func line(about string) map[string]any {
	return map[string]any{"type": "string", "minLength": 1, "description": about}
}

func oneOf(about string, values ...any) map[string]any {
	return map[string]any{"enum": values, "description": about}
}

func yes(about string) map[string]any {
	return map[string]any{"type": "boolean", "description": about}
}

func number(about string, least, most float64) map[string]any {
	return map[string]any{"type": "number", "minimum": least, "maximum": most, "description": about}
}

func count(about string, least, most int) map[string]any {
	return map[string]any{"type": "integer", "minimum": least, "maximum": most, "description": about}
}

func listing(about string, item map[string]any) map[string]any {
	return map[string]any{"type": "array", "items": item, "description": about}
}

func some(about string, item map[string]any) map[string]any {
	s := listing(about, item)
	s["minItems"] = 1
	return s
}

func byName(about string, value map[string]any) map[string]any {
	return map[string]any{"type": "object", "additionalProperties": value, "description": about}
}

// span is a duration: PT30M, or {minutes: 30}.
func span(about string) map[string]any {
	part := map[string]any{"type": "integer", "minimum": 0}
	return map[string]any{
		"type": []any{"string", "object"}, "description": about + ": PT30M, or {minutes: 30}",
		"pattern":              `^P([0-9.]+W)?([0-9.]+D)?(T([0-9.]+H)?([0-9.]+M)?([0-9.]+S)?)?$`,
		"properties":           map[string]any{"days": part, "hours": part, "minutes": part, "seconds": part, "milliseconds": part},
		"additionalProperties": false, "minProperties": 1,
	}
}

func instant(about string) map[string]any {
	return map[string]any{"type": "string", "format": "date-time", "description": about}
}

func whatever(about string) map[string]any { return map[string]any{"description": about} }

// quote writes a text as JSON.
func quote(s string) string {
	out, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(out)
}
