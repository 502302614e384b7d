package prometheus

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/metrics"
)

// answer is what the API says.
type answer struct {
	Status string `json:"status"`
	Type   string `json:"errorType"`
	Error  string `json:"error"`
	Data   struct {
		Type   string          `json:"resultType"`
		Result json.RawMessage `json:"result"`
	} `json:"data"`
}

// series is one of a matrix.
type series struct {
	Metric map[string]string `json:"metric"`
	Values []point           `json:"values"`
}

// point is [seconds, "value"].
type point struct{ At, Value float64 }

// UnmarshalJSON reads the pair.
func (p *point) UnmarshalJSON(raw []byte) error {
	var pair [2]any
	if err := json.Unmarshal(raw, &pair); err != nil {
		return err
	}
	at, ok := pair[0].(float64)
	text, ok2 := pair[1].(string)
	if !ok || !ok2 {
		return fmt.Errorf("%s is no pair of a time and a value", raw)
	}
	value, err := strconv.ParseFloat(text, 64)
	p.At, p.Value = at, value
	return err
}

// result is a scalar or a vector.
type result struct{ points []point }

// UnmarshalJSON reads either.
func (r *result) UnmarshalJSON(raw []byte) error {
	var vector []struct {
		Value point `json:"value"`
	}
	if json.Unmarshal(raw, &vector) == nil {
		for _, v := range vector {
			r.points = append(r.points, v.Value)
		}
		return nil
	}
	var scalar point
	err := json.Unmarshal(raw, &scalar)
	r.points = []point{scalar}
	return err
}

func (r result) one() (float64, bool, error) {
	switch {
	case len(r.points) > 1:
		return 0, false, fault.New(fault.Invalid, "the expression has %d values where one is wanted", len(r.points)).
			WithHint("put sum(…) around it")
	case len(r.points) == 0, math.IsNaN(r.points[0].Value), math.IsInf(r.points[0].Value, 0):
		return 0, false, nil
	}
	return r.points[0].Value, true, nil
}

// rows puts each value into its step.
func rows(q metrics.Query, found []series) []metrics.Row {
	out := make([]metrics.Row, 0, len(found))
	for _, s := range found {
		r := metrics.Row{Labels: map[string]string{}, Values: unknown(q.Steps())}
		for _, name := range q.By {
			if v := s.Metric[name]; v != "" {
				r.Labels[name] = v
			}
		}
		first := float64(q.End(0).UnixMilli()) / 1000
		for _, p := range s.Values {
			if i := int(math.Round((p.At - first) / q.Step.Seconds())); i >= 0 && i < len(r.Values) && !math.IsInf(p.Value, 0) {
				r.Values[i] = p.Value
			}
		}
		out = append(out, r)
	}
	slices.SortFunc(out, func(a, b metrics.Row) int { return metrics.CompareLabels(a.Labels, b.Labels) })
	return slices.CompactFunc(out, func(a, b metrics.Row) bool { return maps.Equal(a.Labels, b.Labels) })
}

func unknown(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = math.NaN()
	}
	return out
}
