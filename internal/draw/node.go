package draw

import (
	"strconv"
	"strings"

	"slipway.dev/internal/core/layout"
	"slipway.dev/internal/core/workflow/shape"
)

// node draws a node, and what is inside of it.
func (p *picture) node(n *shape.Node, at layout.Box, depth int) {
	if n.Kind != shape.Task && n.Kind != shape.Catch {
		p.mark(n, at)
		return
	}
	look := faceOf(n)
	state, has := p.states[n.ID]
	class := "node"
	if has && state.Status == Skipped {
		class = "node faint"
	}
	p.tag(`<g class="%s" data-pointer="`, class)
	p.text(n.ID)
	p.tag(`"><title>`)
	p.text(p.hint(n))
	p.tag("</title>")
	p.card(n, at, depth, state)
	p.tag(`<g data-tone="%s"><rect class="tile" x="%d" y="%d" width="34" height="34" rx="8"/>`, look.tone, at.X+above, at.Y+above)
	p.icon(look.icon, at.X+above+8, at.Y+above+8, 18, "icon")
	p.tag("</g>")
	p.words(n, at)
	if n.Inside != nil {
		p.graph(n.Inside, at.Inside, depth+1)
	}
	if has {
		p.state(state, at)
	}
	p.tag("</g>\n")
}

// hint is all that is to be said of a node.
func (p *picture) hint(n *shape.Node) string {
	said := []string{string(n.Task.Kind) + " " + n.Name}
	if n.Kind == shape.Catch {
		said[0] = "catch of " + n.Task.Name
	}
	if n.Text != "" {
		said = append(said, n.Text)
	}
	said = append(said, n.Notes...)
	if state, ok := p.states[n.ID]; ok {
		said = append(said, state.words())
	}
	return strings.Join(said, " — ")
}

// card draws the frame of a node.
func (p *picture) card(n *shape.Node, at layout.Box, depth int, state State) {
	class := "card"
	if n.Inside != nil && depth%2 == 1 {
		class += " odd"
	}
	if n.Kind == shape.Catch {
		class += " catch"
	}
	tone := looks[state.Status].tone
	if tone != "" {
		p.tag(`<g class="has" data-tone="%s">`, tone)
	}
	p.tag(`<rect class="%s" x="%d" y="%d" width="%d" height="%d" rx="10"/>`, class, at.X, at.Y, at.W, at.H)
	if tone != "" {
		p.tag("</g>")
	}
}

// words writes the name of a node, what it does, and its notes, cut to the room there is.
func (p *picture) words(n *shape.Node, at layout.Box) {
	room := at.W - beside - margin
	y := at.Y + above + 14
	if n.Text == "" && len(n.Notes) == 0 {
		y += 8
	}
	p.write(at.X+beside, y, "n", naming.cut(n.Name, room))
	if n.Text != "" {
		y += lineText
		p.write(at.X+beside, y, "s", saying.cut(brief(n.Text), room))
	}
	for _, note := range n.Notes {
		y += lineNote
		p.write(at.X+beside, y, "t", noting.cut(note, room))
	}
}

// mark draws a node that is no task: where a list begins and ends, and where branches meet.
func (p *picture) mark(n *shape.Node, at layout.Box) {
	if at.W == 0 {
		return // of a fork whose branches are packed
	}
	if word := wordOf(n); word != "" {
		p.tag(`<g><rect class="card" x="%d" y="%d" width="%d" height="%d" rx="12"/>`, at.X, at.Y, at.W, at.H)
		p.tag(`<text x="%d" y="%d" text-anchor="middle" class="t">`, at.X+at.W/2, at.Y+16)
		p.text(word)
		p.tag("</text></g>")
		return
	}
	switch n.Kind {
	case shape.Split, shape.Join:
		p.tag(`<rect class="bar" x="%d" y="%d" width="%d" height="%d" rx="3"/>`, at.X, at.Y, at.W, at.H)
	case shape.Start:
		p.tag(`<circle class="full" cx="%d" cy="%d" r="5"/>`, at.X+6, at.Y+6)
	default:
		p.tag(`<circle class="dot" cx="%d" cy="%d" r="5"/><circle class="full" cx="%d" cy="%d" r="2"/>`, at.X+6, at.Y+6, at.X+6, at.Y+6)
	}
}

func (p *picture) icon(name string, x, y, size int, class string) {
	p.tag(`<path class="%s" transform="translate(%d %d) scale(%s)" d="%s"/>`, class, x, y, strconv.FormatFloat(float64(size)/16, 'g', 4, 64), icons[name])
}

// state draws how a task stands, on the corner of its card.
func (p *picture) state(s State, at layout.Box) {
	look, ok := looks[s.Status]
	if !ok {
		return
	}
	x, y := at.X+at.W-4, at.Y+3
	p.tag(`<g class="state" data-tone="%s">`, look.tone)
	if s.Turns > 1 {
		times := "×" + strconv.Itoa(s.Turns)
		w := marking.width(times) + 14
		p.tag(`<rect class="mark" x="%d" y="%d" width="%d" height="20" rx="10"/>`, x-w, y-10, w+10)
		p.write(x-w+8, y+4, "m on", times)
	} else {
		p.tag(`<circle class="mark" cx="%d" cy="%d" r="10"/>`, x, y)
	}
	p.icon(look.icon, x-6, y-6, 12, "icon on")
	p.tag("</g>")
}
