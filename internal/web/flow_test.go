package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
)

func TestFlows(t *testing.T) {
	t.Parallel()
	v := enter(t, flowShop())
	body := v.sees("/flows", `href="/flows" aria-current="page"`, "3 flows", "1 exhausted", "1 burning",
		`href="/flows/purchase-ticket"`, "A customer buys a ticket", "payments, tickets", "has no objective",
		"<b>Exhausted</b>", "latency-p99: 98.62% of 99%, the error budget is used up", "<b>Unknown</b>", "too few requests",
		`aria-label="2 findings of purchase-ticket"`, "burns its error budget 21.3 times too fast", "nobody has taken it on", `href="/tasks/alert.prod.purchase-ticket.3"`,
		"carol sees to it: the index is being rebuilt", "runbook purchase-ticket",
		"database", "Touches everything there", "new-bank", "Announced too late for purchase-ticket", "The service is in no flow.", "slipway.yaml:71",
		`hx-sse:connect="/events/flows"`)
	hasNot(t, body, "long over", "old-disks", "of the flow itself", " style=", "OK</b>\n99.99%", "90% of the error budget")
	inOrderOf(t, body, `id="flow-list-concerts"`, `id="flow-purchase-ticket"`, `id="flow-collect-telemetry"`)
	inOrderOf(t, body[strings.Index(body, `id="flow-purchase-ticket"`):], ">dev<", ">staging<", ">prod<")
	inOrderOf(t, body, "<b>database</b>", "<b>new-bank</b>")
	enter(t, newFake()).sees("/flows", "No flow is declared yet", "slipway schema")
}

// inOrderOf fails the test unless a page has texts one after another.
func inOrderOf(t *testing.T, body string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		_, rest, found := strings.Cut(body, text)
		if !found {
			t.Errorf("no %q, or not after what should come before it: %v", text, texts)
			return
		}
		body = rest
	}
}

func TestFlowsFollowChanges(t *testing.T) {
	t.Parallel()
	f := flowShop()
	lines := stream(t, enter(t, f), "/events/flows")
	has(t, readEvent(t, lines), "1 burning")
	f.set(func(f *fake) {
		f.flows, f.alerts = f.flows[:1], nil
	})
	after := readEvent(t, lines)
	has(t, after, "no budget burns too fast")
	hasNot(t, after, "purchase-ticket in prod")
}

func TestManyFlowsAreNotAllSent(t *testing.T) {
	t.Parallel()
	f := newFake()
	for i := range mostFlows + 2000 {
		d := collect()
		d.Name = strings.Repeat("x", 1+i%9) + count(float64(i))
		f.flows = append(f.flows, d)
	}
	f.flows = append(f.flows, listing())
	body := enter(t, f).sees("/flows", "2301 flows", "And 2,001 more", "1 exhausted", `id="flow-list-concerts"`)
	if n := strings.Count(body, `id="flow-`); n != mostFlows {
		t.Errorf("%d are shown", n)
	}
}

