package loadgen

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// client sends one request after the other on one connection.
type client struct {
	load  *Load
	index int
	begin time.Time
	conn  net.Conn
	read  *bufio.Reader
}

const keepBody = 64 << 10

func (c *client) run(ctx context.Context) {
	defer c.close()
	o := c.load.options
	for n := uint64(c.index); ctx.Err() == nil; n += uint64(o.Clients) {
		due := time.Now()
		if o.Rate > 0 {
			// Time counts from when the request was due: one that had to wait for
			// another was slow, too.
			due = c.begin.Add(time.Duration(float64(n) / o.Rate * float64(time.Second)))
			if !wait(ctx, time.Until(due)) {
				return
			}
		}
		a := Answer{Request: o.Next(n), Sent: time.Now()}
		c.exchange(&a)
		a.Took = time.Since(due)
		c.load.record(a)
		if a.Err != nil && !wait(ctx, time.Millisecond) { // a closed port must not be asked a million times a second
			return
		}
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (c *client) exchange(a *Answer) {
	closing, err := c.try(a)
	if err != nil || closing {
		c.close()
	}
	a.Err = err
}

// try sends and reads. closing: the server ends the connection after this answer.
func (c *client) try(a *Answer) (closing bool, err error) {
	if err := c.connect(); err != nil {
		return false, fmt.Errorf("connect: %w", err)
	}
	if err := c.conn.SetDeadline(time.Now().Add(c.load.options.Timeout)); err != nil {
		return false, err
	}
	r, err := c.request(a.Request)
	if err != nil {
		return false, err
	}
	if err := r.Write(c.conn); err != nil {
		return false, fmt.Errorf("send: %w", bare(err))
	}
	res, err := http.ReadResponse(c.read, r)
	if err != nil {
		return false, fmt.Errorf("no answer: %w", bare(err))
	}
	defer res.Body.Close()
	a.Status, a.Header = res.StatusCode, res.Header
	a.Body, err = io.ReadAll(io.LimitReader(res.Body, keepBody))
	if err == nil {
		_, err = io.Copy(io.Discard, res.Body)
	}
	if err != nil {
		return false, fmt.Errorf("answer cut: %w", bare(err))
	}
	return res.Close, nil
}

func (c *client) request(q Request) (*http.Request, error) {
	r, err := http.NewRequest(q.Method, "http://"+c.load.options.Address+q.Path, bytes.NewReader(q.Body))
	if err != nil {
		return nil, err
	}
	if q.Host != "" {
		r.Host = q.Host
	}
	if q.Header != nil {
		r.Header = q.Header
	}
	return r, nil
}

// bare leaves out ports, so that failures of one kind are counted as one.
func bare(err error) error {
	if op := (*net.OpError)(nil); errors.As(err, &op) {
		return op.Err
	}
	return err
}

func (c *client) connect() error {
	if c.conn != nil {
		return nil
	}
	conn, err := net.DialTimeout("tcp", c.load.options.Address, c.load.options.Timeout)
	if err != nil {
		return bare(err)
	}
	c.conn, c.read = conn, bufio.NewReader(conn)
	return nil
}

func (c *client) close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}
