package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/store"
)

func three(t testing.TB, l *store.Lease) {
	t.Helper()
	long := `"` + strings.Repeat("secret ", store.Inline) + `"`
	write(t, l, store.Commit{Entries: []store.Entry{entry(1, "toy/a", `"one"`), entry(2, "toy/b", long), entry(3, "toy/c", `"three"`)}})
}

func tampering(t *testing.T, s *suite) {
	for name, test := range map[string]struct {
		query string
		at    int64
	}{
		"type":     {`UPDATE journal SET type = 'x' WHERE seq = 2`, 2},
		"actor":    {`UPDATE journal SET actor = 'person:eve' WHERE seq = 3`, 3},
		"machine":  {`UPDATE journal SET machine = 'toy/x' WHERE seq = 1`, 1},
		"step":     {`UPDATE journal SET step = step + 1 WHERE seq = 2`, 2},
		"time":     {`UPDATE journal SET at = at + 1 WHERE seq = 2`, 2},
		"data":     {`UPDATE journal SET data = salt WHERE seq = 3`, 3},
		"salt":     {`UPDATE journal SET salt = hash WHERE seq = 3`, 3},
		"digest":   {`UPDATE journal SET digest = hash WHERE seq = 1`, 1},
		"hash":     {`UPDATE journal SET hash = digest WHERE seq = 2`, 2},
		"removed":  {`DELETE FROM journal WHERE seq = 2`, 2},
		"first":    {`DELETE FROM journal WHERE seq = 1`, 1},
		"blob":     {`DELETE FROM blob`, 2},
		"in blob":  {`UPDATE blob SET data = (SELECT data FROM journal WHERE seq = 1)`, 2},
		"unerased": {`UPDATE journal SET erased = 1 WHERE seq = 3`, 3},
	} {
		t.Run(name, func(t *testing.T) {
			st, l := s.lead(t)
			three(t, l)
			if a, err := st.Verify(t.Context(), nil); err != nil || !a.Verified {
				t.Fatalf("before: %+v %v", a, err)
			}
			update(t, st, test.query)
			a, err := st.Verify(t.Context(), nil)
			if err != nil || a.Verified || a.Break == nil || a.Break.Position != test.at {
				t.Errorf("%+v %+v %v", a, a.Break, err)
			}
		})
	}
}

func retention(t *testing.T, s *suite) {
	st, l := s.lead(t)
	three(t, l)
	for i, want := range []int{1, 1, 0} { // entries 1 and 2 are older than 3 s
		if n, err := st.EraseBefore(t.Context(), start.Add(3*time.Second), 1); n != want || err != nil {
			t.Errorf("round %d: %d %v", i, n, err)
		}
	}
	list, err := st.Journal(t.Context(), 0, store.JournalFilter{})
	if err != nil || !list[0].Erased || !list[1].Erased || list[0].Data != nil || list[2].Erased || string(list[2].Data) != `"three"` {
		t.Errorf("%v %+v", err, list)
	}
	s.time.Store(2 * 3600)
	if n, err := st.CollectBlobs(t.Context(), 10); n != 1 || err != nil {
		t.Errorf("the blob of an erased entry stays: %d %v", n, err)
	}
	if a, err := st.Verify(t.Context(), nil); err != nil || !a.Verified || a.Erased != 2 {
		t.Errorf("%+v %v", a, err)
	}
	write(t, l, store.Commit{Entries: []store.Entry{entry(4, "toy/d", `"four"`)}})
	if a, err := st.Verify(t.Context(), nil); err != nil || !a.Verified || a.Entries != 4 {
		t.Errorf("%+v %v", a, err)
	}
}

// sign and check are a signature that a test can look through.
func sign(_ context.Context, payload []byte) ([]byte, error) {
	return json.Marshal(map[string]string{"payload": string(payload), "sig": "by us"})
}

func check(envelope []byte) ([]byte, error) {
	var e map[string]string
	if err := json.Unmarshal(envelope, &e); err != nil || e["sig"] != "by us" {
		return nil, errors.New("not by us")
	}
	return []byte(e["payload"]), nil
}

