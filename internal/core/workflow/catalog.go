package workflow

import "encoding/json"

// FunctionVersion is that of all functions of our catalog.
const FunctionVersion = "1.0.0"

// Function is one of our own catalog, which any workflow may call by its name.
type Function struct {
	Name    string
	Summary string
	Example string          // of a task, as YAML
	With    json.RawMessage // JSON Schema of what it is called with
	Output  json.RawMessage // JSON Schema of what it gives
	Repeats string          // what happens if it is called again with the same effect ID
}

// Functions is our catalog. It checks calls, makes forms and documents, and names the handlers.
var Functions []Function

// FunctionNamed gives one of our functions, or nil.
func FunctionNamed(name string) *Function {
	for i := range Functions {
		if Functions[i].Name == name {
			return &Functions[i]
		}
	}
	return nil
}

// FunctionNames are the names of our functions.
func FunctionNames() []string {
	out := make([]string, len(Functions))
	for i, f := range Functions {
		out[i] = f.Name
	}
	return out
}

// quote writes a text as JSON.
func quote(s string) string {
	out, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(out)
}
