package identity

import (
	"crypto/rand"
	"sync"
	"time"
)

// How long a ceremony may take, and how many are kept at once.
const (
	ceremonyTime = 10 * time.Minute
	mostPending  = 10_000
)

// Pending keeps ceremonies that were begun, by a random name, until they are finished once.
type Pending[T any] struct {
	mu  sync.Mutex
	all map[string]waiting[T]
}

type waiting[T any] struct {
	what  T
	until time.Time
}

// Put keeps it and gives its name. When there are too many, those that are over go, and if
// that does not help, half of them.
func (p *Pending[T]) Put(what T, now time.Time) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[string]waiting[T]{}
	}
	if len(p.all) >= mostPending {
		for name, w := range p.all {
			if now.After(w.until) || len(p.all) > mostPending/2 {
				delete(p.all, name)
			}
		}
	}
	name := rand.Text()
	p.all[name] = waiting[T]{what, now.Add(ceremonyTime)}
	return name
}

// Take gives it, once.
func (p *Pending[T]) Take(name string, now time.Time) (what T, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w, ok := p.all[name]
	delete(p.all, name)
	if !ok || now.After(w.until) {
		return what, false
	}
	return w.what, true
}

// PutAs puts back what was taken, under its name.
func (p *Pending[T]) PutAs(name string, what T, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[string]waiting[T]{}
	}
	p.all[name] = waiting[T]{what, now.Add(ceremonyTime)}
}
