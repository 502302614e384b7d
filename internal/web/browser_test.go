package web

import (
	"context"
	"os"
	"testing"
	"time"

	"slipway.dev/internal/api/apitest"
	"slipway.dev/internal/web/webtest"
)

// heavy skips what needs a browser unless it is wanted.
func heavy(t *testing.T) {
	t.Helper()
	if os.Getenv("SLIPWAY_HEAVY") == "" {
		t.Skip("needs SLIPWAY_HEAVY=1 (make test-heavy)")
	}
	if loadAsset("dist/app.js", "app.js", "").content == nil {
		t.Fatal("the page's script is not bundled: make build")
	}
}

// TestBrowserFollowsEvents shows that script, events and content policy work together in a
// real browser.
func TestBrowserFollowsEvents(t *testing.T) {
	t.Parallel()
	heavy(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	f := newFake()
	f.board = shifting(10)
	server := site(t, f)
	tab := webtest.Open(ctx, t, server.URL)
	tab.Send("form[action='/sign-in']", map[string]string{"name": apitest.Name, "password": apitest.Password, "code": apitest.Code})
	tab.Sees("10 % of requests")
	tab.WaitFor("document.documentElement.dataset.live", "yes")

	f.set(func(f *fake) { f.board = shifting(50) })
	tab.Sees("50 % of requests")
	tab.WaitFor("String(document.querySelectorAll('h1').length)", "1")

	f.set(func(f *fake) { f.board = shifting(75) })
	f.restart()
	tab.Sees("75 % of requests")
}
