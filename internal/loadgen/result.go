package loadgen

import (
	"maps"
	"net/http"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

// Result is what came of the requests.
type Result struct {
	Requests  uint64            `json:"requests"`
	Failed    uint64            `json:"failed"`    // refused, reset, no answer, or 502, 503, 504 made by the edge
	AppErrors uint64            `json:"appErrors"` // other 5xx
	Failures  map[string]uint64 `json:"failures"`  // by reason; at most maxReasons
	Declined  uint64            `json:"declined"`  // 4xx
	P50       time.Duration     `json:"p50"`
	P90       time.Duration     `json:"p90"`
	P99       time.Duration     `json:"p99"`
	Max       time.Duration     `json:"max"`
}

const maxReasons = 50

// Result gives what came of the requests so far.
func (l *Load) Result() Result {
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.result
	r.Failures = maps.Clone(r.Failures)
	at := func(q float64) time.Duration { return micros(l.latency.ValueAtQuantile(q)) }
	r.P50, r.P90, r.P99, r.Max = at(50), at(90), at(99), micros(l.latency.Max())
	return r
}

// Mark gives p50 and p99 of the requests since the last Mark, or the start.
func (l *Load) Mark() (p50, p99 time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p50, p99 = micros(l.interval.ValueAtQuantile(50)), micros(l.interval.ValueAtQuantile(99))
	l.interval.Reset()
	return p50, p99
}

func micros(n int64) time.Duration { return time.Duration(n) * time.Microsecond }

// Failed says whether an answer is a failure of the way to the app, and why.
func (a Answer) Failed() (reason string, failed bool) {
	if a.Err != nil {
		return a.Err.Error(), true
	}
	made := a.Header.Get(edgewire.Header)
	if made != "" && a.Status >= http.StatusBadGateway && a.Status <= http.StatusGatewayTimeout {
		return made, true
	}
	return "", false
}

func (l *Load) record(a Answer) {
	l.count(a)
	if l.options.Seen != nil {
		l.options.Seen(a)
	}
}

func (l *Load) count(a Answer) {
	reason, failed := a.Failed()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.result.Requests++
	took := max(1, a.Took.Microseconds())
	_ = l.latency.RecordValue(took) // over a minute: the timeout is below it
	_ = l.interval.RecordValue(took)
	switch {
	case failed:
		l.result.Failed++
		if l.result.Failures[reason] > 0 || len(l.result.Failures) < maxReasons {
			l.result.Failures[reason]++
		}
	case a.Status >= http.StatusInternalServerError:
		l.result.AppErrors++
	case a.Status >= http.StatusBadRequest:
		l.result.Declined++
	}
}
