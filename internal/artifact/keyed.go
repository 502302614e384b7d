package artifact

import (
	"context"
	"sync"
)

// keyed is a lock for each key.
type keyed struct {
	mu    sync.Mutex
	locks map[string]chan struct{}
}

// lock waits until no one else has the key; the returned function gives it back.
func (k *keyed) lock(ctx context.Context, key string) (func(), error) {
	for {
		k.mu.Lock()
		held, busy := k.locks[key]
		if !busy {
			if k.locks == nil {
				k.locks = map[string]chan struct{}{}
			}
			mine := make(chan struct{})
			k.locks[key] = mine
			k.mu.Unlock()
			return func() {
				k.mu.Lock()
				delete(k.locks, key)
				k.mu.Unlock()
				close(mine)
			}, nil
		}
		k.mu.Unlock()
		select {
		case <-held:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