func TestFlow(t *testing.T) {
	t.Parallel()
	v := enter(t, flowShop())
	body := v.sees("/flows/purchase-ticket", "<title>purchase-ticket", "user flow of high criticality", "Customers cannot buy",
		"customer chooses a concert", "ticket is paid and issued", "Head of sales", `href="/flows/reserve-ticket"`, "buy-a-ticket",
		"POST /charges", "when the order is not free", "12,345", "210 failed", "nobody serves it", "ticket issued", "payment-refused", "after an error", "ends: customer is told, and nothing is sold", "not-signed-in",
		"99.9% must not fail, over 30 days; it is 99.988%.", "99% within 500ms, over 30 days", "12% of the error budget is left", "overspent: 138% of the error budget is used", `<rect class="part" width="12" height="4">`, `<rect class="part" width="0" height="4">`,
		"8,123,456 requests; 97% of the time is known", "1 h and 5 min", "21.3× and 19.8×", "page, fires", "over 1,000×", "Too few requests to say anything.",
		"at most 0.40 EUR", "0.31 EUR", "<b>Missed</b>", "<b>Not measured</b>", "the environment has no prices",
		"of at most <b>99.701%</b>", "beside <b>99.871%</b> that was measured in prod", "nothing is known of it", "serves instead", "what its provider promises",
		"user-centric", "Not assessed", "It rests on list-concerts, which must reach 99.5% only.", "Raise the target", ".slipway/flows.yaml:8",
		"at once", "after 15 min", "now: carol, dan, ada", "that is nobody now", `hx-sse:connect="/events/flows/purchase-ticket"`, "burns its error budget 21.3 times too fast")
	hasNot(t, body, " style=", "list-concerts in prod")
	inOrderOf(t, body[strings.Index(body, `id="objectives"`):], "in dev", "in prod")
	v.sees("/flows/list-concerts", "Nothing was found.", "Nobody: its escalation path has no step.")
	if resp, _ := v.get("/flows/nothing"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("a flow that there is not: %s", resp.Status)
	}
}

func TestPagesAreOnEveryPage(t *testing.T) {
	t.Parallel()
	f := flowShop()
	v := enter(t, f)
	for _, path := range []string{"/", "/tasks", "/account"} {
		body := v.sees(path, "purchase-ticket in prod: availability burns its error budget 21.3 times too fast.", "Since", "4 min ago", "nobody has taken it on",
			`href="/tasks/alert.prod.purchase-ticket.3"`, `href="/flows/purchase-ticket"`)
		hasNot(t, body, "list-concerts in prod", "long over") // a ticket wakes nobody
	}
	for _, path := range []string{"/flows", "/flows/purchase-ticket"} { // where it is told anyhow
		if n := strings.Count(v.sees(path), "<b>purchase-ticket in prod"); n != 1 {
			t.Errorf("%s: it is told %d times", path, n)
		}
		if n := strings.Count(readEvent(t, stream(t, v, "/events"+path)), "<b>purchase-ticket in prod"); n != 1 {
			t.Errorf("/events%s: it is told %d times", path, n)
		}
	}
	f.set(func(f *fake) {
		for range mostAlerts + 1 {
			f.alerts = append(f.alerts, f.alerts[0])
		}
		f.alerts[0].By = "carol"
	})
	v.sees("/", "carol sees to it", "2 more alerts")
}

func TestAlertsOfWhoMaySeeNothing(t *testing.T) {
	t.Parallel()
	h := &handler{Options: Options{Control: denying{newFake()}}}
	if list, err := h.alerts(visit{ctx: t.Context()}); err != nil || list != nil {
		t.Errorf("%v, %v", list, err)
	}
}

// denying may not show alerts.
type denying struct{ *fake }

func (denying) Alerts(context.Context) ([]model.Alert, error) {
	return nil, fault.New(fault.Denied, "no")
}

func TestAlertIsTakenOn(t *testing.T) {
	t.Parallel()
	f := flowShop()
	v := enter(t, f)
	path := "/tasks/alert.prod.purchase-ticket.3"
	body := v.sees(path, `href="/flows/purchase-ticket"`, "Take it on", "for team:box-office", "· since ", "and nobody else is woken", `name="decision" value="approve"`)
	hasNot(t, body, `value="reject"`, "asked by")
	v.sends(path+"/answers", path, url.Values{"decision": {"approve"}, "comment": {"rolling back"}, "return": {path}})
	if diff := cmp.Diff([]any{model.TaskAnswer{Decision: "approve", Comment: "rolling back", Digests: map[string]string{}}}, f.asked); diff != "" {
		t.Error(diff)
	}
	f.set(func(f *fake) {
		last := &f.tasks[len(f.tasks)-1]
		last.Status, last.Mine, last.Answers = "approved", false, []model.TaskGiven{{Person: "carol", Decision: "approve", At: noon}}
	})
	v.sees(path, "<b>Taken on</b>", "<b>carol</b> has taken it on")
}
