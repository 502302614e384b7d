package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
)

// maxLine bounds one line of a stream, in bytes.
const maxLine = 4 << 20

// stream reads an answer of JSON lines, one T each, until it ends or f gives an error.
// Empty lines keep the connection alive. A line with only an "error" ends it.
func stream[T any](ctx context.Context, c *Client, target string, f func(T) error) error {
	r, err := c.send(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	lines := bufio.NewScanner(r.Body)
	lines.Buffer(make([]byte, 64<<10), maxLine)
	for lines.Scan() {
		line := lines.Bytes()
		if len(line) == 0 {
			continue
		}
		if p := ending(line); p != nil {
			return p.err(r.StatusCode)
		}
		var t T
		if err := json.Unmarshal(line, &t); err != nil {
			return c.broken(ctx, err)
		}
		if err := f(t); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return c.broken(ctx, err)
	}
	return ctx.Err()
}

// ending gives the problem that ends a stream, or nil for an ordinary line.
func ending(line []byte) *problem {
	if !bytes.HasPrefix(line, []byte(`{"error":`)) {
		return nil
	}
	var end struct{ Error *problem }
	if json.Unmarshal(line, &end) != nil {
		return nil
	}
	return end.Error
}
