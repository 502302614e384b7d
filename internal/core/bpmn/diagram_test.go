package bpmn

import (
	"math/rand/v2"
	"testing"

	"slipway.dev/internal/core/layout/layouttest"
	"slipway.dev/internal/core/workflow/shape"
	"slipway.dev/internal/core/workflow/shape/shapetest"
)

// TestDiagram looks for overlaps and lost ends in diagrams.
func TestDiagram(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		s := shape.Of(shapetest.Random(rand.New(rand.NewPCG(seed, 0)), 2+int(seed*seed)/4))
		b := &builder{}
		g := b.level(&s.Graph).dress()
		size := g.Arrange(options)
		for i, wrong := range layouttest.Check(g, options, size) {
			if i < 3 {
				t.Errorf("seed %d: %s", seed, wrong)
			}
		}
	}
}

// TestTangled writes a process whose ways would be as long as it is big by itself.
func TestTangled(t *testing.T) {
	t.Parallel()
	l := &level{}
	b := &builder{}
	for range 3000 {
		b.add(l, 0, element{tag: "task"})
	}
	for i := range l.elements {
		switch {
		case i%2 == 0 && i+2 < len(l.elements):
			b.way(l, flow{from: i, to: i + 2})
			b.way(l, flow{from: i, to: i + 1})
		case i%2 == 0:
			b.way(l, flow{from: i, to: i + 1})
		case i > 1:
			b.way(l, flow{from: i, to: i - 2})
		}
	}
	l.dress().Arrange(options)
	if shapes := l.shapes(); len(shapes) != len(l.elements)+len(l.flows) {
		t.Errorf("%d shapes of %d elements and %d flows", len(shapes), len(l.elements), len(l.flows))
	}
}
