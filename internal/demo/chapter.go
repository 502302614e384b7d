package demo

import (
	"context"
	"strings"

	"slipway.dev/internal/core/fault"
)

// chapter is a story that the demo tells.
type chapter struct {
	name string
	open func(context.Context, *stage) error // until a person may take over
	play func(context.Context, *stage) error // goes on without a person, and fails if something goes otherwise than told
	keys []key                               // goes on with one
}

// key is something that a person can have done.
type key struct {
	letter byte
	does   string // for the line at the bottom
	alone  bool   // only one such thing at a time
	do     func(context.Context, *stage) error
}

// chapters gives all there are; the first is told unless another is asked for.
func chapters() []chapter { return []chapter{first()} }

func find(name string) (chapter, error) {
	var names []string
	for _, c := range chapters() {
		if name == "" || name == c.name {
			return c, nil
		}
		names = append(names, c.name)
	}
	return chapter{}, fault.New(fault.NotFound, "the demo has no chapter %q", name).WithHint("there is: %s", strings.Join(names, ", "))
}
