package source

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sync"
)

// Mirrors are the mirrors of all sources, each in a directory of its own.
type Mirrors struct {
	dir string

	mu   sync.Mutex
	open map[string]*Mirror
}

// NewMirrors gives the mirrors below a directory.
func NewMirrors(dir string) *Mirrors { return &Mirrors{dir: dir, open: map[string]*Mirror{}} }

var sourceName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{0,100}$`)

// Get gives the mirror of a source; always the same one for a name.
func (m *Mirrors) Get(name string) (*Mirror, error) {
	if !sourceName.MatchString(name) {
		return nil, fmt.Errorf("%q cannot be the name of a source", name)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if one := m.open[name]; one != nil {
		return one, nil
	}
	one, err := OpenMirror(filepath.Join(m.dir, name))
	if err == nil {
		m.open[name] = one
	}
	return one, err
}

// Remove forgets a source and all that was fetched from it.
func (m *Mirrors) Remove(name string) error {
	one, err := m.Get(name)
	if err != nil {
		return err
	}
	m.mu.Lock()
	delete(m.open, name)
	m.mu.Unlock()
	one.fetching.Lock()
	defer one.fetching.Unlock()
	one.swap.Lock()
	defer one.swap.Unlock()
	return os.RemoveAll(one.dir)
}
