// Package manifest reads what people write about their services, environments and
// teams: YAML files of one or more documents, each a resource.
//
// The Go types in service.go, flow.go, usecase.go, rollout.go, environment.go, gate.go and team.go
// are the only description of the fields. From them derive the decoder with all its errors (decode.go) and the JSON
// Schema for editors (schema.go). A field's tag says the rest:
//
//	json     its name; "omitempty" is on all that may be left out
//	doc      what it is, for editors
//	eg       an example, as JSON
//	need     "yes": it must be there
//	one      name of a group of fields of which exactly one is there; "?name": at most one
//	min max  bounds of a number, or of the length of a list
//	enum     the words that it may be
//
// Documents are read by the YAML library, or by a quick reader (quick.go) where they are of
// the plain kind that nearly all are: both make the same trees. The Go values are made of
// those, and nothing else of them is kept; where a place is asked for later, the document is
// read again.
//
// All errors of a file are found at once, each with line, column and what to write.
package manifest
