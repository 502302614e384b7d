package metricstest

import (
	"math"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/metrics"
)

// suite is a test with its Source and when its data begins.
type suite struct {
	*testing.T
	metrics.Source
	from time.Time
}

// Run runs the suite on a Source that has Data(from). From must be at a full ten minutes.
func Run(t *testing.T, source metrics.Source, from time.Time) {
	for _, c := range []struct {
		name string
		run  func(*suite)
	}{
		{"SumsUp", sumsUp},
		{"Matches", matches},
		{"KnowsResets", resets},
		{"GivesBuckets", buckets},
		{"LooksAtGauges", gauges},
		{"KnowsNothingOfGaps", gaps},
		{"KnowsNothingOfTheFuture", future},
		{"RefusesWhatIsWrong", refuses},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(&suite{t, source, from}) })
	}
}

// rows asks for five minutes a step, from a minute until another.
func (s *suite) rows(q metrics.Query, from, to int) []metrics.Row {
	s.Helper()
	if q.Step == 0 {
		q.Step = 5 * time.Minute
	}
	q.From, q.To = s.from.Add(time.Duration(from)*time.Minute), s.from.Add(time.Duration(to)*time.Minute)
	rows, err := s.Range(s.Context(), q)
	if err != nil {
		s.Fatalf("%+v: %v", q, err)
	}
	return rows
}

func (s *suite) all(row metrics.Row, want float64) {
	s.Helper()
	for i, v := range row.Values {
		if !near(v, want) {
			s.Errorf("%v: step %d is %v, want %v", row.Labels, i, v, want)
		}
	}
}

func near(a, b float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= 1e-6*math.Abs(b)
}

// shaped sees to it that there are these rows, each with so many values.
func (s *suite) shaped(rows []metrics.Row, steps int, label string, values ...string) bool {
	s.Helper()
	if len(rows) != len(values) {
		s.Errorf("%d rows, want %d: %v", len(rows), len(values), rows)
		return false
	}
	for i, r := range rows {
		if r.Labels[label] != values[i] || len(r.Values) != steps {
			s.Errorf("row %d is of %v with %d values, want %s=%q with %d", i, r.Labels, len(r.Values), label, values[i], steps)
			return false
		}
	}
	return true
}

func sumsUp(s *suite) {
	q := metrics.Query{Name: "shop_orders_total", Of: metrics.Increase, By: []string{"service"}}
	if rows := s.rows(q, 10, 40); s.shaped(rows, 6, "service", "payments", "tickets") {
		s.all(rows[0], 5*72)
		s.all(rows[1], 5*6)
	}
	q.By = nil
	if rows := s.rows(q, 10, 43); s.shaped(rows, 6, "service", "") { // the last step would end too late
		s.all(rows[0], 5*78)
	}
	q.Step = 30 * time.Minute
	if rows := s.rows(q, 10, 130); s.shaped(rows, 4, "service", "") {
		s.all(rows[0], 30*78)
	}
}

func matches(s *suite) {
	q := metrics.Query{Name: "shop_orders_total", Of: metrics.Increase, Match: map[string]string{"service": "payments", "code": "5xx"}, By: []string{"code", "nothing"}}
	if rows := s.rows(q, 10, 40); s.shaped(rows, 6, "code", "5xx") {
		s.all(rows[0], 5*12)
		if len(rows[0].Labels) != 1 {
			s.Errorf("labels %v", rows[0].Labels)
		}
	}
	for _, match := range []map[string]string{{"service": "nobody"}, {"code": ""}, {"nothing": "x"}} {
		q.Match = match
		if rows := s.rows(q, 10, 40); len(rows) != 0 {
			s.Errorf("%v matches %v", match, rows)
		}
	}
	q = metrics.Query{Name: "shop_odd_total", Of: metrics.Increase, By: []string{"what"}, Match: map[string]string{"what": hostile, "nothing": ""}}
	if rows := s.rows(q, 10, 40); s.shaped(rows, 6, "what", hostile) {
		s.all(rows[0], 5)
	}
	if rows := s.rows(metrics.Query{Name: "shop_nothing_total", Of: metrics.Increase}, 10, 40); len(rows) != 0 {
		s.Errorf("what nobody has written is %v", rows)
	}
}

