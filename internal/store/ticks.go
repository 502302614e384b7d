package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"slipway.dev/internal/core/fault"
)

// Tick is what was seen in one look at a canary that is judged.
type Tick struct {
	Deployment string
	Number     int64 // from 1, without a gap
	At         time.Time
	Data       []byte
}

// AppendTick keeps a tick; it is durable when it returns. A number that is there already is
// fault.Conflict: somebody else has written it, and what they saw counts.
func (s *Store) AppendTick(ctx context.Context, t Tick) error {
	r, err := s.write.ExecContext(ctx, `INSERT INTO judge_ticks (deployment, number, at, data) VALUES ($1, $2, $3, $4) ON CONFLICT (deployment, number) DO NOTHING`,
		t.Deployment, t.Number, t.At.UnixMicro(), append([]byte{}, t.Data...))
	if err != nil {
		return s.fail("keeping what was seen of a canary", err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 0 {
		return fault.New(fault.Conflict, "tick %d of %s is there already", t.Number, t.Deployment).Because(err)
	}
	return nil
}

// Ticks calls f with each tick of a deployment, in order. The data is f's to keep.
func (s *Store) Ticks(ctx context.Context, deployment string, f func(Tick) error) error {
	return s.View(ctx, func(tx Tx) error {
		return each(ctx, tx, `SELECT number, at, data FROM judge_ticks WHERE deployment = $1 ORDER BY number`, []any{deployment}, func(rows *sql.Rows) error {
			t := Tick{Deployment: deployment}
			var at int64
			if err := rows.Scan(&t.Number, &at, &t.Data); err != nil {
				return err
			}
			t.At = time.UnixMicro(at).UTC()
			return f(t)
		})
	})
}

// eraseTicks removes the ticks of all deployments that have none since t, one deployment to
// a transaction: half of a deployment's ticks would say something that never was.
func (s *Store) eraseTicks(ctx context.Context, t time.Time) error {
	for {
		var deployment string
		err := s.read.QueryRowContext(ctx, `SELECT f.deployment FROM judge_ticks f WHERE f.number = 1 AND f.at < $1`+
			` AND NOT EXISTS (SELECT 1 FROM judge_ticks l WHERE l.deployment = f.deployment AND l.at >= $1) ORDER BY f.at LIMIT 1`, t.UnixMicro()).Scan(&deployment)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err == nil {
			_, err = s.write.ExecContext(ctx, `DELETE FROM judge_ticks WHERE deployment = $1`, deployment)
		}
		if err != nil {
			return s.fail("removing old ticks of canaries", err)
		}
	}
}
