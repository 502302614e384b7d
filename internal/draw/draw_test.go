package draw

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/layout/layouttest"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/shape"
	"slipway.dev/internal/core/workflow/shape/shapetest"
)

func TestExamples(t *testing.T) {
	t.Parallel()
	for name, d := range shapetest.Examples(t) {
		t.Run(name, func(t *testing.T) { sound(t, d) })
	}
}

func TestRandom(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		sound(t, shapetest.Random(rand.New(rand.NewPCG(seed, 0)), 2+int(seed*seed)/4))
	}
	sound(t, shapetest.Random(rand.New(rand.NewPCG(1, 0)), 1000))
}

// sound draws a workflow with a run laid over, and says what is wrong with the picture.
func sound(t *testing.T, d *workflow.Definition) {
	t.Helper()
	s := shape.Of(d)
	g := dress(&s.Graph)
	size := g.Arrange(options)
	for i, what := range layouttest.Check(g, options, size) {
		if i < 5 {
			t.Error(what)
		}
	}
	states := map[string]State{}
	statuses := []Status{Done, Running, Waiting, Failed, Unknown, Cancelled, Skipped, "what?"}
	for i, pointer := range slices.Sorted(maps.Keys(d.Tasks)) {
		states[pointer] = State{statuses[i%len(statuses)], i % 40}
	}
	picture := SVG(s, states)
	if !bytes.Equal(picture, SVG(shape.Of(d), states)) {
		t.Error("not the same picture again")
	}
	known(t, picture)
}

// elements and attributes are all that a picture of ours has. None of them runs or loads anything.
var (
	elements   = words("svg title desc style rect g path circle text")
	attributes = words("xmlns class width height viewBox role aria-labelledby id transform d x y rx cx cy r data-tone data-pointer text-anchor")
)

func words(s string) map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(s) {
		set[w] = true
	}
	return set
}

// known reads a picture as XML and says what it has that it should not.
func known(t *testing.T, picture []byte) {
	t.Helper()
	decoder := xml.NewDecoder(bytes.NewReader(picture))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if !elements[start.Name.Local] {
			t.Errorf("there is an element %s", start.Name.Local)
		}
		for _, a := range start.Attr {
			if !attributes[a.Name.Local] {
				t.Errorf("there is an attribute %s of %s", a.Name.Local, start.Name.Local)
			}
		}
	}
}

// TestStates shows that a state is told to those who see and to those who read.
func TestStates(t *testing.T) {
	t.Parallel()
	d := &workflow.Definition{Do: []*workflow.Task{
		{Name: "a", Pointer: "/do/0/a", Kind: workflow.Wait, Wait: &workflow.Duration{Constant: 90 * time.Minute}},
		{Name: "b", Pointer: "/do/1/b", Kind: workflow.Set},
	}}
	picture := string(SVG(shape.Of(d), map[string]State{"/do/0/a": {Failed, 3}, "/do/1/b": {Status: Skipped}}))
	for _, want := range []string{
		">2 tasks: wait a (failed, 3 times), set b (skipped).</desc>",
		"<title>wait a — 1 h 30 min — failed, 3 times</title>",
		`<g class="has" data-tone="bad">`, ">×3</text>", `<g class="node faint" data-pointer="/do/1/b">`,
	} {
		if !strings.Contains(picture, want) {
			t.Errorf("no %s in %s", want, picture)
		}
	}
	if strings.Contains(string(SVG(shape.Of(d), nil)), `class="has"`) {
		t.Error("a state is drawn though there is none")
	}
}

// FuzzSVG draws whatever Parse takes.
func FuzzSVG(f *testing.F) {
	for _, d := range shapetest.Examples(f) {
		f.Add([]byte(d.Canonical))
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		if d, problems := workflow.Parse("fuzz", source); len(problems) == 0 {
			known(t, SVG(shape.Of(d), nil))
		}
	})
}

// TestCut holds cut texts to their room.
func TestCut(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "a", "deployToProduction", strings.Repeat("W", 300), strings.Repeat("检", 40), "👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀"} {
		for _, f := range []font{heading, naming, saying, noting, marking} {
			got := f.cut(text, 120)
			if f.width(got) > 120 || got != text && !strings.HasSuffix(got, "…") || got == "" && text != "" {
				t.Errorf("%q of %v is cut to %q, %d wide", text, f, got, f.width(got))
			}
		}
	}
}

func BenchmarkSVG(b *testing.B) {
	for _, tasks := range []int{100, 1000} {
		b.Run(fmt.Sprint(tasks), func(b *testing.B) {
			d := shapetest.Random(rand.New(rand.NewPCG(1, 0)), tasks)
			for b.Loop() {
				SVG(shape.Of(d), nil)
			}
		})
	}
}
