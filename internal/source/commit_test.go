package source

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/fault"
)

func TestCommit(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	id := r.commit("Sell seats\n\nOne at a time.\n\nCo-authored-by: Cleo <cleo@example.test>\nCo-Authored-By: Dan D <dan@example.test>\nCo-authored-by: nobody")
	fetch(t, m, r.remote())
	got, err := m.Commit(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if got.Subject != "Sell seats" || !strings.HasPrefix(got.Body, "One at a time.") || got.Author != (Person{"Ada", "ada@example.test"}) || got.Committer.Name != "Bob" {
		t.Errorf("got %+v", got)
	}
	if got.Committed.Format("2006-01-02 15:04:05 MST") != "2026-03-01 09:00:01 UTC" {
		t.Errorf("committed %v", got.Committed)
	}
	if diff := cmp.Diff([]Person{{"Cleo", "cleo@example.test"}, {"Dan D", "dan@example.test"}}, got.CoAuthors); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"", "HEAD", "main", "--all", id[:10], strings.ToUpper(id) + "Z"} {
		if _, err := m.Commit(t.Context(), bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := m.Commit(t.Context(), strings.Repeat("0", 40)); !fault.Is(err, fault.NotFound) {
		t.Errorf("an unknown commit: %v", err)
	}
}

func TestHostileCommitTexts(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	r.git("-c", "user.name=x", "commit", "--quiet", "--allow-empty", "--author=E\x1b[31mve\xff <e@example.test>", "-m", "sub\x1bject \xff\n\nbody\x01")
	id := fetch(t, m, r.remote())
	got, err := m.Commit(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if got.ID != id || got.Author.Name != "E[31mve\u00ff" || got.Subject != "subject \u00ff" || got.Body != "body\n" {
		t.Errorf("got %+q", got)
	}
	if c, err := parseCommit(append([]string{id, "", "\xff\xfe\x00"}, "", "0", "", "", "0", "", "", "\x9b")); err != nil || c.Author.Name != "\uFFFD\uFFFD" {
		t.Errorf("bytes that are no text: %+q, %v", c, err)
	}
}

func TestBetween(t *testing.T) {
	t.Parallel()
	r, m := newRepo(t), newMirror(t)
	var ids []string
	for _, s := range []string{"a", "b", "c", "d"} {
		ids = append(ids, r.commit(s))
	}
	fetch(t, m, r.remote())
	for name, c := range map[string]struct {
		old   string
		limit int
		want  []string
		more  bool
	}{
		"some":        {ids[1], 10, []string{ids[3], ids[2]}, false},
		"none":        {ids[3], 10, nil, false},
		"bounded":     {ids[0], 2, []string{ids[3], ids[2]}, true},
		"no old":      {"", 10, []string{ids[3], ids[2], ids[1], ids[0]}, false},
		"unknown old": {strings.Repeat("1", 40), 1, []string{ids[3]}, true},
	} {
		list, more, err := m.Between(t.Context(), c.old, ids[3], c.limit)
		var got []string
		for _, commit := range list {
			got = append(got, commit.ID)
		}
		if diff := cmp.Diff(c.want, got); err != nil || more != c.more || diff != "" {
			t.Errorf("%s: more %v, %v\n%s", name, more, err, diff)
		}
	}
}
