package web

import (
	"context"
	"os"
	"testing"
	"time"

	"slipway.dev/client/model"
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

	f.set(func(f *fake) { f.flows, f.alerts = flowShop().flows, flowShop().alerts })
	tab.Sees("availability burns its error budget")
	tab.GoTo(server.URL + "/flows/purchase-ticket")
	tab.Sees("overspent: 138%")
	f.set(func(f *fake) {
		f.flows = []model.FlowDetail{purchase()}
		f.flows[0].Objectives[1].Budget = share(0.5)
	})
	tab.Sees("50% of the error budget is left")
	tab.WaitFor("document.querySelectorAll('.objectives .part')[1].getBoundingClientRect().width / document.querySelectorAll('.objectives .whole')[1].getBoundingClientRect().width", "0.5")

	f.set(func(f *fake) { f.gone = true })
	tab.Sees("Sign in with") // what is seen is not left there for whoever comes by
}

// TestBrowserShowsFormsForWhatIsSeen: an answer is given for what is on the screen, so that
// the form is a new one when that changes, and not otherwise.
func TestBrowserShowsFormsForWhatIsSeen(t *testing.T) {
	t.Parallel()
	heavy(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	f := shop()
	task := model.Task{Name: "review.1", Kind: "review", Title: "Look at it", Status: "open", Mine: true, Digests: map[string]string{"artifact": "sha256:1111"}}
	f.tasks = []model.Task{task}
	server := site(t, f)
	tab := webtest.Open(ctx, t, server.URL+"/tasks/review.1")
	tab.Send("form[action='/sign-in']", map[string]string{"name": apitest.Name, "password": apitest.Password, "code": apitest.Code})
	tab.WaitFor("document.documentElement.dataset.live", "yes")
	tab.Eval("document.querySelector('details.approve textarea').value = 'typed'")

	changed := task
	changed.Claimed = "carol"
	f.set(func(f *fake) { f.tasks = []model.Task{changed} })
	tab.Sees("claimed by carol")
	if typed := tab.Eval("document.querySelector('details.approve textarea').value"); typed != "typed" {
		t.Errorf("what was typed in is lost: %q", typed)
	}
	changed.Digests = map[string]string{"artifact": "sha256:2222"}
	f.set(func(f *fake) { f.tasks = []model.Task{changed} })
	tab.WaitFor("document.querySelector('[name=\"digest.artifact\"]')?.value", "sha256:2222")
}
