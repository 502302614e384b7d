package engine

import "context"

// fetches read machines that the writer does not know, while it goes on with the others.
type fetches struct {
	waiting []*submission   // for the next read
	reading []*submission   // nil: nothing is being read
	touched map[string]bool // machines that were stepped since the read began: it may not have seen that
	done    chan map[string]*row
}

func (f *fetches) idle() bool { return f.reading == nil }
func (f *fetches) count() int { return len(f.waiting) + len(f.reading) }

// take steps what can be stepped at once, and has the machines of the rest read. What comes
// alone has nobody whom it could hold up.
func (w *writer) take(b *batch, list []*submission) {
	if w.flight == nil && b.empty() && len(list) == 1 && w.fetches.idle() {
		w.step(b, list)
		return
	}
	var known []*submission
	for _, s := range list {
		if len(b.missing(nil, s)) == 0 {
			known = append(known, s)
		} else {
			w.fetches.waiting = append(w.fetches.waiting, s)
		}
	}
	if len(known) > 0 {
		w.step(b, known)
	}
	w.fetch(b)
}

// fetch begins to read, unless that is being done. A machine that is not known now is in
// the store as it was last stepped.
func (w *writer) fetch(b *batch) {
	f := &w.fetches
	if !f.idle() || len(f.waiting) == 0 {
		return
	}
	f.reading, f.waiting, f.touched = f.waiting, nil, map[string]bool{}
	var ids []string
	for _, s := range f.reading {
		ids = b.missing(ids, s)
	}
	go func() {
		rows, _ := w.e.read(context.Background(), ids) // what cannot be read shows when it is needed
		f.done <- rows
	}()
}

// fetched steps what has waited for its machines.
func (w *writer) fetched(b *batch, rows map[string]*row) {
	f := &w.fetches
	list := f.reading
	f.reading = nil
	for id, r := range rows {
		if !f.touched[id] {
			b.loaded[id] = r
		}
	}
	w.step(b, list)
	w.fetch(b)
}
