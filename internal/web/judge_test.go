package web

import (
	"testing"
	"time"

	"slipway.dev/client/model"
)

func TestJudgement(t *testing.T) {
	t.Parallel()
	f := flowShop()
	f.detail = judged()
	v := enter(t, f)
	body := v.sees("/deployments/tickets.prod.4", "The judge", "Not enough evidence yet", "812 requests of the canary are not enough", "8 % of requests;", "the evidence allows 8 %",
		"5 users&#39; requests failed there", "<li>sign-in: no request has reached the canary.</li>", "It is worse, but its criticality is low. 140 of 600",
		`href="/flows/purchase-ticket"`, "<b>5</b> of 812 failed", "<b>31</b> of 8,130 failed", "other requests", "made by slipway, not by users", "over a million to 1", "3.3 to 1",
		`<rect class="part" width="96" height="4">`, `<rect class="part" width="100" height="4">`, "<b>Worse, warns</b>", "<b>Fine</b>",
		"After 1,042 ticks", "slipway judge replay tickets.prod.4", "sha256:abababababab…")
	hasNot(t, body, " style=", `href="/flows/"`, `href="/flows/smoke%20checks"`, `href="/flows/other%20requests"`, "Decide…")

	lines := stream(t, v, "/events/deployments/tickets.prod.4")
	has(t, readEvent(t, lines), "Not enough evidence yet")
	f.set(func(f *fake) {
		j := *f.detail.Judge
		j.Verdict, j.Reason, j.UsersHit = "rollback", "Worse than the baseline: purchase-ticket", 1
		f.detail.Judge, f.detail.Outcome = &j, "rollingBack"
	})
	after := readEvent(t, lines)
	has(t, after, "Worse than the release before", "1 user&#39;s request failed there")
	hasNot(t, after, "the evidence allows")
	f.set(func(f *fake) { // what a history keeps
		f.detail.Judge = &model.Judgement{Verdict: "promote", Weight: 33, Tick: 99}
		f.detail.Outcome, f.detail.FinishedAt = "completed", noon
	})
	over := readEvent(t, lines)
	has(t, over, "Proven fine", "<dd>none</dd>")
	hasNot(t, over, "The evidence of each flow", "Missing", "the evidence allows")
}

func TestJudgeStatus(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		d    model.Deployment
		says string
		want string
	}{
		"under way":  {model.Deployment{Outcome: "shifting"}, "hold", "Not enough evidence yet"},
		"undecided":  {model.Deployment{Outcome: "held", Undecided: true, Reason: "undecided after 1h0m0s: Not enough data"}, "hold", "Not enough evidence in its time"},
		"the edge":   {model.Deployment{Outcome: "held", Reason: "the edge does not answer"}, "hold", "Not enough evidence yet"},
		"taken back": {model.Deployment{Outcome: "rolledBack", FinishedAt: noon}, "rollback", "Worse than the release before"},
		"aborted":    {model.Deployment{Outcome: "aborted", FinishedAt: noon}, "hold", "Nothing was proven"},
		"in":         {model.Deployment{Outcome: "completed", FinishedAt: noon}, "promote", "Proven fine"},
	} {
		if got := judgeStatus(test.d, model.Judgement{Verdict: test.says}); got.Word != test.want {
			t.Errorf("%s: %q, want %q", name, got.Word, test.want)
		}
	}
}

// TestUndecidedCanary: the same answers mean something else where the judge could not decide.
func TestUndecidedCanary(t *testing.T) {
	t.Parallel()
	f := flowShop()
	hold := func(reason string, undecided bool) {
		f.set(func(f *fake) {
			d := judged()
			d.Outcome, d.Reason, d.Undecided, d.ID, d.Service = "held", reason, undecided, "payments.prod.3", "payments"
			f.board.Lanes[4].Active, f.board.Lanes[4].Text, f.detail = &d.Deployment, reason, d
		})
	}
	v := enter(t, f)
	hold("undecided after 1h0m0s: Not enough data", true)
	v.sees("/deployments/payments.prod.3", `class="button main" href="/lanes/payments/prod/settle"`, "Needs a decision")
	body := v.sees("/lanes/payments/prod/settle", "Promote", "it gets all requests, although", "Go on judging", "The judge", "<b>31</b> of 8,130", `data-stance="undecided payments.prod.3"`)
	hasNot(t, body, "Try again")
	hold("the judge said nothing in 1h0m0s", true)
	v.sees("/lanes/payments/prod/settle", "Go on judging")
	hold("the edge does not answer: it did not apply route revision 12 in 30s", false)
	body = v.sees("/lanes/payments/prod/settle", "Try again", "it stays as it is now", `data-stance="held payments.prod.3"`)
	hasNot(t, body, "Go on judging")
}

func TestTowards(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		ln      float64
		decided bool
		want    float64
	}{{-5, false, 0}, {0, false, 0}, {worseAt / 2, false, .5}, {worseAt, false, nearly}, {1e6, false, nearly}, {1, true, 1}} {
		if got := towards(test.ln, worseAt, test.decided); got != test.want {
			t.Errorf("%v: %v, want %v", test.ln, got, test.want)
		}
	}
}

func TestFiguresInWords(t *testing.T) {
	t.Parallel()
	for got, want := range map[string]string{
		percent(.999): "99.9%", percent(.9999996): "99.9999%", percent(1): "100%", percent(.98): "98%", percent(0): "0%",
		count(0): "0", count(999): "999", count(1000): "1,000", count(1234567.6): "1,234,568", count(-1234): "-1,234", count(-123): "-123",
		span(30 * time.Second): "30 s", span(90 * time.Second): "1.5 min", span(24 * time.Hour): "24 h", span(72 * time.Hour): "3 days",
		times(.314): "0.31×", times(14.4): "14.4×", times(1e6): "over 1,000×",
		odds(-2): "none", odds(0): "none", odds(1): "2.7 to 1", odds(4.60517): "100 to 1", odds(1e6): "over a million to 1",
		budgetText(.9999): "99.9% of the error budget is left", budgetText(0): "nothing of the error budget is left", budgetText(-.001): "overspent: 101% of the error budget is used",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
