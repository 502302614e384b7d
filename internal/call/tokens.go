package call

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Bounds of the tokens that are kept.
const (
	maxTokens = 1000             // a policy each
	margin    = 30 * time.Second // a token is not used when it ends this soon: calls take time, and clocks differ
)

// tokens keeps tokens while they are good, by the digest of the policy they are for.
type tokens struct {
	mu    sync.Mutex
	kept  map[string]token
	fetch singleflight.Group
}

type token struct {
	access string
	until  time.Time
}

// get gives a kept token, or fetches one; who comes for the same meanwhile gets the same.
func (t *tokens) get(ctx context.Context, key string, now func() time.Time, fetch func(context.Context) (string, time.Duration, error)) (string, error) {
	t.mu.Lock()
	found, ok := t.kept[key]
	t.mu.Unlock()
	if ok && now().Before(found.until) {
		return found.access, nil
	}
	wait := t.fetch.DoChan(key, func() (any, error) {
		// Not with the context of the one who came first: the others did not cancel.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		access, good, err := fetch(ctx)
		if err == nil && good > margin {
			t.keep(key, token{access, now().Add(good - margin)}, now())
		}
		return access, err
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case r := <-wait:
		access, _ := r.Val.(string)
		return access, r.Err
	}
}

// keep keeps a token, and drops those that have ended; if there are too many yet, any.
func (t *tokens) keep(key string, one token, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept == nil {
		t.kept = map[string]token{}
	}
	for k, old := range t.kept {
		if len(t.kept) >= maxTokens || !now.Before(old.until) {
			delete(t.kept, k)
		}
	}
	t.kept[key] = one
}

// drop forgets a token that was refused, unless there is a newer one.
func (t *tokens) drop(key, access string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.kept[key].access == access {
		delete(t.kept, key)
	}
}
