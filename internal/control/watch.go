package control

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/chaos"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/load"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

// Watch brings what happens after a position, until ctx ends. After a negative position it
// begins with what comes next.
func (c *Control) Watch(ctx context.Context, after int64, f func(model.Happening) error) error {
	if _, err := c.sees(ctx); err != nil {
		return err
	}
	if after < 0 {
		head, err := c.Journal.Head(ctx)
		if err != nil {
			return err
		}
		after = head
	}
	for {
		entries, err := c.Engine.Journal(ctx, after, store.JournalFilter{Limit: 500})
		if err != nil {
			return err
		}
		see, err := c.sees(ctx) // again: rights may be taken while one watches
		if err != nil {
			return err
		}
		var names subjects
		if !see.everything {
			names = c.subjects(ctx)
		}
		for _, e := range entries {
			after = e.Seq
			if !see.machine(e.Machine, names) {
				continue
			}
			if err := f(c.happening(ctx, e)); err != nil {
				return err
			}
		}
		if len(entries) == 0 {
			if _, err := c.Engine.Await(ctx, after); err != nil {
				return err
			}
		}
	}
}

// happening puts an entry into one line for a person. What a machine is now is told, not what
// it was at the entry.
func (c *Control) happening(ctx context.Context, e store.Entry) model.Happening {
	h := model.Happening{Position: e.Seq, At: e.At, Actor: e.Actor.String(), Machine: e.Machine, Type: e.Type}
	kind, name, _ := strings.Cut(e.Machine, "/")
	switch kind {
	case "deploy":
		if s, _, err := engine.Load[deploy.State](ctx, c.Engine, e.Machine); err == nil {
			st := s.Status()
			h.Status, h.Text = st.Word, name+": "+st.Text
		}
	case "deployment":
		if d, _, err := engine.Load[deploy.Ended](ctx, c.Engine, e.Machine); err == nil {
			h.Status, h.Text = string(d.Outcome), endText(d)
		}
	case "release":
		if s, _, err := engine.Load[release.State](ctx, c.Engine, e.Machine); err == nil {
			h.Status, h.Text = string(s.Status), releaseText(s)
		}
	case "chaos":
		if s, _, err := engine.Load[chaos.State](ctx, c.Engine, e.Machine); err == nil {
			sum := chaos.Machine{}.Summary(s)
			h.Status, h.Text = sum.Status, name+": "+sum.Title
		}
	case "load":
		if s, _, err := engine.Load[load.State](ctx, c.Engine, e.Machine); err == nil {
			sum := load.Machine{}.Summary(s)
			h.Status, h.Text = sum.Status, name+": "+sum.Title
		}
	case "source":
		if s, _, err := engine.Load[config.SourceState](ctx, c.Engine, e.Machine); err == nil {
			h.Text = sourceText(name, s)
		}
	}
	if h.Text == "" {
		h.Text = e.Type + " " + e.Machine
	}
	return h
}

func endText(d deploy.Ended) string {
	text := fmt.Sprintf("%s/%s: deployment of %s is %s", d.Service, d.Environment, d.Release, d.Outcome)
	if d.Reason != "" {
		text += ": " + d.Reason
	}
	return text
}

func releaseText(s release.State) string {
	text := fmt.Sprintf("%s: release %s is %s", s.Service, s.ID, s.Status)
	switch {
	case s.Error != "":
		return text + ": " + s.Error
	case len(s.Problems) > 0:
		env := slices.Sorted(maps.Keys(s.Problems))[0]
		return text + ", and does not go into " + env + ": " + s.Problems[env]
	case s.Subject != "":
		return fmt.Sprintf("%s (%s)", text, s.Subject)
	}
	return text
}

func sourceText(name string, s config.SourceState) string {
	switch problem := s.Problem(); {
	case s.Removed:
		return "source " + name + " is watched no longer"
	case problem != "":
		return "source " + name + ": " + problem
	case s.Head != "":
		return fmt.Sprintf("source %s is at commit %.7s", name, s.Head)
	}
	return ""
}
