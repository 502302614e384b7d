package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

// awaitTime is how long a read waits for a position.
const awaitTime = 10 * time.Second

// Headers by which a read sees what a command before it wrote.
const (
	headerPosition = "Slipway-Position" // of an answer to a command
	headerAwait    = "Slipway-Await"    // of a read: not before this position is seen
)

// binding makes an operation answer with a handler.
type binding func(*door, huma.API, huma.Operation)

// none is the input of an operation that needs none.
type none struct{}

type reply[O any] struct{ Body O }

// one binds a handler that answers with one object.
func one[I, O any](f func(context.Context, *I) (O, error)) binding {
	return func(d *door, api huma.API, op huma.Operation) {
		huma.Register(api, op, func(ctx context.Context, in *I) (*reply[O], error) {
			out, err := f(ctx, in)
			if err != nil {
				return nil, d.problemOf(ctx, err)
			}
			return &reply[O]{out}, nil
		})
	}
}

// many binds a handler that answers with a list, which is never null.
func many[I, T any](f func(context.Context, *I) ([]T, error)) binding {
	return one(func(ctx context.Context, in *I) ([]T, error) {
		list, err := f(ctx, in)
		if list == nil {
			list = []T{}
		}
		return list, err
	})
}

type receipt struct {
	Position int64 `header:"Slipway-Position" doc:"Where in the journal it was written; send it as Slipway-Await to read it"`
	Body     model.Receipt
}

// command binds a handler that changes something and answers with where that was written.
func command[I any](f func(context.Context, *I) (model.Receipt, error)) binding {
	return func(d *door, api huma.API, op huma.Operation) {
		huma.Register(api, op, func(ctx context.Context, in *I) (*receipt, error) {
			out, err := f(ctx, in)
			if err != nil {
				return nil, d.problemOf(ctx, err)
			}
			return &receipt{out.Position, out}, nil
		})
	}
}

var awaitParam = &huma.Param{
	Name: headerAwait, In: "header", Schema: &huma.Schema{Type: "integer", Format: "int64"},
	Description: "Answer only once what was written at this position is seen.",
}

// awaited holds a read until it sees the position that its caller wrote.
func (d *door) awaited(hc huma.Context, next func(huma.Context)) {
	value := hc.Header(headerAwait)
	if value == "" {
		next(hc)
		return
	}
	_, w := humago.Unwrap(hc)
	position, err := strconv.ParseInt(value, 10, 64)
	if err != nil || position < 0 {
		newProblem(http.StatusBadRequest, headerAwait+" must be a position of the journal").write(w)
		return
	}
	ctx, cancel := context.WithTimeout(hc.Context(), awaitTime)
	defer cancel()
	if err := d.Await(ctx, position); err != nil {
		if ctx.Err() != nil {
			err = fault.New(fault.Unavailable, "position %d is not seen yet", position).
				WithHint("try again; if it stays so, the position is of another control plane")
		}
		d.problemOf(hc.Context(), err).write(w)
		return
	}
	next(hc)
}
