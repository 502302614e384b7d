package interp

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/big"
	"reflect"
	"slices"

	"slipway.dev/internal/core/workflow/jq"
)

// IsZero says whether there is no value, not even null.
func (d Datum) IsZero() bool { return len(d.V) == 0 && d.D == "" && d.held == nil }

// Of makes a Datum of a value that is in itself, of any length.
func Of(v any) (Datum, error) {
	b, err := jq.Encode(tidy(v))
	return Datum{V: b}, err
}

// Keep makes a Datum of JSON, by its digest if it is long; the text is then to be kept.
func Keep(text json.RawMessage) (d Datum, long bool) {
	if len(text) <= Inline {
		return Datum{V: text}, false
	}
	return Datum{D: Digest(text), N: len(text)}, true
}

// Digest is the name of a text: "sha256:…".
func Digest(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// hold makes a Datum of a value that a step has; it is encoded if it is still there when the step ends.
func hold(v any) Datum {
	v = tidy(v)
	return Datum{held: &v}
}

// value gives what a Datum stands for, and remembers it for the rest of the step.
func (r *step) value(d *Datum) any {
	if d.held != nil {
		return *d.held
	}
	var v any
	var err error
	switch {
	case d.D != "":
		v, err = r.lib.Value(d.D)
	case len(d.V) > 0:
		v, err = jq.Decode(d.V)
	}
	if err != nil {
		r.failure(fmt.Errorf("a value of the run cannot be read: %w", err))
	}
	d.held = &v
	return v
}

// settle makes a Datum one that can be written.
func (r *step) settle(d *Datum) {
	if d.held == nil || d.D != "" || len(d.V) > 0 {
		if len(d.V) > Inline {
			r.keep(d, d.V)
		}
		return
	}
	if known, ok := r.settled[d.held]; ok {
		d.V, d.D, d.N = known.V, known.D, known.N
		return
	}
	text, err := jq.Encode(*d.held)
	if err != nil { // it is too long, or nested too deep
		r.unfit = err
		text = []byte("null")
	}
	r.keep(d, text)
	r.settled[d.held] = *d
}

func (r *step) keep(d *Datum, text json.RawMessage) {
	short, long := Keep(text)
	d.V, d.D, d.N = short.V, short.D, short.N
	if long && !r.kept[d.D] {
		r.kept[d.D] = true
		r.out.Values = append(r.out.Values, text)
	}
}

// tidy gives a value as it is after it was written and read: a restart must not change what
// an expression sees. It copies only what it changes.
func tidy(v any) any {
	out, _ := tidied(v)
	return out
}

func tidied(v any) (out any, changed bool) {
	switch v := v.(type) {
	case float64:
		return whole(v)
	case []any:
		list := v
		for i, item := range v {
			n, differs := tidied(item)
			if differs && !changed {
				list, changed = slices.Clone(v), true
			}
			if differs {
				list[i] = n
			}
		}
		return list, changed
	case map[string]any:
		fields := v
		for name, item := range v {
			n, differs := tidied(item)
			if differs && !changed {
				fields, changed = maps.Clone(v), true
			}
			if differs {
				fields[name] = n
			}
		}
		return fields, changed
	}
	return v, false
}

// whole gives a number as JSON has it: up to 1e21 it is written without a point, and so read as an integer.
func whole(f float64) (any, bool) {
	switch {
	case math.IsNaN(f):
		return nil, true
	case math.IsInf(f, 0):
		return math.Copysign(math.MaxFloat64, f), true
	case f != math.Trunc(f) || math.Abs(f) >= 1e21:
		return f, false
	case math.Abs(f) < 1<<62:
		return int(f), true
	}
	i, _ := big.NewFloat(f).Int(nil)
	return i, true
}

// known gives a value as the Datum that it came from, if it is one of those: it need not be
// written and hashed again.
func known(v any, list ...*Datum) Datum {
	for _, d := range list {
		if d.held != nil && identical(v, *d.held) {
			return *d
		}
	}
	return hold(v)
}

// identical says whether two values are one and the same in memory.
func identical(a, b any) bool {
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		return ok && len(a) > 0 && len(a) == len(b) && &a[0] == &b[0]
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer()
	}
	return false
}
