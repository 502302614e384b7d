package call

import (
	"sync"
	"time"
)

// Bounds of the documents that are kept, and how long one is believed without asking whether it has changed.
const (
	maxDocuments     = 64
	maxDocumentBytes = 64 << 20
	freshness        = time.Minute
)

// documents keeps descriptions of services, as a run calls the same operations over and over.
type documents struct {
	mu     sync.Mutex
	kept   map[string]document
	size   int
	parsed map[string]any // what was made of a text, by its digest
}

type document struct {
	*text
	etag string
	at   time.Time
}

// get gives what is kept; fresh: it needs no question.
func (d *documents) get(key string, now time.Time) (kept *text, etag string, fresh bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	found, ok := d.kept[key]
	if !ok {
		return nil, "", false
	}
	return found.text, found.etag, now.Sub(found.at) < freshness
}

// put keeps a document; older ones, in no order, go for it.
func (d *documents) put(key string, t *text, etag string, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.kept == nil {
		d.kept = map[string]document{}
	}
	d.remove(key)
	for other := range d.kept {
		if len(d.kept) < maxDocuments && d.size+len(t.body) <= maxDocumentBytes {
			break
		}
		d.remove(other)
	}
	d.kept[key] = document{t, etag, now}
	d.size += len(t.body)
}

func (d *documents) remove(key string) {
	if old, ok := d.kept[key]; ok {
		d.size -= len(old.body)
		delete(d.kept, key)
	}
}

// maxParsed bounds what was made of texts: it is some times as long as they are.
const maxParsed = 16

// made gives what was made of a text before, or makes it.
func made[T any](d *documents, kind string, t *text, parse func(*text) (T, error)) (T, error) {
	key := kind + t.digest
	d.mu.Lock()
	found, ok := d.parsed[key].(T)
	d.mu.Unlock()
	if ok {
		return found, nil
	}
	v, err := parse(t)
	if err != nil {
		return v, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.parsed) >= maxParsed || d.parsed == nil {
		d.parsed = map[string]any{}
	}
	d.parsed[key] = v
	return v, nil
}
