package process

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/wire/shimwire"
)

// client speaks with the shim of one instance.
type client struct {
	http *http.Client
}

func newClient(dir string) *client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		// By way of the directory's descriptor, as the path of a socket has at most 107 bytes.
		d, err := os.Open(dir)
		if err != nil {
			return nil, err
		}
		defer d.Close()
		var nd net.Dialer
		return nd.DialContext(ctx, "unix", filepath.Join(fmt.Sprintf("/proc/self/fd/%d", d.Fd()), shimwire.SocketFile))
	}
	return &client{&http.Client{Transport: &http.Transport{DialContext: dial, MaxIdleConns: 1}}}
}

func (c *client) close() { c.http.CloseIdleConnections() }

func (c *client) hello(ctx context.Context) (shimwire.Status, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return c.do(ctx, http.MethodGet, "/v1/hello", nil)
}

// watch waits for a status newer than after.
func (c *client) watch(ctx context.Context, after int64) (shimwire.Status, error) {
	const wait = 20 * time.Second
	ctx, cancel := context.WithTimeout(ctx, wait+10*time.Second)
	defer cancel()
	return c.do(ctx, http.MethodGet, fmt.Sprintf("/v1/watch?after=%d&wait=%s", after, wait), nil)
}

// stop ends the app and its shim; it returns when nothing of the app is left.
func (c *client) stop(ctx context.Context, req shimwire.StopRequest) error {
	_, err := c.do(ctx, http.MethodPost, "/v1/stop", req)
	return err
}

func (c *client) do(ctx context.Context, method, path string, body any) (shimwire.Status, error) {
	var s shimwire.Status
	raw, err := json.Marshal(body)
	if err != nil {
		return s, err
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://shim"+path, bytes.NewReader(raw))
	if err != nil {
		return s, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return s, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusConflict {
		return s, fmt.Errorf("the shim answers %s", resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil {
		return s, fmt.Errorf("answer of the shim: %w", err)
	}
	switch {
	case resp.StatusCode == http.StatusConflict:
		return s, fault.New(fault.Refused, "the shim of %s obeys a newer leader (epoch %d)", s.ID, s.Epoch)
	case s.MinVersion > shimwire.Version || s.Version < shimwire.MinVersion:
		return s, fault.New(fault.Refused, "the shim of %s speaks versions %d to %d, this program %d to %d",
			s.ID, s.MinVersion, s.Version, shimwire.MinVersion, shimwire.Version)
	}
	return s, nil
}
