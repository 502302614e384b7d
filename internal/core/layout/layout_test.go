package layout_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/layout"
	"slipway.dev/internal/core/layout/layouttest"
)

var options = layout.Options{Gap: 24, Step: 40, Track: 10}

func TestChain(t *testing.T) {
	t.Parallel()
	g := layout.Graph{
		Boxes: []layout.Box{{W: 20, H: 20}, {W: 100, H: 50}, {W: 20, H: 20}},
		Lines: []layout.Line{{From: 0, To: 1}, {From: 1, To: 2}},
	}
	size := g.Arrange(options)
	want := layout.Graph{
		Boxes: []layout.Box{{X: 40, W: 20, H: 20}, {Y: 60, W: 100, H: 50}, {X: 40, Y: 150, W: 20, H: 20}},
		Lines: []layout.Line{
			{From: 0, To: 1, Points: []layout.Point{{X: 50, Y: 20}, {X: 50, Y: 60}}},
			{From: 1, To: 2, Points: []layout.Point{{X: 50, Y: 110}, {X: 50, Y: 150}}},
		},
	}
	if diff := cmp.Diff(want, g); diff != "" {
		t.Error(diff)
	}
	if size != (layout.Size{W: 100, H: 170}) {
		t.Errorf("size %v", size)
	}
}

// TestRandom arranges graphs of all sorts, and looks for overlaps and lost ends.
func TestRandom(t *testing.T) {
	t.Parallel()
	for seed := range uint64(400) {
		o := options
		o.Right = seed%2 == 1
		if seed%3 == 0 {
			o.Wrap, o.Tall = 160, 300
		}
		g := random(rand.New(rand.NewPCG(seed, 1)), 2+int(seed)/4, 2)
		size := g.Arrange(o)
		if wrong := layouttest.Check(g, o, size); len(wrong) > 0 {
			t.Fatalf("seed %d: %d things wrong, first %s", seed, len(wrong), wrong[0])
		}
		again := random(rand.New(rand.NewPCG(seed, 1)), 2+int(seed)/4, 2)
		again.Arrange(o)
		if diff := cmp.Diff(g, again); diff != "" {
			t.Fatalf("seed %d: not the same again: %s", seed, diff)
		}
	}
}

// TestTangled shows that lines which together are as long as the graph is big by itself are
// not led anywhere: up by twos, down by twos, and a line from each box to its neighbour.
func TestTangled(t *testing.T) {
	t.Parallel()
	const n = 3000
	g := &layout.Graph{Boxes: make([]layout.Box, n)}
	for i := range n {
		g.Boxes[i] = layout.Box{W: 100, H: 30}
		switch {
		case i%2 == 0 && i+2 < n:
			g.Lines = append(g.Lines, layout.Line{From: i, To: i + 2}, layout.Line{From: i, To: i + 1})
		case i%2 == 0:
			g.Lines = append(g.Lines, layout.Line{From: i, To: i + 1})
		case i > 1:
			g.Lines = append(g.Lines, layout.Line{From: i, To: i - 2})
		}
	}
	size := g.Arrange(options)
	if !g.Pack {
		t.Error("it was led")
	}
	for _, wrong := range layouttest.Check(g, options, size) {
		t.Error(wrong)
	}
}

// random makes a graph of mostly a chain, with branches, loops, labels, and boxes with graphs inside.
func random(r *rand.Rand, boxes, depth int) *layout.Graph {
	g := &layout.Graph{}
	for i := range boxes {
		b := layout.Box{W: 1 + r.IntN(200), H: 1 + r.IntN(90)}
		if depth > 0 && r.IntN(12) == 0 {
			b.Inside = random(r, r.IntN(9), depth-1)
			b.Pad = layout.Pad{Top: r.IntN(40), Right: r.IntN(20), Bottom: r.IntN(20), Left: r.IntN(20)}
		}
		g.Boxes = append(g.Boxes, b)
		for n := r.IntN(4); n > 0 && i > 0; n-- {
			l := layout.Line{From: i - 1, To: i, Light: r.IntN(4) == 0, Side: r.IntN(4) == 0}
			if r.IntN(3) == 0 {
				l.From, l.To = r.IntN(boxes), r.IntN(boxes)
			}
			if r.IntN(3) == 0 {
				l.Label = layout.Size{W: 1 + r.IntN(120), H: 16}
			}
			g.Lines = append(g.Lines, l)
		}
	}
	g.Pack = r.IntN(20) == 0
	return g
}

func BenchmarkArrange(b *testing.B) {
	for _, boxes := range []int{100, 1000} {
		b.Run(fmt.Sprint(boxes), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				g := random(rand.New(rand.NewPCG(1, 1)), boxes, 0)
				b.StartTimer()
				g.Arrange(options)
			}
		})
	}
}
