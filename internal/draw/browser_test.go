package draw

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"testing"
	"time"

	"slipway.dev/internal/core/workflow/shape"
	"slipway.dev/internal/core/workflow/shape/shapetest"
	"slipway.dev/internal/web/webtest"
)

// clipped counts the lines of text that are wider than the frame around them, in a browser
// with its own fonts, and says the size of the font of a name, which only our style makes 13px.
const clipped = `(() => {
  const wrong = [];
  let framed = 0;
  for (const text of document.querySelectorAll("g > text")) {
    const frame = text.parentNode.querySelector(":scope > .card, :scope > .has > .card, :scope > .mark");
    if (!frame) continue;
    framed++;
    const t = text.getBBox(), f = frame.getBBox();
    if (t.x < f.x || t.x + t.width > f.x + f.width || t.y + t.height > f.y + f.height + 2) wrong.push(text.textContent);
  }
  const styled = getComputedStyle(document.querySelector("text.n")).fontSize;
  return styled + " " + wrong.length + " of " + framed + " " + wrong.join(" | ");
})()`

// TestFits shows pictures in a browser and looks for text that leaves its frame.
func TestFits(t *testing.T) {
	t.Parallel()
	if os.Getenv("SLIPWAY_HEAVY") == "" {
		t.Skip("with SLIPWAY_HEAVY=1")
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("chromium is not installed")
	}
	pictures := map[string][]byte{}
	for name, d := range shapetest.Examples(t) {
		pictures[name] = SVG(shape.Of(d), nil)
	}
	for seed := range uint64(8) {
		d := shapetest.Random(rand.New(rand.NewPCG(seed, 0)), 20+int(seed)*10)
		states := map[string]State{}
		for pointer := range d.Tasks {
			states[pointer] = State{Done, 12}
		}
		pictures[fmt.Sprint("random ", seed)] = SVG(shape.Of(d), states)
	}
	names := slices.Sorted(maps.Keys(pictures))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(r.URL.Path[1:])
		if err != nil || n >= len(names) {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "image/svg+xml")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src "+StyleSource())
		_, _ = w.Write(pictures[names[n]])
	}))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	tab := webtest.Open(ctx, t, server.URL+"/0")
	for i, name := range names {
		address := fmt.Sprintf("%s/%d", server.URL, i)
		tab.GoTo(address)
		tab.WaitFor("document.readyState + location.href", "complete"+address)
		got := tab.Eval(clipped)
		var wrong, all int
		if _, err := fmt.Sscanf(got, "13px %d of %d", &wrong, &all); err != nil || wrong > 0 || all == 0 {
			t.Errorf("%s: %s (%v)", name, got, err)
		}
	}
}
