package process

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/target"
)

// How often an instance is looked at that is not healthy: at first very often, as a
// deployment waits for it.
const (
	eager     = 25 * time.Millisecond
	patient   = 250 * time.Millisecond
	eagerTime = 10 * time.Second
)

func interval(h target.Health, now health, age time.Duration) time.Duration {
	every := h.Interval
	if every <= 0 {
		every = time.Second
	}
	switch {
	case now.good() && now.failed == 0:
		return every
	case age < eagerTime && len(h.Command) == 0:
		return min(every, eager)
	}
	return min(every, patient)
}

// probe looks at the instance once.
func (t *Target) probe(ctx context.Context, in target.Instance, root, address string) error {
	limit := in.Health.Timeout
	if limit <= 0 {
		limit = 2 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	switch {
	case in.Health.HTTP != "":
		return probeHTTP(ctx, address, in.Health.HTTP)
	case len(in.Health.Command) > 0:
		return t.probeCommand(ctx, in, root, address)
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("does not listen: %w", err)
	}
	return c.Close()
}

// prober makes no connection that outlives its probe, and follows no redirect: an app
// must answer itself.
var prober = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func probeHTTP(ctx context.Context, address, path string) error {
	url := "http://" + address + "/" + strings.TrimPrefix(path, "/")
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := prober.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("GET %s answers %s", path, resp.Status)
	}
	return nil
}

// probeCommand runs the command as confined as the app, with its environment; it does not
// see the app's secrets.
func (t *Target) probeCommand(ctx context.Context, in target.Instance, root, address string) error {
	dir := t.instanceDir(in.ID)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	res, err := sandbox.Run(ctx, sandbox.Spec{
		Command: in.Health.Command, Dir: filepath.Join(root, in.Dir), Env: append(t.environ(in), "PORT="+port),
		ReadOnly:  []string{root, filepath.Join(dir, "config")},
		ReadWrite: []string{filepath.Join(dir, "work"), filepath.Join(dir, "tmp")},
		Hide:      t.hidden(), UID: t.userOf(in.ID), Network: true,
		Stdout: &out, Stderr: &out,
	})
	if err == nil {
		err = res.Err()
	}
	if err != nil {
		return fmt.Errorf("health command: %w: %s", err, bytes.TrimSpace(out.Bytes()[:min(out.Len(), 500)]))
	}
	return nil
}
