package ring

import (
	"fmt"
	"path/filepath"
)

// compact forgets numbers that nothing refers to: label sets of releases that are long gone.
// The file is written anew when most of it is of such.
func (r *Ring) compact() error {
	used := r.retain()
	if r.names.written < 2*len(used)+1000 {
		return r.flushNames()
	}
	all := r.names.records()
	if err := replace(filepath.Join(r.o.Dir, "names"), all); err != nil {
		return fmt.Errorf("write the names of metrics anew: %w", err)
	}
	old := r.onDisk
	var err error
	if r.onDisk, err = openAppender(filepath.Join(r.o.Dir, "names"), int64(len(all))); err != nil {
		r.onDisk = old
		return err
	}
	r.names.pending, r.names.written = nil, len(used)
	return old.close()
}

// retain forgets all numbers but those that something refers to, and gives these.
func (r *Ring) retain() map[uint32]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	used := map[uint32]bool{}
	for _, t := range r.tiers {
		for key := range t.shapes { // of all blocks, and of the period under way
			used[key.group], used[key.shape] = true, true
		}
	}
	for id, src := range r.sources {
		used[id], used[r.names.shape(src.cols).id] = true, true
		for _, g := range src.folds {
			if g != nil {
				used[g.id] = true
			}
		}
	}
	r.names.retain(used)
	return used
}

// retain forgets all numbers but these.
func (n *names) retain(used map[uint32]bool) {
	for key, g := range n.byKey {
		if !used[g.id] {
			delete(n.byKey, key)
			delete(n.groups, g.id)
		}
	}
	for key, s := range n.byCols {
		if !used[s.id] {
			delete(n.byCols, key)
			delete(n.shapes, s.id)
		}
	}
}

// records gives all records, as they are in the file.
func (n *names) records() []byte {
	var out []byte
	for _, g := range n.groups {
		out = appendFrame(out, g.record())
	}
	for _, s := range n.shapes {
		out = appendFrame(out, s.record())
	}
	return out
}
