package source_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
)

func TestCommitsAndContributors(t *testing.T) {
	w := newWorld(t)
	w.team()
	first := w.commit("First")
	w.write("tickets/app", "2")
	second := w.commit("Change tickets\n\nCo-authored-by: Ben <BEN@example.org>")
	commits, more, err := w.driver.Commits(t.Context(), "shop", first, second)
	if err != nil || more || len(commits) != 1 || commits[0].ID != second || commits[0].Subject != "Change tickets" || commits[0].Author != "Ann" || commits[0].At.IsZero() {
		t.Errorf("%+v, more %v, %v", commits, more, err)
	}
	people, err := w.driver.Contributors(t.Context(), "shop", first, second, "")
	if diff := cmp.Diff([]gate.Contributor{{Name: "Ann", Email: "ann@example.org"}, {Name: "Ben", Email: "ben@example.org"}}, people); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	for _, of := range []string{"shop", "nothing"} {
		if _, err := w.driver.Contributors(t.Context(), of, second, "0123456789012345678901234567890123456789", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: people of what is not known: %v", of, err)
		}
	}
	if _, _, err := w.driver.Commits(t.Context(), "shop", "0123456789012345678901234567890123456789", second); !fault.Is(err, fault.NotFound) {
		t.Errorf("commits since one that is not known: %v", err)
	}
}
