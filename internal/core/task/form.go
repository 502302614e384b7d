package task

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"slipway.dev/internal/core/fault"
)

// maxSchema bounds the schema of a form, in bytes.
const maxSchema = 64 << 10

// formURL is a schema's own address. It is absolute, so that nothing is looked up for it.
const formURL = "slipway:form"

// alone gives a schema nothing but itself: it reads no files and asks no servers.
type alone struct{}

func (alone) Load(string) (any, error) {
	return nil, errors.New("a form's schema may only refer to itself")
}

// schemaProblem says what is wrong with the schema of a form; empty: nothing.
func schemaProblem(schema json.RawMessage) string {
	switch {
	case len(schema) == 0:
		return ""
	case len(schema) > maxSchema:
		return "its schema is longer than 64 KiB"
	}
	if _, err := compile(schema); err != nil {
		return "its schema is wrong: " + line(err.Error())
	}
	return ""
}

func compile(schema json.RawMessage) (*jsonschema.Schema, error) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.UseLoader(alone{})
	c.AssertFormat()
	if err := c.AddResource(formURL, doc); err != nil {
		return nil, err
	}
	return c.Compile(formURL)
}

// checkForm wants what was filled in to be as the schema says.
func checkForm(schema, value json.RawMessage) error {
	s, err := compile(schema)
	if err != nil { // it was checked when the task was opened
		return fault.New(fault.Internal, "the form's schema is wrong").Because(err)
	}
	if len(value) == 0 {
		return fault.New(fault.Invalid, "the form is not filled in").WithHint("give its fields as JSON")
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(value))
	if err != nil {
		return fault.New(fault.Invalid, "what was filled in is not JSON").Because(err)
	}
	if err := s.Validate(doc); err != nil {
		return fault.New(fault.Invalid, "the form is not filled in as it asks: %s", details(err))
	}
	return nil
}

// details gives what is wrong and where, of an error whose first line only names the schema.
func details(err error) string {
	var list []string
	for _, l := range strings.Split(err.Error(), "\n")[1:] {
		list = append(list, strings.TrimPrefix(strings.TrimSpace(l), "- "))
	}
	return strings.Join(list, "; ")
}
