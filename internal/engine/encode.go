package engine

import (
	"encoding/json"
	"strconv"

	"slipway.dev/internal/core/machine"
)

// encode writes the envelope as JSON. encoding/json would look through all of the state,
// the inputs and the specs again, at every step, though they are known to be JSON.
func (v *envelope) encode() []byte {
	b := make([]byte, 0, v.size())
	b = append(b, `{"state":`...)
	b = appendValue(b, v.State)
	for i, f := range v.Effects {
		b = open(b, i, `,"effects":[`)
		b = appendString(append(b, `{"id":`...), f.ID)
		b = appendString(append(b, `,"kind":`...), f.Kind)
		b = appendString(append(b, `,"class":`...), string(f.Class))
		if len(f.Input) > 0 {
			b = appendValue(append(b, `,"input":`...), f.Input)
		}
		if f.Blob != "" {
			b = appendString(append(b, `,"blob":`...), f.Blob)
		}
		b = shut(append(b, '}'), i, len(v.Effects))
	}
	for i, w := range v.Desired {
		b = open(b, i, `,"desired":[`)
		b = appendString(append(b, `{"kind":`...), w.Kind)
		b = appendString(append(b, `,"key":`...), w.Key)
		b = strconv.AppendInt(append(b, `,"generation":`...), w.Generation, 10)
		if len(w.Spec) > 0 {
			b = appendValue(append(b, `,"spec":`...), w.Spec)
		}
		if w.Fired {
			b = append(b, `,"fired":true`...)
		}
		b = shut(append(b, '}'), i, len(v.Desired))
	}
	for i, t := range v.Recent {
		b = open(b, i, `,"recent":[`)
		b = appendString(append(b, `{"id":`...), t.ID)
		b = strconv.AppendInt(append(b, `,"position":`...), t.Position, 10)
		b = strconv.AppendInt(append(b, `,"step":`...), t.Step, 10)
		b = shut(append(b, '}'), i, len(v.Recent))
	}
	for i, d := range v.Refs {
		b = appendString(open(b, i, `,"refs":[`), d)
		b = shut(b, i, len(v.Refs))
	}
	return append(b, '}')
}

func (v *envelope) size() int {
	n := 64 + len(v.State) + 96*len(v.Recent) + 80*len(v.Refs)
	for _, f := range v.Effects {
		n += 128 + len(f.ID) + len(f.Input)
	}
	for _, w := range v.Desired {
		n += 128 + len(w.Spec)
	}
	return n
}

func open(b []byte, i int, first string) []byte {
	if i == 0 {
		return append(b, first...)
	}
	return append(b, ',')
}

func shut(b []byte, i, n int) []byte {
	if i == n-1 {
		return append(b, ']')
	}
	return b
}

func appendValue(b []byte, v machine.Value) []byte {
	if len(v) == 0 {
		return append(b, "null"...)
	}
	return append(b, v...)
}

func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			quoted, _ := json.Marshal(s) // a string always encodes
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
