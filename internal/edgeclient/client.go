// Package edgeclient talks to the edge over its admin socket, and starts one if none is
// there. See internal/wire/edgewire for the words.
package edgeclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/wire/edgewire"
)

// Client asks the edge that answers on a socket, whichever process that is just now. It
// may be used by many at once.
type Client struct {
	socket string
	http   http.Client
}

// New makes a client of the edge at a unix socket. It does not connect yet.
func New(socket string) *Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}
	// A kept connection would be to an edge that may be replaced meanwhile.
	return &Client{socket: socket, http: http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// Hello asks who is there. It fails with fault.Unavailable if nobody is, and with
// fault.Refused if it speaks no version that this program understands.
func (c *Client) Hello(ctx context.Context) (edgewire.Hello, error) {
	var h edgewire.Hello
	if err := c.call(ctx, http.MethodGet, "/v1/hello", nil, &h); err != nil {
		return h, err
	}
	return h, compatible(h)
}

func compatible(h edgewire.Hello) error {
	if h.MinVersion > edgewire.Version {
		return fault.New(fault.Refused, "the edge (build %s) speaks versions %d to %d, this program only up to %d", h.Build, h.MinVersion, h.Version, edgewire.Version).
			WithHint("upgrade this program")
	}
	if h.Version < edgewire.MinVersion {
		return fault.New(fault.Refused, "the edge (build %s) speaks versions %d to %d, this program only from %d on", h.Build, h.MinVersion, h.Version, edgewire.MinVersion).
			WithHint("replace the edge with a newer build")
	}
	return nil
}

// Apply makes the edge route by a table; it is kept on disk when Apply returns. A wrong
// table is fault.Invalid, an older one than the edge has fault.Refused.
func (c *Client) Apply(ctx context.Context, t edgewire.Table) error {
	return c.call(ctx, http.MethodPut, "/v1/table", t, nil)
}

// Table gives the table by which the edge routes.
func (c *Client) Table(ctx context.Context) (edgewire.Table, error) {
	var t edgewire.Table
	err := c.call(ctx, http.MethodGet, "/v1/table", nil, &t)
	return t, err
}

// Counters gives what was counted by this edge and those that it replaced.
func (c *Client) Counters(ctx context.Context) (edgewire.Counters, error) {
	var all edgewire.Counters
	err := c.call(ctx, http.MethodGet, "/v1/counters", nil, &all)
	return all, err
}

// Drained waits, at most the given time, until an instance that is no longer in the table
// has no request in flight, and says how it is then.
func (c *Client) Drained(ctx context.Context, instance string, wait time.Duration) (edgewire.Drained, error) {
	until := time.Now().Add(wait)
	for {
		var d edgewire.Drained
		left := max(0, time.Until(until))
		query := url.Values{"instance": {instance}, "wait": {left.String()}}
		err := c.call(ctx, http.MethodGet, "/v1/drained?"+query.Encode(), nil, &d)
		if err != nil || !d.Routed && d.InFlight == 0 || time.Now().After(until) {
			return d, err
		}
	}
}

// Replace makes the edge start a program (an absolute path) in its place and hand its
// listeners over. args are the successor's; none: the same as the running edge's. If it
// fails, the running edge goes on.
func (c *Client) Replace(ctx context.Context, binary string, args ...string) (edgewire.Replaced, error) {
	var r edgewire.Replaced
	err := c.call(ctx, http.MethodPost, "/v1/replace", edgewire.Replace{Binary: binary, Args: args}, &r)
	return r, err
}

// again is how long a call waits before it asks the successor of an edge that was
// replaced meanwhile.
const again = 10 * time.Millisecond

// call asks, and asks the successor if the edge is replaced in the middle.
func (c *Client) call(ctx context.Context, method, path string, body, answer any) error {
	var content []byte
	if body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return err
		}
	}
	for {
		replaced, err := c.once(ctx, method, path, content, answer)
		if !replaced {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(again):
		}
	}
}

func (c *Client) once(ctx context.Context, method, path string, content []byte, answer any) (replaced bool, err error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://edge"+path, bytes.NewReader(content))
	if err != nil {
		return false, err
	}
	res, err := c.http.Do(r)
	if err != nil {
		broke := errors.Is(err, io.EOF) || errors.Is(err, syscall.ECONNRESET)
		return broke && method != http.MethodPost, c.unreachable(ctx, err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusOK {
		if answer == nil {
			return false, nil
		}
		return false, json.NewDecoder(res.Body).Decode(answer)
	}
	var f edgewire.Fault
	if err := json.NewDecoder(res.Body).Decode(&f); err != nil {
		return false, fault.New(fault.Internal, "the edge answered %s", res.Status).Because(err)
	}
	return res.Header.Get(edgewire.Header) == edgewire.WasReplaced, &fault.Error{Code: fault.Code(f.Code), Text: f.Text, Hint: f.Hint}
}

func (c *Client) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	f := fault.New(fault.Unavailable, "no edge answers on %s", c.socket).Because(err)
	if absent(err) {
		return f.WithHint("start it with `slipway up`, or `slipway edge`")
	}
	return f
}

// absent says whether an error means that no edge is there at all.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED)
}
