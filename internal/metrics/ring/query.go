package ring

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"slipway.dev/internal/metrics"
)

// Range implements metrics.Source. A slot that is only in part within a step counts for it in
// that part.
func (r *Ring) Range(ctx context.Context, q metrics.Query) ([]metrics.Row, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	r.mu.RLock()
	last := time.Unix(r.last, 0)
	r.mu.RUnlock()
	found := map[string]*metrics.Row{}
	until := q.Steps()
	for _, t := range r.tiers { // the finest first; the others what is too long ago for it
		if !t.serves(q) {
			continue
		}
		from := t.firstStep(q, last)
		if err := r.ask(ctx, t, q, from, until, found); err != nil {
			return nil, err
		}
		until = min(until, from)
	}
	out := make([]metrics.Row, 0, len(found))
	for _, row := range found {
		if slices.ContainsFunc(row.Values, func(v float64) bool { return !math.IsNaN(v) }) {
			out = append(out, *row)
		}
	}
	slices.SortFunc(out, func(a, b metrics.Row) int { return metrics.CompareLabels(a.Labels, b.Labels) })
	return out, nil
}

// firstStep is the first step that begins within the time that a tier keeps.
func (t *tier) firstStep(q metrics.Query, last time.Time) int {
	oldest := last.Add(-t.keep)
	if !q.From.Before(oldest) {
		return 0
	}
	return int((oldest.Sub(q.From) + q.Step - 1) / q.Step)
}

// ask fills the steps from one until another with what a tier knows, for each row that it has.
func (r *Ring) ask(ctx context.Context, t *tier, q metrics.Query, from, until int, found map[string]*metrics.Row) error {
	if from >= until {
		return nil
	}
	rest := q
	rest.From = q.From.Add(time.Duration(from) * q.Step)
	rest.To = q.From.Add(time.Duration(until) * q.Step)
	sums, err := r.sums(ctx, t, rest)
	if err != nil {
		return err
	}
	for key, s := range sums {
		row := found[key]
		if row == nil {
			row = &metrics.Row{Labels: s.labels, Values: unknown(q.Steps())}
			found[key] = row
		}
		s.into(row.Values[from:until], rest)
	}
	return nil
}

// sums gives what each row has in each slot of a tier.
func (r *Ring) sums(ctx context.Context, t *tier, q metrics.Query) (map[string]*slots, error) {
	r.mu.RLock()
	candidates := slices.Clone(t.candidates(q))
	r.mu.RUnlock()
	out := map[string]*slots{}
	for n, id := range candidates {
		if n%256 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err := r.sum(t, q, id, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// sum adds what one group has. The lock is held no longer than that: who writes must not wait
// for long questions.
func (r *Ring) sum(t *tier, q metrics.Query, id uint32, out map[string]*slots) error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	g := r.names.groups[id]
	if g == nil || g.family != familyOf(q.Name) || !g.matches(q) {
		return nil
	}
	read := scan{r: r, t: t, q: q, group: id}
	read.into = func(c column) *slots {
		labels := g.by(q.By, c.le)
		key := string(appendKey(nil, other, labels))
		if out[key] == nil {
			out[key] = newSlots(labels, t, q)
		}
		return out[key]
	}
	return read.all()
}

// candidates gives the groups that may have what a query asks for: the shortest list.
func (t *tier) candidates(q metrics.Query) []uint32 {
	ids := t.names[q.Name]
	for name, value := range q.Match {
		if name == "le" || value == "" {
			continue
		}
		if with := t.labels[name+"="+value]; len(with) < len(ids) {
			ids = with
		}
	}
	return ids
}

// by gives a group's values of the labels that rows are made by.
func (g *group) by(names []string, le string) map[string]string {
	out := map[string]string{}
	for _, name := range names {
		v := g.labels[name]
		if name == "le" && le != "" {
			v = le
		}
		if v != "" {
			out[name] = v
		}
	}
	return out
}

// scan reads the columns of a group that a query asks for.
type scan struct {
	r     *Ring
	t     *tier
	q     metrics.Query
	group uint32
	into  func(column) *slots
}

func (s *scan) all() error {
	from, to := s.q.From.Unix(), s.q.To.Unix()
	length := int64(period.Seconds())
	for _, b := range s.t.blocks {
		if b.start >= to || b.start+length <= from {
			continue
		}
		for id, raw := range b.of(s.group) {
			if err := s.chunk(b.start, id, raw); err != nil {
				return fmt.Errorf("metrics of %s: %w", time.Unix(b.start, 0).UTC().Format(time.RFC3339), err)
			}
		}
	}
	if s.t.start >= to {
		return nil
	}
	for _, c := range s.t.open[s.group] {
		if err := s.chunk(s.t.start, c.shape.id, c.bytes()); err != nil {
			return err
		}
	}
	if row := s.t.rows[s.group]; row != nil {
		for i, c := range row.cols {
			if s.wants(c) {
				s.into(c).add(s.t.start, s.t.slotAt, row.vals[i])
			}
		}
	}
	return nil
}

func (s *scan) chunk(start int64, id uint32, raw []byte) error {
	shape := s.r.names.shapes[id]
	if shape == nil {
		return nil // its name was lost; it was told of
	}
	var places []int
	var sums []*slots
	for i, c := range shape.cols {
		if s.wants(c) {
			places, sums = append(places, i), append(sums, s.into(c))
		}
	}
	if places == nil {
		return nil
	}
	return readChunk(raw, shape, func(slot int, row []float64) {
		for i, place := range places {
			sums[i].add(start, slot, row[place])
		}
	})
}

// wants says whether a query asks for a column.
func (s *scan) wants(c column) bool {
	if c.name != s.q.Name {
		return false
	}
	le, asked := s.q.Match["le"]
	return !asked || c.le == le
}
