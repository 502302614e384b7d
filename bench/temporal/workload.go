package main

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

const (
	queue = "bench"
	pairs = 5 // of `set` and `call` in a workflow
)

// order is the input of a workflow.
type order struct {
	Order    string            `json:"order"`
	Seats    []string          `json:"seats"`
	Customer map[string]string `json:"customer"`
}

var someOrder = order{"A-1234567", []string{"12A", "12B"}, map[string]string{"name": "Ada", "language": "en"}}

// turn is what `set` makes.
type turn struct {
	Turn  int    `json:"turn"`
	Order string `json:"order"`
}

// request is the argument of `call`.
type request struct {
	Name  string            `json:"name"`
	Match map[string]string `json:"match"`
}

type answer struct {
	Value int   `json:"value"`
	Rows  []any `json:"rows"`
}

// steps counts the activities whose outcome came back to a workflow, which it does when it is in
// the history.
type steps struct{ n atomic.Int64 }

// InTurn is the workflow: it sets and calls so many times, one after the other.
func (s *steps) InTurn(ctx workflow.Context, in order, pairs int) (int, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	value := 0
	for i := range pairs {
		set := turn{i, in.Order}
		var got answer
		call := request{"requests", map[string]string{"turn": strconv.Itoa(set.Turn)}}
		if err := workflow.ExecuteActivity(ctx, Metric, call).Get(ctx, &got); err != nil {
			return 0, err
		}
		if !workflow.IsReplaying(ctx) {
			s.n.Add(1)
		}
		value = got.Value
	}
	return value, nil
}

// Metric is the activity: it answers at once.
func Metric(context.Context, request) (answer, error) { return answer{Value: 42, Rows: []any{}}, nil }

// connect gives a client and a worker that is started.
func connect(address string, s *steps, tuned bool) (client.Client, worker.Worker, error) {
	c, err := client.Dial(client.Options{
		HostPort: address, Namespace: namespace,
		Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)), // as the server's
	})
	if err != nil {
		return nil, nil, fmt.Errorf("connecting to the server: %w", err)
	}
	var options worker.Options
	if tuned {
		options.MaxConcurrentWorkflowTaskPollers = 16
		options.MaxConcurrentActivityTaskPollers = 16
	}
	w := worker.New(c, queue, options)
	w.RegisterWorkflow(s.InTurn)
	w.RegisterActivity(Metric)
	if err := w.Start(); err != nil {
		c.Close()
		return nil, nil, fmt.Errorf("starting the worker: %w", err)
	}
	return c, w, nil
}
