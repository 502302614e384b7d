package storetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/store"
)

func dump(t testing.TB, st *store.Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := st.Dump(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// fill writes a bit of everything.
func fill(t testing.TB, st *store.Store, l *store.Lease) {
	t.Helper()
	three(t, l)
	d, err := st.PutBlob(t.Context(), []byte("<blob> & \x00\xff"))
	if err != nil {
		t.Fatal(err)
	}
	m := row(1, "toy/ä <&>")
	m.Pending, m.Wake, m.Step = 1, 99, 0 // the journal has no step of it
	write(t, l, store.Commit{Machines: []store.Snapshot{m}, Keep: []store.Ref{{Machine: m.ID, Digest: d}}})
	if err := st.Checkpoint(t.Context(), start, sign); err != nil {
		t.Fatal(err)
	}
	if _, err := st.EraseBefore(t.Context(), start.Add(2*time.Second), 10); err != nil {
		t.Fatal(err)
	}
	keep(t, st, tick("a.prod.2", 1, start), tick("a.prod.10", 1, start), tick("a.prod.2", 2, start.Add(time.Second)))
}

// restore: a backup can be restored into an empty store, and only there.
func restore(t *testing.T, s *suite) {
	st, l := s.lead(t)
	fill(t, st, l)
	backup := dump(t, st)
	to := s.open(t, s.fresh(t))
	if err := to.Restore(t.Context(), bytes.NewReader(backup)); err != nil {
		t.Fatal(err)
	}
	if a, b := body(t, dump(t, to)), body(t, backup); a != b {
		t.Errorf("restored:\n%s\nwas:\n%s", a, b)
	}
	if a, err := to.Verify(t.Context(), check); err != nil || !a.Verified || a.Entries != 3 || a.Checkpoints != 1 {
		t.Errorf("%+v %v", a, err)
	}
	if err := to.Restore(t.Context(), bytes.NewReader(backup)); !fault.Is(err, fault.Refused) {
		t.Errorf("into a store that is not empty: %v", err)
	}
	after, err := to.Lead(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer after.Release()
	if head, _ := after.Head(); head != 3 || after.Epoch() <= l.Epoch() {
		t.Errorf("head %d, epoch %d after %d", head, after.Epoch(), l.Epoch())
	}
	write(t, after, store.Commit{Entries: []store.Entry{entry(4, "toy/d", "")}})
}

// body gives a dump without its leader and its sum.
func body(t testing.TB, dump []byte) string {
	t.Helper()
	var keep []string
	for line := range strings.Lines(string(dump)) {
		if !strings.HasPrefix(line, `["leader"`) && !strings.HasPrefix(line, `{"rows"`) {
			keep = append(keep, line)
		}
	}
	return strings.Join(keep, "")
}

// damage: a backup that is cut off or was changed anywhere is refused, and nothing of it stays.
func damage(t *testing.T, s *suite) {
	st, l := s.lead(t)
	fill(t, st, l)
	backup := dump(t, st)
	to := s.open(t, s.fresh(t))
	empty := dump(t, to)
	refuse := func(what string, b []byte) {
		t.Helper()
		if err := to.Restore(t.Context(), bytes.NewReader(b)); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 40 {
		n := r.IntN(len(backup) - 1)
		refuse(fmt.Sprintf("cut off after %d bytes", n), backup[:n])
	}
	lines := bytes.SplitAfter(backup, []byte("\n"))
	for i := range len(lines) - 2 {
		without := bytes.Join(append(append([][]byte{}, lines[:i]...), lines[i+1:]...), nil)
		refuse(fmt.Sprintf("without line %d", i+1), without)
	}
	refuse("with more at its end", append(bytes.Clone(backup), 'x'))
	refuse("something else", []byte("PK\x03\x04 not a backup\n"))
	refuse("empty", nil)
	if got := dump(t, to); !bytes.Equal(got, empty) {
		t.Errorf("something stayed:\n%s", got)
	}
	if err := to.Restore(t.Context(), bytes.NewReader(backup)); err != nil {
		t.Errorf("the whole one: %v", err)
	}
}

// Differ writes the same random sequence to stores at two addresses and fails if their
// dumps differ; then it restores each one's backup into another at the other's kind.
func Differ(t *testing.T, seed uint64, one, two func(testing.TB) string) {
	s := &suite{}
	var dumps [2]string
	var backups [2][]byte
	for i, fresh := range []func(testing.TB) string{one, two} {
		s.time.Store(0)
		s.fresh = fresh
		st, l := s.lead(t)
		random(t, s, rand.New(rand.NewPCG(seed, 7)), st, l)
		backups[i] = dump(t, st)
		dumps[i] = unsalted(t, backups[i])
	}
	if dumps[0] != dumps[1] {
		t.Errorf("the stores differ:\n%s\n\n%s", dumps[0], dumps[1])
	}
	for i, fresh := range []func(testing.TB) string{two, one} {
		st := s.open(t, fresh(t))
		if err := st.Restore(t.Context(), bytes.NewReader(backups[i])); err != nil {
			t.Error(err)
		}
		if body(t, dump(t, st)) != body(t, backups[i]) {
			t.Errorf("the backup of store %d is not the same in the other database", i)
		}
	}
}

// random writes, erases, signs and collects.
func random(t *testing.T, s *suite, r *rand.Rand, st *store.Store, l *store.Lease) {
	words := []string{"a", "B", "ä", "z z", "<&>", "日本", "'; --", "%", "_", `\`}
	ids := map[string]int64{}
	var seq int64
	for n := range 60 {
		s.time.Add(r.Int64N(4000))
		var c store.Commit
		in := map[string]bool{}
		for range r.IntN(90) {
			id := "toy/" + words[r.IntN(len(words))] + words[r.IntN(len(words))]
			seq++
			e := entry(seq, id, fmt.Sprintf(`"%s"`, strings.Repeat("x", 1<<r.IntN(14))))
			e.At = start.Add(time.Duration(s.time.Load())*time.Second + time.Duration(seq))
			c.Entries = append(c.Entries, e)
			if in[id] {
				continue
			}
			in[id] = true
			if ids[id] == 0 {
				ids[id] = int64(len(ids) + 1)
			}
			m := row(ids[id], id)
			m.Step, m.Pending, m.Wake = seq, r.Int64N(3), r.Int64N(2)*seq
			c.Machines = append(c.Machines, m)
			ref := store.Ref{Machine: id, Digest: store.BlobDigest([]byte(words[r.IntN(len(words))]))}
			if r.IntN(2) == 0 {
				c.Keep = append(c.Keep, ref)
			} else {
				c.Drop = append(c.Drop, ref)
			}
			c.Blobs = append(c.Blobs, []byte(words[r.IntN(len(words))]))
		}
		write(t, l, c)
		var err error
		keep(t, st, tick("toy."+words[r.IntN(len(words))], int64(n+1), s.now()), tick("toy.new", int64(n+1), s.now()))
		switch r.IntN(4) {
		case 0:
			_, err = st.EraseBefore(t.Context(), s.now().Add(-time.Hour*10), r.IntN(100)+1)
		case 1:
			_, err = st.CollectBlobs(t.Context(), 1000)
		case 2:
			_, err = st.PutBlob(t.Context(), []byte(words[r.IntN(len(words))]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if a, err := st.Verify(t.Context(), check); err != nil || !a.Verified || a.Entries != seq {
		t.Errorf("%+v %v", a, err)
	}
}

// unsalted removes from a dump what is random: salts, and the digests and hashes over them.
func unsalted(t testing.TB, dump []byte) string {
	t.Helper()
	var out strings.Builder
	for line := range strings.Lines(body(t, dump)) {
		var v []any
		if strings.HasPrefix(line, `["journal"`) && json.Unmarshal([]byte(line), &v) == nil {
			v[7], v[8], v[12] = nil, nil, nil
			b, _ := json.Marshal(v)
			line = string(b) + "\n"
		}
		out.WriteString(line)
	}
	return out.String()
}
