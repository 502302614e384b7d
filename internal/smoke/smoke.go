// Package smoke runs smoke checks against an instance: HTTP requests with expectations on
// their answers, or commands. It decides nothing; a check that cannot be run has failed.
package smoke

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"slipway.dev/internal/core/config"
)

const (
	defaultTimeout = 5 * time.Second
	maxBody        = 1 << 20 // bytes of an answer that are looked at; more is a failure
)

// Instance is what is checked.
type Instance struct {
	ID      string
	Address string // host:port
}

// Runner runs a command in the root of the artifact of what is checked, confined as the
// service itself is, with env ("NAME=value") added. An error says that it did not exit
// with 0; output is what it wrote, for a person.
type Runner func(ctx context.Context, command, env []string) (output []byte, err error)

// Checker runs checks. It may be used by several goroutines.
type Checker struct {
	command Runner
	http    *http.Client
}

// New makes a Checker that runs commands with run. With nil, checks that are commands fail.
func New(run Runner) *Checker {
	return &Checker{command: run, http: &http.Client{
		// Each check stands alone: no connection, proxy, cookie or redirect of another's.
		Transport:     &http.Transport{DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Run runs the checks one after the other and gives the error of the first that fails; it
// names check, instance and what was expected. The error wraps ctx's if ctx ended it.
func (c *Checker) Run(ctx context.Context, on Instance, checks []config.Check) error {
	for i, check := range checks {
		name := check.Name
		if name == "" {
			name = fmt.Sprintf("number %d", i+1)
		}
		if err := c.one(ctx, on, check); err != nil {
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			return fmt.Errorf("check %q on %s: %w", name, on.ID, err)
		}
	}
	return nil
}

func (c *Checker) one(ctx context.Context, on Instance, check config.Check) error {
	timeout := check.Timeout
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no outcome within %s", timeout))
	defer cancel()
	switch {
	case check.HTTP != nil && len(check.Command) > 0, check.HTTP == nil && len(check.Command) == 0:
		return fmt.Errorf("it must be either a request or a command")
	case check.HTTP != nil:
		return c.request(ctx, on, *check.HTTP)
	default:
		return c.run(ctx, on, check.Command)
	}
}

func (c *Checker) run(ctx context.Context, on Instance, command []string) error {
	if c.command == nil {
		return fmt.Errorf("commands cannot be run here")
	}
	output, err := c.command(ctx, command, []string{"URL=http://" + on.Address})
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if len(output) == 0 {
		return fmt.Errorf("%s: %w", command[0], err)
	}
	return fmt.Errorf("%s: %w; its output ends with %s", command[0], err, tail(output))
}
