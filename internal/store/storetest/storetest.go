// Package storetest is the conformance suite that a store must pass on each database.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/store"
)

// Run runs the suite. Fresh gives the address of an empty store.
func Run(t *testing.T, fresh func(testing.TB) string) {
	for name, test := range map[string]func(*testing.T, *suite){
		"commit":      commit,
		"whole":       whole,
		"list":        list,
		"wake":        wake,
		"journal":     journal,
		"tampering":   tampering,
		"retention":   retention,
		"checkpoints": checkpoints,
		"blobs":       blobs,
		"lease":       lease,
		"newer":       newer,
		"restore":     restore,
		"cut":         auditCut,
		"damage":      damage,
		"ticks":       ticks,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, &suite{fresh: fresh})
		})
	}
}

type suite struct {
	fresh func(testing.TB) string
	time  atomic.Int64 // added to start, in seconds
}

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func (s *suite) now() time.Time { return start.Add(time.Duration(s.time.Load()) * time.Second) }

func (s *suite) open(t testing.TB, address string) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), address, store.Options{Now: s.now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return st
}

// lead opens an empty store and leads it.
func (s *suite) lead(t testing.TB) (*store.Store, *store.Lease) {
	t.Helper()
	st := s.open(t, s.fresh(t))
	l, err := st.Lead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Release)
	return st, l
}

func entry(seq int64, id string, data string) store.Entry {
	return store.Entry{Seq: seq, Machine: id, Step: seq, At: start.Add(time.Duration(seq) * time.Second),
		Actor: machine.Actor{Kind: "person", Name: "ann:b"}, Type: "happened", Data: machine.Value(data)}
}

func row(n int64, id string) store.Snapshot {
	return store.Snapshot{N: n, ID: id, Step: 1, Version: 1, Envelope: []byte(`{"state":1}`), Status: "open",
		Summary: []byte(`{"status":"open","labels":{"team":"a"}}`), Updated: start}
}

