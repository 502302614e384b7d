package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"
)

// EraseBefore removes the payloads of at most limit journal entries older than t and
// says how many; the entries themselves and the chain stay. Call it until it gives 0. Ticks
// of canaries that ended before t go with them.
func (s *Store) EraseBefore(ctx context.Context, t time.Time, limit int) (erased int, err error) {
	if err := s.eraseTicks(ctx, t); err != nil {
		return 0, err
	}
	err = s.Update(ctx, func(tx Tx) error {
		// Positions and times grow together, so one position says how far it came.
		from, err := erasedUpTo(ctx, tx)
		if err != nil {
			return err
		}
		to := from
		err = each(ctx, tx, `SELECT seq FROM journal WHERE seq > $1 AND at < $2 ORDER BY seq LIMIT $3`,
			[]any{from, t.UnixMicro(), limit}, func(rows *sql.Rows) error { return rows.Scan(&to) })
		if err != nil || to == from {
			return err
		}
		erased = int(to - from)
		if _, err := tx.ExecContext(ctx, `UPDATE journal SET salt = $1, data = $1, blob = '', erased = 1 WHERE seq > $2 AND seq <= $3`,
			[]byte{}, from, to); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('erased', $1) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
			strconv.FormatInt(to, 10))
		return err
	})
	return erased, err
}

func erasedUpTo(ctx context.Context, tx Tx) (int64, error) {
	var v string
	err := tx.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'erased'`).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(v, 10, 64)
}
