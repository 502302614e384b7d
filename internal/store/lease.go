package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"slipway.dev/internal/core/fault"
)

// Lease is the right to write. One process has it at a time.
type Lease struct {
	s     *Store
	lock  lock
	epoch int64

	mu   sync.Mutex
	head int64
	hash []byte
	at   time.Time
	once sync.Once
}

// Lead waits until nobody else leads, and then leads with a higher epoch. It fails when
// ctx ends.
func (s *Store) Lead(ctx context.Context) (*Lease, error) {
	k, err := s.dialect.lock(ctx)
	if err != nil {
		return nil, s.fail("waiting for the lease", err)
	}
	l := &Lease{s: s, lock: k}
	if err := l.takeOver(ctx); err != nil {
		k.release()
		return nil, s.fail("taking over the store", err)
	}
	return l, nil
}

func (l *Lease) takeOver(ctx context.Context) error {
	epoch, err := leader(ctx, l.s.write)
	if err != nil {
		return err
	}
	// An epoch follows the clock where it can, so that a store that comes from a
	// backup has a higher one than any the edge and the shims have seen.
	l.epoch = max(epoch+1, l.s.now().Unix())
	if err := l.s.dialect.apply(ctx, l.s, []statement{{
		query: `UPDATE leader SET epoch = CASE WHEN epoch = $1 THEN CAST($2 AS BIGINT) END WHERE one = 1`, args: []any{epoch, l.epoch},
	}}); err != nil {
		return err
	}
	// Only now, when nobody else can write any more, is the journal's end looked at.
	l.head, l.hash, l.at, err = l.s.end(ctx)
	return err
}

// Epoch is the lease's number. A later lease has a higher one.
func (l *Lease) Epoch() int64 { return l.epoch }

// Head is the journal's last position and its time; 0 when it is empty.
func (l *Lease) Head() (int64, time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.head, l.at
}

// Hash is that of the journal's last entry; nil when it is empty.
func (l *Lease) Hash() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hash
}

// Lost is closed when the lease can no longer be relied on.
func (l *Lease) Lost() <-chan struct{} { return l.lock.lost() }

// Release gives the lease to whoever waits for it.
func (l *Lease) Release() { l.once.Do(l.lock.release) }

func (l *Lease) advance(head int64, hash []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.head, l.hash = head, hash
}

func lost() error {
	return fault.New(fault.Unavailable, "another control plane leads this store now").Because(ErrLost)
}

func leader(ctx context.Context, db *sql.DB) (epoch int64, err error) {
	err = db.QueryRowContext(ctx, `SELECT epoch FROM leader WHERE one = 1`).Scan(&epoch)
	return epoch, err
}

// end reads the journal's last entry.
func (s *Store) end(ctx context.Context) (head int64, hash []byte, at time.Time, err error) {
	var us int64
	err = s.write.QueryRowContext(ctx, `SELECT seq, hash, at FROM journal ORDER BY seq DESC LIMIT 1`).Scan(&head, &hash, &us)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil, time.Time{}, nil
	}
	return head, hash, time.UnixMicro(us).UTC(), err
}
