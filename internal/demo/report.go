package demo

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"slipway.dev/client/model"
)

// Result is what a demo has shown.
type Result struct {
	Deployments  []Deployment `json:"deployments"` // in the order of their beginnings
	Traffic      traffic      `json:"traffic"`
	CommitToLive struct {
		Seconds         float64 `json:"seconds"`         // from a commit until a user had an answer of its release
		OverheadSeconds float64 `json:"overheadSeconds"` // less the app's own build and start
	} `json:"commitToLive"`
	Rollback struct {
		Milliseconds float64 `json:"milliseconds"` // from the wish until the last request that still got the release left
	} `json:"rollback"`
	Audit struct {
		Entries  int64 `json:"entries"`
		Verified bool  `json:"verified"`
	} `json:"audit"`
	Promotions []Promotion `json:"promotions,omitempty"` // of a chapter with several environments, in the order in which they were asked for
	Canary     *Canary     `json:"canary,omitempty"`     // the last release that the judge took back
	Warned     *Warned     `json:"warned,omitempty"`     // the last flow that it warned of
	Promoted   *Promoted   `json:"promoted,omitempty"`   // the last release that it let through
	Runbook    *Runbook    `json:"runbook,omitempty"`    // the last run of a workflow
}

// Deployment is one of a Result.
type Deployment struct {
	Service     string  `json:"service"`
	Environment string  `json:"environment"`
	Release     string  `json:"release"`
	Commit      string  `json:"commit"`
	Strategy    string  `json:"strategy"`
	Outcome     string  `json:"outcome"`
	Seconds     float64 `json:"seconds"` // from the request until it ended
}

// Otherwise is an error for what went otherwise than the demo tells.
type Otherwise struct{ text string }

func (o *Otherwise) Error() string { return o.text }

// measures are the figures that were taken on the way. Of several the median counts.
type measures struct {
	mu   sync.Mutex
	live []liveMeasure
	back []time.Duration

	canary   *Canary
	warned   *Warned
	promoted *Promoted
	runbook  *Runbook
}

// liveMeasure is a commit's way to its first user, and what of that is not the app's own
// build and start.
type liveMeasure struct{ after, overhead time.Duration }

func (m *measures) addLive(after time.Duration, build float64, start time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	own := time.Duration(build*float64(time.Second)) + start
	m.live = append(m.live, liveMeasure{after, max(0, after-own)})
}

func (m *measures) addBack(after time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.back = append(m.back, after)
}

// median is the middle one by size, the lower of two.
func median[T any](list []T, size func(T) time.Duration) (middle T) {
	if len(list) == 0 {
		return middle
	}
	sorted := slices.SortedFunc(slices.Values(list), func(a, b T) int { return cmp.Compare(size(a), size(b)) })
	return sorted[(len(sorted)-1)/2]
}

func (m *measures) result(all []model.Deployment, audit model.AuditReport, t traffic) Result {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := Result{Traffic: t, Deployments: []Deployment{}}
	for _, d := range slices.Backward(all) {
		r.Deployments = append(r.Deployments, Deployment{
			Service: d.Service, Environment: d.Environment, Release: d.Release, Commit: d.Commit,
			Strategy: d.Strategy, Outcome: d.Outcome, Seconds: round(d.Seconds, 3),
		})
	}
	live := median(m.live, func(l liveMeasure) time.Duration { return l.after })
	back := median(m.back, func(d time.Duration) time.Duration { return d })
	r.CommitToLive.Seconds, r.CommitToLive.OverheadSeconds = round(live.after.Seconds(), 3), round(live.overhead.Seconds(), 3)
	r.Rollback.Milliseconds = round(float64(back)/float64(time.Millisecond), 1)
	r.Canary, r.Warned, r.Promoted, r.Runbook = m.canary, m.warned, m.promoted, m.runbook
	r.Audit.Entries, r.Audit.Verified = audit.Entries, audit.Verified
	return r
}

func round(n float64, digits int) float64 {
	scale := math.Pow10(digits)
	return math.Round(n*scale) / scale
}

// Check is nil if a demo has shown what it is to show.
func (r Result) Check() error {
	has := func(outcome string) bool {
		return slices.ContainsFunc(r.Deployments, func(d Deployment) bool { return d.Outcome == outcome })
	}
	switch {
	case !has("completed"), !has("rolledBack") && r.Runbook == nil:
		return &Otherwise{"no deployment was completed, or none rolled back"}
	case r.Traffic.Requests == 0:
		return &Otherwise{"no user came"}
	case r.Traffic.Failed > 0:
		return &Otherwise{fmt.Sprintf("%d of %d requests failed: %s", r.Traffic.Failed, r.Traffic.Requests, r.Traffic.reasons)}
	case !r.Audit.Verified:
		return &Otherwise{"the journal does not verify"}
	}
	for _, p := range r.Promotions {
		if err := p.check(); err != nil {
			return err
		}
	}
	if r.Runbook != nil {
		return r.Runbook.check()
	}
	if r.Canary != nil {
		return r.Canary.check()
	}
	return nil
}

// Write writes a summary for a person.
func (r Result) Write(w io.Writer) {
	counts := map[string]int{}
	for _, d := range r.Deployments {
		counts[d.Outcome]++
	}
	var ways []string
	for _, outcome := range ends {
		if counts[outcome] > 0 {
			ways = append(ways, fmt.Sprintf("%d %s", counts[outcome], outcome))
		}
	}
	t := r.Traffic
	fmt.Fprintf(w, "\n  deployments     %s\n", strings.Join(ways, ", "))
	if len(r.Promotions) > 0 {
		writePromotions(w, r.Promotions)
	}
	r.writeJudged(w)
	if r.Runbook != nil {
		r.Runbook.write(w)
	}
	if r.CommitToLive.Seconds > 0 {
		fmt.Fprintf(w, "  commit to live  %s, of which Slipway took %s\n", seconds(r.CommitToLive.Seconds), seconds(r.CommitToLive.OverheadSeconds))
	}
	if r.Rollback.Milliseconds > 0 {
		fmt.Fprintf(w, "  rollback        %.0f ms\n", r.Rollback.Milliseconds)
	}
	fmt.Fprintf(w, "  requests        %d by %d users\n", t.Requests, t.users)
	fmt.Fprintf(w, "  failed          %d (refused, cut, or no answer); %d errors of bad releases\n", t.Failed, t.AppErrors)
	if t.reasons != "" {
		fmt.Fprintf(w, "                  %s\n", t.reasons)
	}
	fmt.Fprintf(w, "  users hit       %d\n", t.hit)
	verified := "verified"
	if !r.Audit.Verified {
		verified = "NOT verified"
	}
	fmt.Fprintf(w, "  journal         %d entries, %s\n", r.Audit.Entries, verified)
}

// seconds is a length of time for a person.
func seconds(n float64) string {
	if n < 0.9995 {
		return fmt.Sprintf("%.0f ms", n*1000)
	}
	return fmt.Sprintf("%.1f s", n)
}
