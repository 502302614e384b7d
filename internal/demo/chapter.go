package demo

import (
	"context"
	"strings"

	"slipway.dev/internal/core/fault"
)

// chapter is a story that the demo tells.
type chapter struct {
	name         string
	platform     string                              // folder of the shop's repository with the platform's manifests
	environments []string                            // in their order; the shop's users are in the last
	rate         int                                 // requests per second of all users
	judged       []string                            // services whose releases go in by evidence
	open         func(context.Context, *stage) error // until a person may take over
	play         func(context.Context, *stage) error // goes on without a person, and fails if something goes otherwise than told
	keys         []key                               // goes on with one
	busy         string                              // to say if a key has to wait
	hint         string                              // what a person could try
}

// public is the environment that the shop's users are in.
func (c chapter) public() string { return c.environments[len(c.environments)-1] }

// tag names a lane in what is told of it, by that in which lanes differ.
func (c chapter) tag(service, environment string) string {
	if len(c.environments) > 1 {
		return environment
	}
	return service
}

// host is where an environment's services are reached.
func (c chapter) host(environment string) string {
	if environment == c.public() {
		return shopHost
	}
	return environment + "." + shopHost
}

// key is something that a person can have done.
type key struct {
	letter byte
	does   string // for the line at the bottom
	alone  bool   // only one such thing at a time
	do     func(context.Context, *stage) error
}

// chapters gives all there are; the first is told unless another is asked for.
func chapters() []chapter { return []chapter{first(), promote(), canary(), workflow()} }

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
