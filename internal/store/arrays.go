package store

import (
	"encoding/binary"
	"strconv"
	"strings"
)

// PostgreSQL is given rows as an array for each column: one statement for any number of
// rows, whose parameters are written here without a look at each value's type by the
// driver. Its binary format is documented with array_recv and has not changed since 7.4.

var kinds = map[byte]struct {
	name string
	oid  uint32
}{'i': {"bigint", 20}, 't': {"text", 25}, 'b': {"bytea", 17}}

var binaryFormat = []int16{1} // of all parameters

// form gives the statement for rows that come as arrays, or for one row, whose plan is a
// simpler one.
func (r *rows) form(n int) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.many == "" {
		one, many := make([]string, len(r.kinds)), make([]string, len(r.kinds))
		for i := range many {
			p := "$" + strconv.Itoa(i+1) + "::" + kinds[r.kinds[i]].name
			one[i], many[i] = p, "unnest("+p+"[])"
		}
		r.one = r.head + "SELECT " + strings.Join(one, ", ") + r.tail
		r.many = r.head + "SELECT " + strings.Join(many, ", ") + r.tail
	}
	if n == 1 {
		return r.one
	}
	return r.many
}

// columns gives an array for each column.
func (r *rows) columns(args []any) [][]byte {
	out := make([][]byte, len(r.kinds))
	for i := range out {
		out[i] = column(kinds[r.kinds[i]].oid, args[i:], len(r.kinds))
	}
	return out
}

// column encodes every so manieth value as an array.
func column(oid uint32, args []any, every int) []byte {
	n, size := 0, 20
	for i := 0; i < len(args); i += every {
		n++
		size += 4 + length(args[i])
	}
	b := make([]byte, 0, size)
	for _, v := range [...]uint32{1, 0, oid, uint32(n), 1} { // dimensions, no nulls, type, length, first index
		b = binary.BigEndian.AppendUint32(b, v)
	}
	for i := 0; i < len(args); i += every {
		b = binary.BigEndian.AppendUint32(b, uint32(length(args[i])))
		b = appendBinary(b, args[i])
	}
	return b
}

func length(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case []byte:
		return len(v)
	}
	return 8
}

// appendBinary encodes a value as PostgreSQL's binary format has it.
func appendBinary(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(b, v...)
	case []byte:
		return append(b, v...)
	}
	return binary.BigEndian.AppendUint64(b, uint64(v.(int64)))
}

// fit is how many arguments, in whole rows, go into one message: the server takes 1 GB.
func (r *rows) fit(args []any) int {
	size := 0
	for i, v := range args {
		if size += length(v); size > 4*MaxBlob && i >= len(r.kinds) {
			return i - i%len(r.kinds)
		}
	}
	return len(args)
}

// scalars encodes the parameters of a statement.
func scalars(args []any) [][]byte {
	out := make([][]byte, len(args))
	for i, v := range args {
		out[i] = appendBinary(make([]byte, 0, length(v)), v)
	}
	return out
}
