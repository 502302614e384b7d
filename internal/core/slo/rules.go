package slo

import (
	"time"

	"slipway.dev/internal/core/alert"
)

// Rule fires when the error budget burns so many times faster than it may, over a long window
// and over a short one: the long one says that it matters, the short one that it still goes on.
type Rule struct {
	Severity alert.Severity `json:"severity"`
	Long     time.Duration  `json:"long"`
	Short    time.Duration  `json:"short"`
	Factor   float64        `json:"factor"` // 1: the budget lasts for exactly its period
}

// Name names a rule within its objective: "page 1h0m0s".
func (r Rule) Name() string { return string(r.Severity) + " " + r.Long.String() }

const day = 24 * time.Hour

// budgets are the rules of the Site Reliability Workbook (chapter 5, "Alerting on SLOs"): which
// share of the period's budget is spent in the long window when a rule fires.
var budgets = []struct {
	severity    alert.Severity
	long, short time.Duration
	share       float64
}{
	{alert.Page, time.Hour, 5 * time.Minute, 0.02},
	{alert.Page, 6 * time.Hour, 30 * time.Minute, 0.05},
	{alert.Ticket, day, 2 * time.Hour, 0.10},
	{alert.Ticket, 3 * day, 6 * time.Hour, 0.10},
}

// Rules gives the rules of an objective over a period, the fastest first. The factor is the
// share of the budget × period ÷ long window; for 30 days that is 14.4, 6, 3 and 1. It is never
// below 1: at that pace the budget lasts, and there is nothing to tell. Rules whose long window
// is not shorter than the period are left out: then the budget itself says the same.
func Rules(period time.Duration) []Rule {
	var out []Rule
	for _, b := range budgets {
		if b.long < period {
			factor := b.share * float64(period) / float64(b.long)
			out = append(out, Rule{Severity: b.severity, Long: b.long, Short: b.short, Factor: max(1, rounded(factor, 6))})
		}
	}
	return out
}
