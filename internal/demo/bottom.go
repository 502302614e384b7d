package demo

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"slipway.dev/client"
	"slipway.dev/client/model"
)

// board is what runs, as it was last seen.
type board struct {
	mu    sync.Mutex
	lanes []model.Lane
	gates []model.Gate // of what waits

	counted time.Time // when the requests were last counted
	before  uint64
	perSec  float64
}

// keep looks again and again until ctx ends; at gates, too, where there are some.
func (b *board) keep(ctx context.Context, c *client.Client, gated bool) {
	for ctx.Err() == nil {
		lanes, err := c.Lanes(ctx)
		var gates []model.Gate
		if err == nil && gated {
			gates, err = c.Gates(ctx)
		}
		if err == nil {
			b.mu.Lock()
			b.lanes, b.gates = lanes, gates
			b.mu.Unlock()
		}
		select {
		case <-ctx.Done():
		case <-time.After(drawEvery):
		}
	}
}

// bottom is the lines at the bottom: what runs; traffic; keys.
func (l *live) bottom() []string {
	l.board.mu.Lock()
	defer l.board.mu.Unlock()
	t := l.crowd.traffic()
	l.board.count(t.Requests)
	traffic := "no users yet"
	if t.Requests > 0 {
		traffic = fmt.Sprintf("%.0f requests/s, %d failed, %d app errors", l.board.perSec, t.Failed, t.AppErrors)
	}
	if len(l.chapter.environments) > 1 {
		return []string{l.board.environments(l.chapter.environments), traffic, l.help()}
	}
	return []string{l.board.services(l.screen.width()), traffic + "  |  " + l.help()}
}

// help names the keys.
func (l *live) help() string {
	var parts []string
	for _, k := range l.chapter.keys {
		parts = append(parts, fmt.Sprintf("%c %s", k.letter, k.does))
	}
	return strings.Join(append(parts, "q quit"), ", ")
}

// count takes the requests per second, over a second or so.
func (b *board) count(requests uint64) {
	now := time.Now()
	if age := now.Sub(b.counted); age >= time.Second {
		if !b.counted.IsZero() {
			b.perSec = float64(requests-b.before) / age.Seconds()
		}
		b.counted, b.before = now, requests
	}
}

// services says what runs; where the terminal is narrow, only of services on the move.
func (b *board) services(width int) string {
	if len(b.lanes) == 0 {
		return "nothing runs yet"
	}
	var all, short []string
	for _, l := range b.lanes {
		text := l.Service + " " + phaseWord(l)
		all = append(all, text)
		if l.Active == nil && l.Pending == nil {
			text = l.Service
		}
		short = append(short, text)
	}
	if text := strings.Join(all, "  "); len(text) < width {
		return text
	}
	return strings.Join(short, "  ")
}

// environments says what runs in each environment, and what waits at its door.
func (b *board) environments(names []string) string {
	var all []string
	for _, name := range names {
		text := name + " -"
		for _, l := range b.lanes {
			if l.Environment == name && (l.Current != nil || l.Active != nil) {
				text = name + " " + phaseWord(l)
			}
		}
		for _, g := range b.gates {
			if g.Environment == name {
				text += fmt.Sprintf(" < %.4s waits: %s", g.Release, strings.Join(lacks(g), ", "))
			}
		}
		all = append(all, text)
	}
	return strings.Join(all, "   ")
}

// lacks names the conditions that keep a door shut.
func lacks(g model.Gate) []string {
	var names []string
	for _, c := range g.Conditions {
		if missing(c) {
			names = append(names, c.Name)
		}
	}
	return names
}

// phaseWord is how a service stands, in a word or two.
func phaseWord(l model.Lane) string {
	switch {
	case l.Active != nil && l.Active.Weight > 0 && l.Active.Weight < 100:
		return fmt.Sprintf("%.4s %s %d%%", l.Active.Release, l.Active.Outcome, l.Active.Weight)
	case l.Active != nil:
		return fmt.Sprintf("%.4s %s", l.Active.Release, l.Active.Outcome)
	case l.Pending != nil && l.Pending.Status == "building":
		return fmt.Sprintf("%.4s building", l.Pending.ID)
	case l.Current != nil:
		return fmt.Sprintf("%.4s", l.Current.Release)
	}
	return l.Status
}
