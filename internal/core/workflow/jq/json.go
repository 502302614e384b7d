package jq

import (
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/itchyny/gojq"
)

func number(s string) any {
	if i, err := strconv.Atoi(s); err == nil {
		return i
	}
	if !strings.ContainsAny(s, ".eE") && len(s) <= maxDigits {
		if i, ok := new(big.Int).SetString(s, 10); ok {
			return i
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return math.Copysign(math.MaxFloat64, f)
	}
	return f
}

var (
	errNested = fmt.Errorf("the value is nested more than %d levels deep", MaxDepth)
	errLong   = fmt.Errorf("the value is longer than %d MiB as JSON", MaxValue>>20)
)

// Encode writes a value as JSON: keys are sorted, nothing is escaped for HTML, and what is no
// number is null. It refuses what is nested deeper than MaxDepth or longer than MaxValue.
func Encode(v any) ([]byte, error) {
	out, err := appendValue(make([]byte, 0, 128), v, 0)
	if err == nil && len(out) > MaxValue {
		err = errLong
	}
	return out, err
}

func appendValue(out []byte, v any, depth int) ([]byte, error) {
	if depth > MaxDepth {
		return out, errNested
	}
	if len(out) > MaxValue {
		return out, errLong
	}
	switch v := v.(type) {
	case nil:
		return append(out, "null"...), nil
	case bool:
		return strconv.AppendBool(out, v), nil
	case int:
		return strconv.AppendInt(out, int64(v), 10), nil
	case string:
		return appendString(out, v), nil
	case []any:
		return appendArray(out, v, depth)
	case map[string]any:
		return appendObject(out, v, depth)
	case float64, *big.Int:
		text, err := gojq.Marshal(v)
		return append(out, text...), err
	}
	return out, fmt.Errorf("%T is no value of an expression", v)
}

func appendArray(out []byte, items []any, depth int) (_ []byte, err error) {
	out = append(out, '[')
	for i, item := range items {
		if i > 0 {
			out = append(out, ',')
		}
		if out, err = appendValue(out, item, depth+1); err != nil {
			return out, err
		}
	}
	return append(out, ']'), nil
}

func appendObject(out []byte, members map[string]any, depth int) (_ []byte, err error) {
	out = append(out, '{')
	var space [16]string
	names := slices.AppendSeq(space[:0], maps.Keys(members))
	slices.Sort(names)
	for i, name := range names {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(appendString(out, name), ':')
		if out, err = appendValue(out, members[name], depth+1); err != nil {
			return out, err
		}
	}
	return append(out, '}'), nil
}

// appendString writes a string; what is not UTF-8 becomes U+FFFD.
func appendString(out []byte, s string) []byte {
	out = append(out, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= ' ' && c < 0x7f && c != '"' && c != '\\' {
			continue
		}
		if s[i] >= 0x7f {
			return append(append(out, s[start:i]...), rest(s[i:])...)
		}
		out = append(out, s[start:i]...)
		out = append(out, escape(s[i])...)
		start = i + 1
	}
	return append(append(out, s[start:]...), '"')
}

// rest writes what comes after the first character that is not ASCII, with the closing quote.
func rest(s string) []byte {
	text, err := gojq.Marshal(s)
	if err != nil { // strings can always be written
		return []byte{'"'}
	}
	return text[1:]
}

func escape(c byte) string {
	switch c {
	case '"':
		return `\"`
	case '\\':
		return `\\`
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	case '\b':
		return `\b`
	case '\f':
		return `\f`
	}
	return fmt.Sprintf(`\u%04x`, c)
}

// tostring gives strings as they are, and all else as JSON.
func tostring(b *budget, v any, _ []any) any {
	if s, ok := v.(string); ok {
		return s
	}
	return tojson(b, v, nil)
}

func tojson(b *budget, v any, _ []any) any {
	size, ok := b.deep(v)
	if !ok || !b.room(6*size) {
		return b.cause
	}
	text, err := Encode(v)
	if err != nil {
		return failure(err.Error())
	}
	if !b.buy(len(text)) {
		return b.cause
	}
	return string(text)
}

// parsedBytes is what one byte of JSON may become at most, about: "[0,0,…" and "[[[[…".
const parsedBytes = 32

func fromjson(b *budget, v any, _ []any) any {
	s, ok := v.(string)
	if !ok {
		return failure("fromjson reads a string, not: " + show(v))
	}
	if !b.buy(parsedBytes * len(s)) {
		return b.cause
	}
	parsed, err := Decode([]byte(s))
	if err != nil {
		return failure("fromjson: " + err.Error())
	}
	return parsed
}
