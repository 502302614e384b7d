package manifest

import (
	"encoding/json"
	"reflect"
)

// Schema is a JSON Schema (2020-12) of a manifest's document, for editors. It comes from
// the same types as the parser; what depends on several fields, only the parser knows.
func Schema() []byte {
	s := schemas{defs: map[string]any{}}
	top := s.object(reflect.TypeFor[header]())
	top["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	top["title"] = "Slipway manifest"
	properties := top["properties"].(map[string]any)
	properties["kind"].(map[string]any)["enum"] = Kinds()
	properties["spec"] = map[string]any{"type": "object", "description": "What is particular to the kind."}
	var perKind []any
	for _, kind := range Kinds() {
		then := map[string]any{"spec": s.of(kinds[kind], field{})}
		if kind == KindService {
			then["metadata"] = map[string]any{"required": []string{"team"}}
		}
		rule := map[string]any{"properties": then}
		if needed(kinds[kind]) {
			rule["required"] = []string{"spec"}
		}
		perKind = append(perKind, map[string]any{
			"if":   map[string]any{"properties": map[string]any{"kind": map[string]any{"const": kind}}, "required": []string{"kind"}},
			"then": rule,
		})
	}
	top["allOf"] = perKind
	top["$defs"] = s.defs
	b, err := json.MarshalIndent(top, "", "  ")
	if err != nil {
		panic("manifest: the schema does not encode: " + err.Error())
	}
	return append(b, '\n')
}

type schemas struct{ defs map[string]any }

// of gives the schema of a type, where a field of it stands.
func (s schemas) of(t reflect.Type, f field) map[string]any {
	switch t.Kind() {
	case reflect.Pointer:
		return s.of(t.Elem(), f)
	case reflect.Struct:
		return s.named(t.Name(), func() map[string]any { return s.object(t) })
	case reflect.Map:
		keys := map[string]any{}
		if r := rules[t.Key().Name()]; r != nil && r.pattern != "" {
			keys = s.of(t.Key(), field{})
		}
		return map[string]any{"type": "object", "propertyNames": keys, "additionalProperties": s.of(t.Elem(), field{})}
	case reflect.Slice:
		return bounded(map[string]any{"type": "array", "items": s.of(t.Elem(), field{words: f.words})}, "minItems", "maxItems", f)
	case reflect.Int:
		return bounded(map[string]any{"type": "integer"}, "minimum", "maximum", f)
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	}
	if len(f.words) > 0 {
		return map[string]any{"type": "string", "enum": f.words}
	}
	if r, ok := rules[t.Name()]; ok && t.Name() != "string" {
		return s.named(t.Name(), func() map[string]any { return scalar(r) })
	}
	return map[string]any{"type": "string"}
}

// named puts a schema into the definitions and refers to it.
func (s schemas) named(name string, make func() map[string]any) map[string]any {
	if _, ok := s.defs[name]; !ok {
		s.defs[name] = nil // in work
		s.defs[name] = make()
	}
	return map[string]any{"$ref": "#/$defs/" + name}
}

func bounded(out map[string]any, low, high string, f field) map[string]any {
	if f.min > 0 || low == "minimum" {
		out[low] = f.min
	}
	if f.max > 0 {
		out[high] = f.max
	}
	return out
}

func scalar(r *rule) map[string]any {
	if r.any {
		return map[string]any{"type": []string{"string", "number", "boolean"}}
	}
	out := map[string]any{"type": "string", "minLength": 1, "description": "It is " + r.what + "."}
	if r.number {
		out["type"], out["exclusiveMinimum"] = []string{"string", "number"}, 0
	}
	if r.pattern != "" {
		out["pattern"] = r.pattern
	}
	if r.max > 0 {
		out["maxLength"] = r.max
	}
	return out
}

func (s schemas) object(t reflect.Type) map[string]any {
	of := shapes[t]
	properties := map[string]any{}
	var needed []string
	for i, f := range of.fields {
		p := s.of(t.Field(i).Type, f)
		p["description"] = f.doc
		if f.eg != "" {
			p["examples"] = []any{json.RawMessage(f.eg)}
		}
		properties[f.name] = p
		if f.need {
			needed = append(needed, f.name)
		}
	}
	out := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if needed != nil {
		out["required"] = needed
	}
	if rules := exclusive(of); rules != nil {
		out["allOf"] = rules
	}
	return out
}

// exclusive says of which fields only one may be there.
func exclusive(s *shape) []any {
	var out []any
	for _, g := range s.groups {
		var choices, none []any
		for _, name := range s.namesOf(g) {
			choices = append(choices, map[string]any{"required": []string{name}})
		}
		if g.optional {
			none = []any{map[string]any{"not": map[string]any{"anyOf": choices}}}
		}
		out = append(out, map[string]any{"oneOf": append(none, choices...)})
	}
	return out
}
