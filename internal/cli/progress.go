package cli

import (
	"fmt"
	"io"
	"slices"
	"time"
	"unicode/utf8"

	"slipway.dev/client/model"
)

// progress shows a deployment's phases on standard error, each with the time it took. On a
// terminal the last line is redrawn; elsewhere a phase is a line when it begins.
type progress struct {
	w      io.Writer
	paint  func(color, text string) string
	live   bool
	width  int
	now    func() time.Time
	phase  string // that is shown
	detail string
	began  time.Time // of the phase
	start  time.Time
	drawn  bool // a line without its end is on the terminal
	titled bool
}

func (s *session) progress() *progress {
	return &progress{w: s.err, paint: s.paint(s.err), live: terminal(s.err), width: width(s.err), now: s.now, start: s.now()}
}

// show brings the display up to what the deployment is now.
func (p *progress) show(d model.Deployment) {
	if !p.titled {
		p.titled = true
		fmt.Fprintf(p.w, "%s in %s: release %s %s\n", clean(d.Service), clean(d.Environment), p.paint("bold", clean(d.Release)), clean(d.Subject))
	}
	detail := detailOf(d)
	if !p.live {
		if d.Outcome != p.phase || detail != p.detail {
			fmt.Fprintf(p.w, "%7s  %s\n", seconds(p.now().Sub(p.start).Seconds()), join(clean(d.Outcome), detail))
		}
		p.phase, p.detail = d.Outcome, detail
		return
	}
	if d.Outcome != p.phase {
		if p.phase != "" {
			p.draw()
			p.end()
		}
		p.phase, p.began = d.Outcome, p.now()
	}
	if slices.Contains(ends, d.Outcome) {
		return // it takes no time, and what is printed next says it
	}
	p.detail = detail
	p.draw()
}

// note shows something instead of the phase's detail.
func (p *progress) note(text string) {
	if p.live {
		p.detail = text
		p.draw()
	}
}

// draw writes the line of the phase over itself.
func (p *progress) draw() {
	phase := fmt.Sprintf("  %-12s", clean(p.phase))
	rest := fmt.Sprintf(" %6s  %s", seconds(p.now().Sub(p.began).Seconds()), p.detail)
	if room := p.width - utf8.RuneCountInString(phase) - 1; p.width > 0 {
		rest = cut(rest, max(room, 1))
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s%s", p.paint(statusColor(p.phase), phase), rest)
	p.drawn = true
}

// end leaves the line as it is and begins another.
func (p *progress) end() {
	if p.drawn {
		fmt.Fprintln(p.w)
		p.drawn = false
	}
}

// close ends the display.
func (p *progress) close() { p.end() }

// detailOf is what a phase is about: in the control plane's words, or else in figures.
func detailOf(d model.Deployment) string {
	if d.Reason != "" || d.Outcome != "shifting" && d.Outcome != "observing" {
		return clean(d.Reason)
	}
	text := fmt.Sprintf("%d%% of the requests", d.Weight)
	if d.Stages > 1 && d.Stage > 0 {
		text += fmt.Sprintf(", step %d of %d", d.Stage, d.Stages)
	}
	return text
}

func join(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + "  " + b
}
