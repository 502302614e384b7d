package cli

import (
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/demo"
)

func newDemo(s *session) *cobra.Command {
	var o demo.Options
	var once, prepare bool
	cmd := &cobra.Command{
		Use: "demo", Short: "Show it all with a ticket shop and steady traffic",
		Long: `Demo starts a control plane of its own, makes a git repository of a ticket shop in five
services, brings it live, and sends users through the edge. It tells what happens. Then
it is yours: g ships a good release, b a bad one that is taken back by itself, r rolls
back, q quits with a summary. Nothing of it is left then, and nothing else is touched.

The chapter promote shows how a release gets on: it is in dev by itself, in staging by one
approval, in prod by two. The keys are four people; ada, who wrote the change, is refused.

The chapter canary shows releases that are judged by what they do to business flows: one
breaks a few orders and is taken back, one slows down what matters little and only warns.

The chapter workflow shows a runbook that is run while the control plane is killed under it.

With --once it plays by itself in about a minute and needs no terminal. With -o json it
prints one object then. It ends with exit code 7 if anything went otherwise than told.

Builds share a cache (--build-cache) with later demos. A cold one costs the first build
half a minute; --prepare fills it and ends.`,
		Example: `  slipway demo
  slipway demo --chapter promote
  slipway demo --chapter canary
  slipway demo --chapter workflow
  slipway demo --once -o json
  slipway demo --prepare`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if o.Program, err = os.Executable(); err != nil {
				return err
			}
			if o.Cache == "" {
				if o.Cache, err = demo.DefaultCache(); err != nil {
					return err
				}
			}
			switch {
			case prepare:
				return demo.Prepare(cmd.Context(), o.Cache)
			case once:
				return s.demoOnce(cmd, o)
			}
			return s.demoLive(cmd, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&once, "once", false, "play by itself and end")
	f.StringVar(&o.Chapter, "chapter", "", "chapter to show: first, promote, canary (default: first)")
	f.StringVar(&o.Cache, "build-cache", "", "directory of compilers' caches; default: in the user's cache directory")
	f.BoolVar(&prepare, "prepare", false, "fill the build cache and end")
	return cmd
}

// demoOnce shows a demo without a person.
func (s *session) demoOnce(cmd *cobra.Command, o demo.Options) error {
	r, err := demo.Once(cmd.Context(), o, s.err)
	if err != nil {
		return otherwise(cmd, err)
	}
	if err := s.print(r, func(w io.Writer) { r.Write(w) }); err != nil {
		return err
	}
	return otherwise(cmd, r.Check())
}

// demoLive shows a demo to a person.
func (s *session) demoLive(cmd *cobra.Command, o demo.Options) error {
	if s.output != "table" {
		return fault.New(fault.Invalid, "with -o %s the demo plays by itself", s.output).WithHint("slipway demo --once -o %s", s.output)
	}
	in, out := file(s.in), file(s.out)
	if !terminal(in) || !terminal(out) {
		return fault.New(fault.Invalid, "the demo needs a terminal: it is told on it, and takes your keys").
			WithHint("without one: slipway demo --once, or slipway demo --once -o json")
	}
	return otherwise(cmd, demo.Live(cmd.Context(), o, demo.Terminal{In: in, Out: out, Color: s.colored(out)}))
}

// otherwise makes what went otherwise than the demo tells an outcome.
func otherwise(cmd *cobra.Command, err error) error {
	var o *demo.Otherwise
	if cmd.Context().Err() == nil && errors.As(err, &o) {
		return badly("", "the demo went otherwise than told: %v", err)
	}
	return err
}
