package workflow

import (
	"bytes"
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// jsonReader reads JSON token by token, so that each value has its place.
type jsonReader struct {
	*reader
	tokens *json.Decoder
	data   []byte

	at, line, column int // how far places are known
}

// readJSON reads what is known to be JSON.
func (r *reader) readJSON(data []byte) *node {
	j := &jsonReader{reader: r, tokens: json.NewDecoder(bytes.NewReader(data)), data: data, line: 1, column: 1}
	j.tokens.UseNumber()
	return j.value(1)
}

// place gives a node where the next token begins.
func (j *jsonReader) place() *node {
	begin := int(j.tokens.InputOffset())
	for begin < len(j.data) && bytes.IndexByte([]byte(" \t\r\n,:"), j.data[begin]) >= 0 {
		begin++
	}
	for ; j.at < begin; j.at++ {
		switch c := j.data[j.at]; {
		case c == '\n':
			j.line, j.column = j.line+1, 1
		case utf8.RuneStart(c):
			j.column++
		}
	}
	return &node{form: isNull, line: j.line, column: j.column}
}

func (j *jsonReader) value(depth int) *node {
	n := j.place()
	token, err := j.tokens.Token()
	if err != nil || !j.enter(n, depth) {
		j.full = true // where one stands in the tokens is not known any more
		return n
	}
	switch t := token.(type) {
	case json.Delim:
		j.inside(n, t, depth)
	case string:
		n.form, n.scalar = isText, t
	case bool:
		n.form, n.scalar = isBoolean, t
	case json.Number:
		n.form, n.scalar = isNumber, j.number(n, t.String())
	}
	return n
}

func (j *jsonReader) inside(n *node, open json.Delim, depth int) {
	n.form = isList
	if open == '{' {
		n.form = isObject
	}
	for !j.full && j.tokens.More() {
		if n.form == isList {
			j.append(n, j.value(depth+1))
			continue
		}
		place := j.place()
		if name, err := j.tokens.Token(); err == nil {
			text, _ := name.(string)
			j.add(n, field{text, place.line, place.column, j.value(depth + 1)})
		}
	}
	if !j.full {
		_, _ = j.tokens.Token() // the end, which valid JSON has
	}
}

func (j *jsonReader) number(n *node, text string) any {
	if i, ok := bigInteger(text, 10); ok {
		return whole(i)
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		j.say(n, "%s is no number that can be used here", short(text))
		return 0
	}
	return decimal(f)
}
