package edge

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"slipway.dev/internal/edge/count"
)

// weighted makes a service with groups of these weights.
func weighted(weights ...int) *service {
	s := &service{none: &group{}}
	for _, w := range weights {
		s.groups = append(s.groups, &group{weight: w, cell: &count.Cell{}})
	}
	s.turns = turns(s.groups)
	divide(s.groups)
	return s
}

// chosenOf says which group a user gets.
func chosenOf(s *service, lot uint64) int {
	g := s.choose(nil, lot, true)
	for i := range s.groups {
		if s.groups[i] == g {
			return i
		}
	}
	return -1
}

// While the first group grows, users only ever move to it, and its share is that of its weight.
func TestUsersStayWhileACanaryGrows(t *testing.T) {
	t.Parallel()
	const users = 20_000
	canary := map[int]bool{}
	for _, weight := range []int{0, 1, 2, 5, 10, 33, 50, 99, 100} {
		s := weighted(weight, 100-weight, 0)
		n := 0
		for u := range users {
			got := chosenOf(s, lot("prod/tickets", fmt.Sprint("user", u)))
			if got < 0 || s.groups[got].weight == 0 {
				t.Fatalf("weight %d: user %d gets group %d", weight, u, got)
			}
			if canary[u] && got != 0 {
				t.Fatalf("weight %d: user %d goes back", weight, u)
			}
			if got == 0 {
				canary[u] = true
				n++
			}
		}
		if share, want := float64(n)/users, float64(weight)/100; math.Abs(share-want) > 4*math.Sqrt(want*(1-want)/users) {
			t.Errorf("weight %d has a share of %.4f", weight, share)
		}
	}
}

func TestEveryLotHasAGroup(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for range 1000 {
		var weights []int
		sum := 0
		for range 1 + random.IntN(5) {
			weights = append(weights, random.IntN(3)*random.IntN(maxWeight/2))
			sum += weights[len(weights)-1]
		}
		s := weighted(weights...)
		for _, lot := range []uint64{0, 1, random.Uint64(), math.MaxUint64 - 1, math.MaxUint64} {
			got := chosenOf(s, lot)
			if (got >= 0) != (sum > 0) || got >= 0 && weights[got] == 0 {
				t.Fatalf("%v: lot %d gets group %d", weights, lot, got)
			}
		}
	}
}

// The places of users must never change: a successor would move them all.
func TestLotIsForEver(t *testing.T) {
	t.Parallel()
	if got := lot("prod/tickets", "ann"); got != 0x18b897f07ca930f7 {
		t.Errorf("%#x", got)
	}
	if lot("prod/tickets", "ann") == lot("prod/payments", "ann") {
		t.Error("a user has the same place in all services")
	}
}

func TestIdentityIsBounded(t *testing.T) {
	t.Parallel()
	by := &sticky{cookie: "u"}
	for sent, want := range map[string]string{
		"u=1": "1", "a=b; u=2; u=3": "2", "u": "", "u=": "", "=u": "", ";;;": "", "xu=1": "", "u=a=b": "a=b", "U=1": "",
		"u=" + strings.Repeat("x", 10_000): strings.Repeat("x", maxIdentity), "u=\x00\xff": "\x00\xff",
	} {
		if got := by.identity(http.Header{"Cookie": {sent}}); got != want {
			t.Errorf("%.40q: %.40q, want %.40q", sent, got, want)
		}
	}
	header := &sticky{header: "X-User"}
	if got := header.identity(http.Header{"X-User": {"ann", "bob"}}); got != "ann" {
		t.Errorf("%q", got)
	}
}