func write(t testing.TB, l *store.Lease, c store.Commit) {
	t.Helper()
	if err := l.Commit(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func update(t testing.TB, st *store.Store, query string, args ...any) {
	t.Helper()
	err := st.Update(t.Context(), func(tx store.Tx) error {
		_, err := tx.ExecContext(t.Context(), query, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func commit(t *testing.T, s *suite) {
	st, l := s.lead(t)
	// Over all of the fixed sizes of statements.
	var c store.Commit
	for n := int64(1); n <= 86; n++ {
		id := fmt.Sprintf("toy/%d", n)
		c.Entries = append(c.Entries, entry(n, id, `{"n":1}`))
		c.Machines = append(c.Machines, row(n, id))
	}
	write(t, l, c)
	changed := row(7, "toy/7")
	changed.Step, changed.Status, changed.Envelope, changed.Pending = 2, "shut", []byte(`{"state":2}`), 1
	write(t, l, store.Commit{Entries: []store.Entry{entry(87, "toy/7", "")}, Machines: []store.Snapshot{changed}})

	var same store.Commit // only the step and the envelope
	for n := int64(7); n <= 86; n++ {
		r := row(n, fmt.Sprintf("toy/%d", n))
		r.Same, r.Step, r.Envelope, r.Status, r.Pending = true, r.Step+2, []byte{}, "not looked at", 99
		same.Machines = append(same.Machines, r)
	}
	same.Machines[0].Envelope = []byte(`{"state":3}`)
	write(t, l, same)

	m, err := st.Machine(t.Context(), "toy/7")
	if err != nil || m.Step != 3 || m.Status != "shut" || string(m.Envelope) != `{"state":3}` || m.N != 7 || !m.Updated.Equal(start) {
		t.Errorf("%v %+v", err, m)
	}
	if _, err := st.Machine(t.Context(), "toy/none"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a machine that is not there: %v", err)
	}
	if n, err := st.LastN(t.Context()); n != 86 || err != nil {
		t.Errorf("last n %d %v", n, err)
	}
	got, err := st.Machines(t.Context(), []string{"toy/1", "none", "toy/86"})
	if err != nil || len(got) != 2 {
		t.Errorf("machines: %v %v", got, err)
	}
	var pending []string
	st.Pending(t.Context(), func(m store.Snapshot) error { pending = append(pending, m.ID); return nil })
	if fmt.Sprint(pending) != "[toy/7]" {
		t.Errorf("pending %v", pending)
	}
	if a, err := st.Verify(t.Context(), nil); err != nil || !a.Verified || a.Entries != 87 {
		t.Errorf("audit %+v %v", a, err)
	}
}

// whole: what fails leaves nothing behind, and the lease goes on.
func whole(t *testing.T, s *suite) {
	st, l := s.lead(t)
	write(t, l, store.Commit{Entries: []store.Entry{entry(1, "toy/a", "")}, Machines: []store.Snapshot{row(1, "toy/a")}})
	twice := store.Commit{Entries: []store.Entry{entry(2, "toy/b", "")}, Machines: []store.Snapshot{row(2, "toy/a")}}
	if err := l.Commit(t.Context(), twice); err == nil || errors.Is(err, store.ErrLost) {
		t.Errorf("two rows of one name: %v", err)
	}
	if err := l.Commit(t.Context(), store.Commit{Entries: []store.Entry{entry(3, "toy/b", "")}}); err == nil {
		t.Error("a gap in the journal was taken")
	}
	if head, _ := st.Head(t.Context()); head != 1 {
		t.Errorf("head %d", head)
	}
	write(t, l, store.Commit{Entries: []store.Entry{entry(2, "toy/b", "")}, Machines: []store.Snapshot{row(2, "toy/b")}})
	if a, err := st.Verify(t.Context(), nil); err != nil || !a.Verified || a.Entries != 2 {
		t.Errorf("audit %+v %v", a, err)
	}
}

func list(t *testing.T, s *suite) {
	st, l := s.lead(t)
	ids := []string{"a/1", "a/10", "a/2", "a/Z", "a/ä", "ab/1", "b/1"} // in the order of bytes
	var c store.Commit
	for i, id := range ids {
		c.Machines = append(c.Machines, row(int64(i+1), id))
	}
	c.Machines[1].Status, c.Machines[1].Summary = "shut", []byte(`{"status":"shut","labels":{"team":"b"}}`)
	write(t, l, c)
	for _, test := range []struct {
		prefix string
		o      store.ListOptions
		want   string
	}{
		{"", store.ListOptions{}, "a/1 a/10 a/2 a/Z a/ä ab/1 b/1"},
		{"a/", store.ListOptions{}, "a/1 a/10 a/2 a/Z a/ä"},
		{"a/", store.ListOptions{After: "a/10", Limit: 2}, "a/2 a/Z"},
		{"a/", store.ListOptions{Status: "shut"}, "a/10"},
		{"a/", store.ListOptions{Labels: map[string]string{"team": "a"}, Limit: 2}, "a/1 a/2"},
		{"x", store.ListOptions{}, ""},
	} {
		rows, err := st.List(t.Context(), test.prefix, test.o)
		var got []string
		for _, r := range rows {
			got = append(got, r.ID)
		}
		if err != nil || strings.Join(got, " ") != test.want {
			t.Errorf("%q %+v: %v %v", test.prefix, test.o, got, err)
		}
	}
}

func wake(t *testing.T, s *suite) {
	st, l := s.lead(t)
	var c store.Commit
	for i, at := range []int64{0, 300, 100, 200} {
		r := row(int64(i+1), fmt.Sprintf("toy/%d", at))
		r.Wake = at
		c.Machines = append(c.Machines, r)
	}
	write(t, l, c)
	got, err := st.Waking(t.Context(), 2)
	if err != nil || fmt.Sprint(got) != "[{toy/100 100} {toy/200 200}]" {
		t.Errorf("%v %v", got, err)
	}
}

func journal(t *testing.T, s *suite) {
	st, l := s.lead(t)
	long := `"` + strings.Repeat("x", 3*store.Inline) + `"`
	full := entry(3, "toy/b", long)
	full.ID, full.Facts, full.Type = "once", machine.Value(`{"known":true}`), "other"
	write(t, l, store.Commit{Entries: []store.Entry{entry(1, "toy/a", `{"a":1}`), entry(2, "toy/ab", ""), full}})
	for _, test := range []struct {
		after int64
		f     store.JournalFilter
		want  string
	}{
		{0, store.JournalFilter{}, "1 2 3"},
		{1, store.JournalFilter{}, "2 3"},
		{0, store.JournalFilter{Prefix: "toy/a"}, "1 2"},
		{0, store.JournalFilter{Type: "other"}, "3"},
		{0, store.JournalFilter{Limit: 2}, "1 2"},
		{0, store.JournalFilter{Limit: 2, Newest: true}, "2 3"},
		{0, store.JournalFilter{Since: start.Add(2 * time.Second)}, "2 3"},
	} {
		entries, err := st.Journal(t.Context(), test.after, test.f)
		var got []string
		for _, e := range entries {
			got = append(got, fmt.Sprint(e.Seq))
		}
		if err != nil || strings.Join(got, " ") != test.want {
			t.Errorf("after %d %+v: %v %v", test.after, test.f, got, err)
		}
	}
	entries, _ := st.Journal(t.Context(), 2, store.JournalFilter{})
	e := entries[0]
	if string(e.Data) != long || string(e.Facts) != `{"known":true}` || e.ID != "once" || e.Actor.Kind != "person" || e.Actor.Name != "ann:b" || !e.At.Equal(full.At) {
		t.Errorf("read back: %.200v", e)
	}
}

func lease(t *testing.T, s *suite) {
	address := s.fresh(t)
	st := s.open(t, address)
	first, err := st.Lead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	write(t, first, store.Commit{Entries: []store.Entry{entry(1, "toy/a", "")}})
	other := s.open(t, address)
	short, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := other.Lead(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("two lead: %v", err)
	}
	first.Release() // as if its process were gone; but it does not know
	second, err := other.Lead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer second.Release()
	if head, at := second.Head(); second.Epoch() <= first.Epoch() || head != 1 || !at.Equal(start.Add(time.Second)) {
		t.Errorf("epoch %d after %d, head %d at %v", second.Epoch(), first.Epoch(), head, at)
	}
	if err := first.Commit(t.Context(), store.Commit{Entries: []store.Entry{entry(2, "toy/a", "")}}); !errors.Is(err, store.ErrLost) || !fault.Is(err, fault.Unavailable) {
		t.Errorf("the old leader wrote: %v", err)
	}
	write(t, second, store.Commit{Entries: []store.Entry{entry(2, "toy/b", "")}})
	if list, _ := other.Journal(t.Context(), 1, store.JournalFilter{}); len(list) != 1 || list[0].Machine != "toy/b" {
		t.Errorf("journal %v", list)
	}
}

func newer(t *testing.T, s *suite) {
	address := s.fresh(t)
	st := s.open(t, address)
	update(t, st, `UPDATE meta SET value = '999' WHERE name = 'schema'`)
	st.Close()
	_, err := store.Open(t.Context(), address, store.Options{})
	if !fault.Is(err, fault.Refused) || !strings.Contains(err.Error(), "999") {
		t.Errorf("a newer store: %v", err)
	}
}
