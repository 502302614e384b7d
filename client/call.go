package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
	"time"
)

// path joins escaped parts: path("v1", "lanes", service, env).
func path(parts ...string) string {
	var b bytes.Buffer
	for _, p := range parts {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(p))
	}
	return b.String()
}

// with adds parameters to a path, without those whose value is "" or "0".
func with(path string, parameters map[string]string) string {
	v := url.Values{}
	for name, value := range parameters {
		if value != "" && value != "0" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// get reads the answer to a GET as a T.
func get[T any](ctx context.Context, c *Client, target string) (T, error) {
	return call[T](ctx, c, http.MethodGet, target, nil)
}

// call sends body as JSON (nil: none) and reads the answer as a T.
func call[T any](ctx context.Context, c *Client, method, target string, body any) (T, error) {
	var out T
	r, err := c.send(ctx, method, target, body)
	if err != nil {
		return out, err
	}
	defer r.Body.Close()
	if err := json.NewDecoder(r.Body).Decode(&out); err != nil {
		return out, c.broken(ctx, err)
	}
	return out, nil
}

// download copies the answer to a GET to w.
func (c *Client) download(ctx context.Context, target string, w io.Writer) error {
	r, err := c.send(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	if _, err := io.Copy(w, r.Body); err != nil {
		return c.broken(ctx, err)
	}
	return nil
}

// kinded is a body that is JSON with a name of its own.
type kinded interface{ contentType() string }

// send makes the request and gives a successful answer, whose body the caller closes.
func (c *Client) send(ctx context.Context, method, target string, body any) (*http.Response, error) {
	var raw []byte
	if body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return nil, invalid("the request does not encode: %v", err)
		}
	}
	kind := "application/json"
	if b, ok := body.(kinded); ok {
		kind = b.contentType()
	}
	giveUp := time.Now().Add(c.patience)
	for {
		r, err := c.try(ctx, method, target, kind, raw)
		if err == nil || method != http.MethodGet || !refused(err) || !time.Now().Before(giveUp) {
			return r, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (c *Client) try(ctx context.Context, method, target, kind string, raw []byte) (*http.Response, error) {
	q, err := http.NewRequestWithContext(ctx, method, c.base+target, bytes.NewReader(raw))
	if err != nil {
		return nil, invalid("the request cannot be made: %v", err)
	}
	q.Header.Set("User-Agent", "slipway-client")
	if raw != nil {
		q.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		q.Header.Set("Authorization", "Bearer "+c.token)
	}
	if position, ok := ctx.Value(awaitKey{}).(int64); ok && position > 0 {
		q.Header.Set("Slipway-Await", strconv.FormatInt(position, 10))
	}
	r, err := c.http.Do(q)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, c.unreachable(cause(err))
	}
	if r.StatusCode >= 300 {
		defer r.Body.Close()
		return nil, c.refusal(r)
	}
	return r, nil
}

// cause takes the method and URL off, which mean nothing to a person.
func cause(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// refused says that nothing listens: no request can have been taken.
func refused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOENT)
}

// broken says that an answer stopped or is no JSON.
func (c *Client) broken(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &Error{Code: "unavailable", Detail: fmt.Sprintf("the answer of %s broke off", c.place), Err: err,
		Hint: "the control plane may have been stopped; try again"}
}