func resets(s *suite) {
	if rows := s.rows(metrics.Query{Name: "shop_anew_total", Of: metrics.Increase}, 10, 170); s.shaped(rows, 32, "", "") {
		s.all(rows[0], 300)
	}
}

func buckets(s *suite) {
	q := metrics.Query{Name: "shop_seconds_bucket", Of: metrics.Increase, By: []string{"le"}}
	if rows := s.rows(q, 10, 40); s.shaped(rows, 6, "le", "+Inf", "0.1", "0.5") {
		s.all(rows[0], 300)
		s.all(rows[1], 150)
		s.all(rows[2], 270)
	}
	q.Match, q.By = map[string]string{"le": "0.5"}, nil
	if rows := s.rows(q, 10, 40); s.shaped(rows, 6, "le", "") {
		s.all(rows[0], 270)
	}
}

func gauges(s *suite) {
	for _, of := range []metrics.Of{metrics.Last, metrics.Max, metrics.Mean} {
		q := metrics.Query{Name: "shop_memory_bytes", Of: of, By: []string{"instance"}}
		rows := s.rows(q, 10, 40)
		if !s.shaped(rows, 6, "instance", "a", "b") {
			continue
		}
		for i, v := range rows[0].Values { // it is the same in all minutes of a step
			if want := float64(1000 + (i+3)%7*100); !near(v, want) {
				s.Errorf("%s: step %d is %v, want %v", of, i, v, want)
			}
		}
		s.all(rows[1], 500.25)
		q.By, q.Step = nil, 10*time.Minute
		want := map[metrics.Of]float64{metrics.Last: 1900.25, metrics.Max: 1900.25, metrics.Mean: 1850.25}[of]
		if rows := s.rows(q, 10, 20); s.shaped(rows, 1, "", "") {
			s.all(rows[0], want)
		}
	}
}

func gaps(s *suite) {
	for name, of := range map[string]metrics.Of{"shop_gap_total": metrics.Increase, "shop_gap": metrics.Last} {
		rows := s.rows(metrics.Query{Name: name, Of: of}, 40, 120)
		if !s.shaped(rows, 16, "", "") {
			continue
		}
		for i, v := range rows[0].Values {
			begins := 40 + 5*i
			if inside := begins >= 65 && begins+5 <= 100; inside && !math.IsNaN(v) {
				s.Errorf("%s: of the gap %v is said", name, v)
			} else if outside := begins+5 < 60 || begins > 105; outside && math.IsNaN(v) {
				s.Errorf("%s: of minute %d nothing is said", name, begins)
			}
		}
	}
}

func future(s *suite) {
	end := int(Length / time.Minute)
	q := metrics.Query{Name: "shop_orders_total", Of: metrics.Increase}
	rows := s.rows(q, end-5, end+60)
	if s.shaped(rows, 13, "", "") && (math.IsNaN(rows[0].Values[0]) || !math.IsNaN(rows[0].Values[12])) {
		s.Errorf("values %v", rows[0].Values)
	}
	if rows := s.rows(q, end+60, end+90); len(rows) != 0 {
		s.Errorf("of the future %v is said", rows)
	}
}

func refuses(s *suite) {
	good := metrics.Query{Name: "up", Of: metrics.Last, From: s.from, To: s.from.Add(time.Hour), Step: time.Minute}
	for what, change := range map[string]func(*metrics.Query){
		"name":      func(q *metrics.Query) { q.Name = "a b" },
		"injection": func(q *metrics.Query) { q.Name = `up{} or vector(1) #` },
		"of":        func(q *metrics.Query) { q.Of = "median" },
		"match":     func(q *metrics.Query) { q.Match = map[string]string{`a="b",c`: "d"} },
		"by":        func(q *metrics.Query) { q.By = []string{"a)("} },
		"no step":   func(q *metrics.Query) { q.Step = 0 },
		"step":      func(q *metrics.Query) { q.Step = 1500 * time.Millisecond },
		"backwards": func(q *metrics.Query) { q.From, q.To = q.To, q.From },
		"too many":  func(q *metrics.Query) { q.From = q.To.Add(-20_000 * time.Minute) },
	} {
		q := good
		change(&q)
		if _, err := s.Range(s.Context(), q); !fault.Is(err, fault.Invalid) {
			s.Errorf("%s: %v", what, err)
		}
	}
}
