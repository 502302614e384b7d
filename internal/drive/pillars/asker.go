package pillars

import (
	"context"
	"maps"
	"math"
	"time"

	"slipway.dev/internal/metrics"
)

// grain is how finely is looked at what is summed up.
const grain = 10 * time.Minute

// asker asks for the figures of an environment up to now. Of what cannot be had, the value is
// NaN. After an error, which is kept, it asks no more.
type asker struct {
	ctx         context.Context
	source      metrics.Source
	environment string
	now         time.Time
	counted     int // grains of which requests are known; -1: none was asked for
	err         error
}

// values gives one value for each step of the time that is looked at; nil: nothing is known.
func (a *asker) values(name string, of map[string]string, what metrics.Of, step time.Duration) []float64 {
	if a.err != nil {
		return nil
	}
	match := maps.Clone(of)
	match["environment"] = a.environment
	to := a.now.Truncate(step)
	rows, err := a.source.Range(a.ctx, metrics.Query{Name: name, Match: match, From: to.Add(-Looked), To: to, Step: step, Of: what})
	if err != nil {
		a.err = err
		return nil
	}
	if len(rows) == 0 {
		return nil
	}
	return rows[0].Values
}

// sum adds what is known of a counter; NaN: nothing is.
func (a *asker) sum(name string, of map[string]string) float64 {
	total, known := 0.0, 0
	for _, v := range a.values(name, of, metrics.Increase, grain) {
		if !math.IsNaN(v) {
			total, known = total+v, known+1
		}
	}
	a.counted = max(a.counted, known)
	if known == 0 {
		return math.NaN()
	}
	return total
}

// known is the time of which anything is known.
func (a *asker) known() time.Duration { return time.Duration(a.counted) * grain }
