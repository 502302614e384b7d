package jq

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/itchyny/gojq"
)

// Decode reads one JSON value as expressions want it.
func Decode(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("this is not JSON: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("this is not JSON: there is more after the value")
	}
	return numbers(v), nil
}

// Encode writes a value as JSON: keys are sorted, nothing is escaped for HTML, and what is no
// number is null.
func Encode(v any) ([]byte, error) { return gojq.Marshal(v) }

// numbers puts int, float64 and *big.Int in the place of what was decoded, in place.
func numbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		return number(string(v))
	case []any:
		for i, item := range v {
			v[i] = numbers(item)
		}
	case map[string]any:
		for name, item := range v {
			v[name] = numbers(item)
		}
	}
	return v
}

func number(s string) any {
	if i, err := strconv.Atoi(s); err == nil {
		return i
	}
	if !strings.ContainsAny(s, ".eE") {
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
