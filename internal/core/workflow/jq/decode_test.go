package jq_test

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"slipway.dev/internal/core/workflow/jq"
)

// FuzzDecode holds Decode against encoding/json: the same is JSON, and the same value comes of it.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,-2.5e3,true,false,null,"x\u00e9\"\\"],"":{}}`, ` [ ] `, `[ 1 , [ ] , { } ]`, "\"\xff\"", `"\ud800"`, `12345678901234567890123`,
		`{"a":1,"a":2}`, `[[[[]]]]`, `nul`, `[1,]`, `{"a"}`, `1 2`, "\t1\r\n", `"\\"`, `{ "a" : { } , "b":[ ] }`, `-0`, `1e999`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := jq.Decode(data)
		var want any
		d := json.NewDecoder(bytes.NewReader(data))
		d.UseNumber()
		if err != nil {
			if json.Valid(data) && !strings.Contains(err.Error(), "levels deep") {
				t.Errorf("%q: %v", data, err)
			}
			return
		}
		if err := d.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if !alike(got, want) {
			t.Errorf("%q gives %#v, not %#v", data, got, want)
		}
	})
}

// alike says whether two values are the same but for the form of numbers.
func alike(got, want any) bool {
	switch want := want.(type) {
	case json.Number:
		switch got.(type) {
		case string, bool, nil, []any, map[string]any:
			return false
		}
		return true
	case []any:
		list, ok := got.([]any)
		for i := range want {
			if !ok || len(list) != len(want) || !alike(list[i], want[i]) {
				return false
			}
		}
		return ok && len(list) == len(want)
	case map[string]any:
		object, ok := got.(map[string]any)
		for name := range want {
			if !ok || len(object) != len(want) || !alike(object[name], want[name]) {
				return false
			}
		}
		return ok && len(object) == len(want)
	}
	return reflect.DeepEqual(got, want)
}
