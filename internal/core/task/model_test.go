package task

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/machine"
)

// model is what a task should be, kept in the plainest way: who said what, for which digests,
// and when.
type model struct {
	digest         string
	quorum         int
	barred         map[string]bool
	said           map[string]said // by account
	standing, over bool
	deadline       time.Time
}

type said struct {
	agrees bool
	at     time.Time
}

const holds = 10 * time.Hour

// human is whose account it is: a1 and a2 are one human's.
func human(account string) string { return account[:1] }

var accounts = []string{"a1", "a2", "b1", "c1", "d1", "d2", "e1", "f1", "g1"}

func same(account string) []string {
	return slices.DeleteFunc(slices.Clone(accounts), func(a string) bool { return a == account || human(a) != human(account) })
}

func (m *model) agreed() (agree, reject int) {
	for _, s := range m.said {
		if s.agrees {
			agree++
		} else {
			reject++
		}
	}
	return agree, reject
}

func (m *model) lapse(at time.Time) {
	if m.over {
		return
	}
	if m.over = !m.deadline.After(at); m.over {
		at = m.deadline
	}
	maps.DeleteFunc(m.said, func(_ string, s said) bool { return !s.at.Add(holds).After(at) })
}

func (m *model) status() Status {
	agree, reject := m.agreed()
	switch {
	case reject > 0:
		return Rejected
	case agree >= m.quorum:
		return Approved
	}
	return Open
}

// answer says whether it should be taken, and takes it.
func (m *model) answer(account, digest string, agrees, asked bool, at time.Time) bool {
	agree, _ := m.agreed()
	if m.over || !asked || digest != m.digest || agrees && agree >= m.quorum {
		return false
	}
	for other := range m.barred {
		if human(other) == human(account) {
			return false
		}
	}
	for other := range m.said {
		if human(other) == human(account) {
			return false
		}
	}
	m.said[account] = said{agrees, at}
	return true
}

// TestModel holds the machine to the model over random events.
func TestModel(t *testing.T) {
	t.Parallel()
	taken := map[string]int{}
	for seed := range uint64(4000) {
		r := rand.New(rand.NewPCG(seed, 7))
		m := &model{digest: "0", quorum: 1 + r.IntN(3), barred: map[string]bool{"a1": true}, said: map[string]said{}, standing: r.IntN(3) > 0,
			deadline: noon.Add(time.Duration(20+r.IntN(60)) * time.Hour)}
		s := opened(t, Ask{Name: "t", Kind: Approval, Title: "T", Subject: "deploy/a/b", Reply: "told", From: []string{"g"}, Quorum: m.quorum,
			Excluded: map[string]string{"a1": "author"}, Digests: map[string]string{"d": "0"}, Expire: holds, Standing: m.standing, Deadline: m.deadline,
			Escalation: []Step{{After: time.Hour, Tell: []string{"team:x"}}}, Repeat: 2})
		at, replies := noon, 0
		for i := range 40 {
			at = at.Add(time.Duration(r.IntN(120)) * time.Minute)
			m.lapse(at)
			e, want := act(m, r, at)
			n, err := Machine{}.Step(s, e)
			if (err == nil) != want {
				t.Fatalf("seed %d, event %d: %s %s facts %s: %v, and the model says %v\n%+v\n%s", seed, i, e.Type, e.Data, e.Facts, err, want, m, machine.Must(s))
			}
			if err != nil {
				continue
			}
			taken[e.Type]++
			s, replies = n.State, replies+len(n.Messages)
			if !m.standing && m.status() != Open {
				m.over = true
			}
			if wrong := m.differs(s, replies); wrong != "" {
				t.Fatalf("seed %d, event %d, %s %s: %s\n%s", seed, i, e.Type, e.Data, wrong, machine.Must(s))
			}
		}
	}
	for _, e := range []string{EventAnswered, EventWithdrawn, EventRebound, EventVoided, machine.Timer, EventClosed} {
		if taken[e] < 100 {
			t.Errorf("%s was taken %d times only", e, taken[e])
		}
	}
}

// act makes an event, and tells the model of it.
func act(m *model, r *rand.Rand, at time.Time) (machine.Event, bool) {
	account := accounts[r.IntN(len(accounts))]
	facts := Facts{Person: account, Same: same(account), Groups: []string{"g"}}
	e := machine.Event{At: at, Actor: machine.Actor{Kind: "person", Name: account}}
	switch n := r.IntN(20); {
	case n == 0:
		e.Type, e.Data = EventRebound, machine.Must(Rebound{Digests: map[string]string{"d": fmt.Sprint(r.IntN(2))}, Quorum: r.IntN(4)})
		return e, m.rebind(e)
	case n == 1:
		e.Type, e.Data = EventVoided, machine.Must(Voided{Person: account})
		if !m.over {
			delete(m.said, account)
		}
		return e, true
	case n == 2 && r.IntN(5) == 0:
		e.Type, e.Data, m.over = EventClosed, machine.Must(Closed{}), true
		return e, true
	case n < 6:
		e.Type, e.Facts = EventWithdrawn, machine.Must(facts)
		_, gave := m.said[account]
		if m.over || !gave {
			return e, false
		}
		delete(m.said, account)
		return e, true
	case n < 8:
		e.Type = machine.Timer
		return e, true
	default:
		if n == 8 {
			facts.Groups = nil
		}
		a := Answer{Decision: Approve, Digests: map[string]string{"d": fmt.Sprint(r.IntN(10) / 9)}}
		if r.IntN(6) == 0 {
			a.Decision = Reject
		}
		e.Type, e.Data, e.Facts = EventAnswered, machine.Must(a), machine.Must(facts)
		return e, m.answer(account, a.Digests["d"], a.Decision == Approve, n != 8, at)
	}
}

func (m *model) rebind(e machine.Event) bool {
	r, _ := machine.Decode[Rebound](e)
	if m.over {
		return false
	}
	if r.Quorum > 0 {
		m.quorum = r.Quorum
	}
	if r.Digests["d"] != m.digest {
		m.digest, m.said = r.Digests["d"], map[string]said{}
	}
	return true
}

// differs says how a task is not as the model; empty: it is.
func (m *model) differs(s State, replies int) string {
	counts := map[string]said{}
	for _, g := range s.Given {
		if g.Void != "" {
			continue
		}
		if _, twice := counts[g.Person]; twice || g.Digests["d"] != s.Digests["d"] {
			return g.Person + " counts twice, or for something else"
		}
		counts[g.Person] = said{g.Decision == Approve, g.At}
	}
	if diff := cmp.Diff(m.said, counts, cmp.AllowUnexported(said{})); diff != "" {
		return "answers (-model +task):\n" + diff
	}
	final := s.Status == Done || s.Status == Expired || !s.Standing && s.Status != Open
	ended := 0
	if final && s.Status != Done {
		ended = 1
	}
	switch {
	case final != m.over || final != s.over():
		return fmt.Sprintf("it is %s, and the model's is over: %v", s.Status, m.over)
	case s.Status != Done && s.Status != Expired && s.Status != m.status():
		return fmt.Sprintf("it is %s, and the model %s", s.Status, m.status())
	case replies != ended:
		return fmt.Sprintf("its subject was told %d times", replies)
	case final && len(Machine{}.Desired(s)) > 0:
		return "it is over and still wants to be woken"
	}
	return ""
}
