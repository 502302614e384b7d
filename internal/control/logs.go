package control

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/target"
)

// Logs reads what instances and builds printed.
type Logs interface {
	Instance(ctx context.Context, id string, o target.LogOptions) (io.ReadCloser, error)
	Build(service, release string) (*os.File, error)
}

// Logs brings log lines, and with Follow goes on until ctx ends.
func (c *Control) Logs(ctx context.Context, q model.LogsQuery, f func(model.LogLine) error) error {
	if _, err := c.may(ctx, access.Read, c.scope(ctx, q.Service, q.Environment)); err != nil {
		return err
	}
	if q.Release != "" {
		return c.buildLog(ctx, q, f)
	}
	s, _, err := engine.Load[deploy.State](ctx, c.Engine, deploy.MachineID(q.Service, q.Environment))
	if err != nil {
		return c.noLane(ctx, q.Service, q.Environment, err)
	}
	ids, err := wanted(s, q)
	if err != nil {
		return err
	}
	return c.merge(ctx, ids, q, f)
}

// wanted are the instances whose logs are asked for.
func wanted(s deploy.State, q model.LogsQuery) ([]string, error) {
	var ids []string
	for _, in := range s.Instances() {
		ids = append(ids, in.ID)
	}
	if q.Instance == "" {
		return ids, nil
	}
	if !slices.Contains(ids, q.Instance) && !strings.HasPrefix(q.Instance, q.Service+"."+q.Environment+".") {
		return nil, fault.New(fault.NotFound, "%s has no instance %s in %s", q.Service, q.Instance, q.Environment).
			WithHint("those that run: %s", strings.Join(ids, " "))
	}
	return []string{q.Instance}, nil
}

// merge reads the logs of several instances at once and gives the lines as they come; with
// Follow also those of instances that come later.
func (c *Control) merge(ctx context.Context, ids []string, q model.LogsQuery, f func(model.LogLine) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	lines := make(chan model.LogLine)
	type end struct {
		id  string
		err error
	}
	ends := make(chan end)
	read := map[string]bool{} // by ID
	open := 0
	begin := func(ids []string, tail int) {
		for _, id := range ids {
			if read[id] {
				continue
			}
			read[id] = true
			open++
			go func() {
				err := c.instanceLog(ctx, id, target.LogOptions{Tail: tail, Follow: q.Follow}, lines)
				select {
				case ends <- end{id, err}:
				case <-ctx.Done():
				}
			}()
		}
	}
	begin(ids, q.Tail)
	var later chan []string // nil: none come later
	if q.Follow && q.Instance == "" {
		later = make(chan []string)
		go c.instancesSince(ctx, q, later)
	}
	for open > 0 || later != nil {
		select {
		case line := <-lines:
			if err := f(line); err != nil {
				return err
			}
		case ids := <-later:
			begin(ids, 0)
		case e := <-ends:
			open--
			if fault.Is(e.err, fault.NotFound) {
				delete(read, e.id) // it has not begun to write
			} else if e.err != nil && ctx.Err() == nil {
				return e.err
			}
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// instancesSince gives the instances of a lane whenever something has happened, until ctx ends.
func (c *Control) instancesSince(ctx context.Context, q model.LogsQuery, later chan<- []string) {
	for position := int64(0); ; {
		head, err := c.Engine.Await(ctx, position)
		if err != nil {
			return
		}
		position = head
		s, _, err := engine.Load[deploy.State](ctx, c.Engine, deploy.MachineID(q.Service, q.Environment))
		if err == nil {
			ids, _ := wanted(s, q) // refuses only a name, and there is none
			select {
			case later <- ids:
			case <-ctx.Done():
			}
		}
		if pause(ctx, followEvery) != nil {
			return
		}
	}
}

func (c *Control) instanceLog(ctx context.Context, id string, o target.LogOptions, lines chan<- model.LogLine) error {
	r, err := c.Deps.Logs.Instance(ctx, id, o)
	if err != nil {
		return err
	}
	defer r.Close()
	all := newLines(r)
	for {
		text, err := all.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		select {
		case lines <- logLine(id, text):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// logLine reads "time stream text".
func logLine(origin, text string) model.LogLine {
	line := model.LogLine{Origin: origin, Text: text}
	at, rest, _ := strings.Cut(text, " ")
	if t, err := time.Parse(time.RFC3339Nano, at); err == nil {
		line.At = t
		line.Stream, line.Text, _ = strings.Cut(rest, " ")
	}
	return line
}
