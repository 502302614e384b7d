package jq

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Decode reads one JSON value as expressions want it: numbers that are not written with a point or an
// exponent are int, or *big.Int up to 1,000 digits; all others are float64.
//
// encoding/json only says whether it is JSON: its decoder gives numbers as texts through a reader only, and by
// reflection, and each step of a run decodes some short values.
func Decode(data []byte) (any, error) {
	if !json.Valid(data) {
		var v any
		return nil, fmt.Errorf("this is not JSON: %w", json.Unmarshal(data, &v))
	}
	d := decoder{data}
	return d.value(0)
}

// decoder reads from the front of what is known to be JSON.
type decoder struct{ rest []byte }

// next skips space, and gives the character behind it.
func (d *decoder) next() byte {
	for i, c := range d.rest {
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			d.rest = d.rest[i:]
			return c
		}
	}
	return 0
}

// take is next, and goes past it.
func (d *decoder) take() byte {
	c := d.next()
	d.rest = d.rest[1:]
	return c
}

func (d *decoder) value(depth int) (any, error) {
	if depth > MaxDepth {
		return nil, errNested
	}
	switch d.next() {
	case '{':
		return d.object(depth)
	case '[':
		return d.array(depth)
	case '"':
		return d.text()
	case 'n':
		return d.word(nil, len("null"))
	case 't':
		return d.word(true, len("true"))
	case 'f':
		return d.word(false, len("false"))
	}
	end := bytes.IndexAny(d.rest, ",]} \t\r\n")
	if end < 0 {
		end = len(d.rest)
	}
	return d.word(number(string(d.rest[:end])), end)
}

// word goes past what stands for a value.
func (d *decoder) word(v any, long int) (any, error) {
	d.rest = d.rest[long:]
	return v, nil
}

func (d *decoder) array(depth int) (any, error) {
	list := []any{}
	for c := d.take(); c != ']'; c = d.take() { // past "[" or ","
		if c == '[' && d.next() == ']' {
			continue
		}
		v, err := d.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, nil
}

func (d *decoder) object(depth int) (any, error) {
	object := map[string]any{}
	for c := d.take(); c != '}'; c = d.take() { // past "{" or ","
		if d.next() == '}' {
			continue
		}
		name, err := d.text()
		if err != nil {
			return nil, err
		}
		d.take() // the colon
		if object[name], err = d.value(depth + 1); err != nil {
			return nil, err
		}
	}
	return object, nil
}

// text reads a string. Most are written as they are; encoding/json reads the others.
func (d *decoder) text() (string, error) {
	end, plain := 1, true
	for ; d.rest[end] != '"'; end++ {
		if d.rest[end] == '\\' {
			plain = false
			end++
		}
	}
	quoted := d.rest[:end+1]
	d.rest = d.rest[end+1:]
	if inner := quoted[1:end]; plain && utf8.Valid(inner) {
		return string(inner), nil
	}
	var s string
	err := json.Unmarshal(quoted, &s)
	return s, err
}
