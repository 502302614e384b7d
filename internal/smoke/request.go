package smoke

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"slipway.dev/internal/core/config"
)

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
	took   time.Duration // until the whole body was there
}

func (c *Checker) request(ctx context.Context, on Instance, check config.HTTPCheck) error {
	got, err := c.send(ctx, on, check)
	if err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return fmt.Errorf("%s %s: %w", method(check), check.Path, err)
	}
	if err := meets(ctx, check.Expect, got); err != nil {
		return fmt.Errorf("%s %s %w", method(check), check.Path, err)
	}
	return nil
}

func (c *Checker) send(ctx context.Context, on Instance, check config.HTTPCheck) (answer, error) {
	if !strings.HasPrefix(check.Path, "/") {
		return answer{}, fmt.Errorf("the path must begin with a slash")
	}
	r, err := http.NewRequestWithContext(ctx, method(check), "http://"+on.Address+check.Path, strings.NewReader(check.Body))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("User-Agent", "slipway-smoke")
	for name, value := range check.Headers {
		r.Header.Set(name, value)
		if strings.EqualFold(name, "Host") {
			r.Host = value
		}
	}
	start := time.Now()
	resp, err := c.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxBody+1))
	if err != nil {
		return answer{}, fmt.Errorf("the answer broke off: %w", err)
	}
	if len(body) > maxBody {
		return answer{}, fmt.Errorf("the answer is over %d bytes", maxBody)
	}
	return answer{status: resp.StatusCode, header: resp.Header, body: body, took: time.Since(start)}, nil
}

func method(check config.HTTPCheck) string {
	if check.Method == "" {
		return http.MethodGet
	}
	return check.Method
}
