package edge

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"slipway.dev/internal/wire/edgewire"
)

// state is the folder in which the edge keeps what it needs to route without a control
// plane. Files are replaced whole, so that a crash leaves the old or the new one.
type state struct{ dir string }

func (s state) saveTable(t edgewire.Table) error {
	return s.save("table.json", t)
}

func (s state) saveCounters(sources []edgewire.Source) error {
	return s.save("counters.json", sources)
}

// loadTable gives the last table; a zero one if there is none. A file that cannot be used
// is put aside, and the error says so.
func (s state) loadTable() (t edgewire.Table, err error) {
	err = s.load("table.json", &t)
	return t, err
}

func (s state) loadCounters() (sources []edgewire.Source, err error) {
	err = s.load("counters.json", &sources)
	return sources, err
}

func (s state) save(name string, v any) error {
	content, err := json.Marshal(v)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(s.dir, name+".*.new")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // not there any more if all went well
	if err := writeAndClose(f, content); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), filepath.Join(s.dir, name)); err != nil {
		return err
	}
	return syncDir(s.dir)
}

func writeAndClose(f *os.File, content []byte) error {
	_, err := f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

func (s state) load(name string, v any) error {
	path := filepath.Join(s.dir, name)
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, v); err != nil {
		return s.putAside(name, err)
	}
	return nil
}

func (s state) putAside(name string, cause error) error {
	path := filepath.Join(s.dir, name)
	aside := path + ".broken"
	if err := os.Rename(path, aside); err != nil {
		return fmt.Errorf("%s is broken (%w) and cannot be put aside: %w", path, cause, err)
	}
	return fmt.Errorf("%s was broken and is now %s: %w", path, aside, cause)
}