func checkpoints(t *testing.T, s *suite) {
	for name, test := range map[string]struct {
		query  string
		at     int64
		reason string
	}{
		"whole":     {"", 0, ""},
		"cut off":   {`DELETE FROM journal WHERE seq = 3`, 3, "cut off"},
		"rewritten": {`UPDATE journal SET type = 'x', hash = digest WHERE seq = 3`, 3, ""},
		"moved":     {`UPDATE checkpoint SET seq = 2`, 2, "not the one that was signed"},
		"forged":    {`UPDATE checkpoint SET envelope = hash`, 3, "signature"},
	} {
		t.Run(name, func(t *testing.T) {
			st, l := s.lead(t)
			if err := st.Checkpoint(t.Context(), start, sign); err != nil { // nothing to sign
				t.Fatal(err)
			}
			three(t, l)
			for range 2 { // the second has nothing to sign
				if err := st.Checkpoint(t.Context(), start, sign); err != nil {
					t.Fatal(err)
				}
			}
			if test.query != "" {
				update(t, st, test.query)
			}
			a, err := st.Verify(t.Context(), check)
			switch {
			case err != nil:
				t.Error(err)
			case test.at == 0:
				if !a.Verified || a.Checkpoints != 1 {
					t.Errorf("%+v", a)
				}
			case a.Verified || a.Break.Position != test.at || !strings.Contains(a.Break.Reason, test.reason):
				t.Errorf("%+v %+v", a, a.Break)
			}
		})
	}
}

func blobs(t *testing.T, s *suite) {
	st, l := s.lead(t)
	put := func(text string) string {
		t.Helper()
		d, err := st.PutBlob(t.Context(), []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	kept, dropped, again, unused := put("kept"), put("dropped"), put("again"), put("unused")
	put("")
	write(t, l, store.Commit{Keep: []store.Ref{{Machine: "toy/a", Digest: kept}, {Machine: "toy/a", Digest: dropped}}})
	s.time.Store(3500)
	put("again")
	if n, _ := st.CollectBlobs(t.Context(), 10); n != 0 {
		t.Errorf("%d collected within the hour", n)
	}
	s.time.Store(3700)
	write(t, l, store.Commit{Drop: []store.Ref{{Machine: "toy/a", Digest: dropped}}})
	if n, err := st.CollectBlobs(t.Context(), 10); n != 2 || err != nil { // unused and the empty one
		t.Errorf("%d collected, %v", n, err)
	}
	for digest, there := range map[string]bool{kept: true, dropped: true, again: true, unused: false} {
		b, err := st.GetBlob(t.Context(), digest)
		if there != (err == nil && store.BlobDigest(b) == digest) {
			t.Errorf("%s: %q %v", digest, b, err)
		}
	}
	s.time.Store(20000)
	if n, err := st.CollectBlobs(t.Context(), 1); n != 1 || err != nil {
		t.Errorf("%d collected, %v", n, err)
	}
	if n, err := st.CollectBlobs(t.Context(), 10); n != 1 || err != nil {
		t.Errorf("%d collected, %v", n, err)
	}
	if _, err := st.GetBlob(t.Context(), kept); err != nil {
		t.Error(err)
	}
}

// auditCut: whoever cuts the end off together with all checkpoints is told by the machines.
func auditCut(t *testing.T, s *suite) {
	st, l := s.lead(t)
	m := row(1, "toy/a")
	m.Step = 2
	write(t, l, store.Commit{
		Entries:  []store.Entry{entry(1, "toy/a", `"one"`), entry(2, "toy/a", `"two"`), entry(3, "toy/b", `"other"`)},
		Machines: []store.Snapshot{m},
	})
	if a, err := st.Verify(t.Context(), check); err != nil || !a.Verified {
		t.Fatalf("%+v %v", a.Break, err)
	}
	update(t, st, `DELETE FROM journal WHERE seq > 1`)
	if a, err := st.Verify(t.Context(), check); err != nil || a.Verified || a.Break.Position != 2 || !strings.Contains(a.Break.Reason, "no step 2 of toy/a") {
		t.Errorf("%+v %v", a.Break, err)
	}
}
