package train

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Whatever doors, instances, people and clocks do: nobody goes in before every door was open,
// nor before the one before is completed; and in the end either all are in, or all are back
// where they were, or a person was asked.
func TestRandom(t *testing.T) {
	t.Parallel()
	ends := map[Status]int{}
	for seed := range sequences() {
		h, err := newHouse(seed)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.live(); err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, strings.Join(h.log, "\n"))
		}
		ends[h.train.Status]++
	}
	for _, s := range []Status{Arrived, RolledBack, Aborted, Held, Accepted} {
		if ends[s] < 3 {
			t.Errorf("%s was the end %d times only: %v", s, ends[s], ends)
		}
	}
}

// sequences is few enough for every run; the heavy suite finds what is rare.
func sequences() uint64 {
	if os.Getenv("SLIPWAY_HEAVY") != "" {
		return 20_000
	}
	return 300
}

func (h *house) live() error {
	r := Request{ID: "t", Environment: "prod"}
	for i, s := range services {
		w := Wanted{Request: request(s, "r1", 2)}
		if i > 0 {
			w.Needs = services[i-1 : i]
		}
		r.Members = append(r.Members, w)
	}
	h.rand.Shuffle(len(r.Members), func(i, j int) { r.Members[i], r.Members[j] = r.Members[j], r.Members[i] })
	if err := h.tell(MachineID("t"), EventRequested, r, nil); err != nil {
		return err
	}
	for range 80 {
		if err := h.turn(h.anything); err != nil {
			return err
		}
	}
	for n := 0; !h.train.over() && h.train.Status != Held; n++ {
		if n > 500 {
			return fmt.Errorf("it does not come to an end: %s", machine.Must(h.train))
		}
		if err := h.turn(h.onward); err != nil {
			return err
		}
	}
	return h.ended()
}

// turn does something, and holds the train to what it promises.
func (h *house) turn(do func() error) error {
	before := h.train
	begun := h.begun()
	if err := do(); err != nil && !fault.Is(err, fault.Refused) {
		return err
	}
	if len(h.begun()) <= len(begun) {
		return nil
	}
	at := len(begun)
	for i, m := range before.Members {
		switch {
		case i < at && m.Phase != deploy.Completed:
			return fmt.Errorf("%s went in and %s is %s", services[at], m.Service, m.Phase)
		case i == at && !slices.Equal(h.begun(), services[:at+1]):
			return fmt.Errorf("the order is %v", h.begun())
		case at == 0 && !m.Ready:
			return fmt.Errorf("the first went in and the door of %s is shut", m.Service)
		}
	}
	return nil
}

// begun gives the members that went in, or are on their way in, by their lanes.
func (h *house) begun() []string {
	var out []string
	for _, s := range services {
		l := h.lanes[lane(s)]
		for _, row := range l.Rows() {
			if row.Train == "t" && row.Kind == deploy.KindDeploy && len(row.Phases) > 0 {
				out = append(out, s)
			}
		}
	}
	return out
}

// anything is mostly work, and sometimes what is not wanted.
func (h *house) anything() error {
	s := services[h.rand.IntN(len(services))]
	switch n := h.rand.IntN(1000); {
	case n < 150:
		h.door[s] = h.rand.IntN(3) > 0
		return h.ask(s)
	case n < 156:
		return h.tell(MachineID("t"), EventAbort, Reason{}, nil)
	case n < 162:
		return h.tell(lane(s), deploy.EventAbort, deploy.Abort{}, nil)
	case n < 166:
		h.revoked = true
	case n < 170:
		return h.tell(MachineID("t"), EventRollback, Reason{}, nil)
	case n < 200:
		return h.tell(MachineID("t"), EventAccept, Reason{}, nil)
	case n < 216:
		h.now = h.now.Add(20 * time.Minute)
		for _, d := range (Machine{}).Desired(h.train) {
			return h.tell(MachineID("t"), machine.Timer, d.Spec, nil)
		}
	case n < 400:
		return h.back()
	default:
		return h.work(s, h.rand.IntN(40) > 0)
	}
	return nil
}

// onward is a world in which everything goes well.
func (h *house) onward() error {
	s := services[h.rand.IntN(len(services))]
	h.door[s] = true
	if len(h.effects) > 0 {
		return h.back()
	}
	if len(h.lanes[lane(s)].Queue) > 0 {
		if err := h.ask(s); err == nil {
			return nil
		}
	}
	return h.work(s, true)
}

// ended holds the lanes to what the train says of them.
func (h *house) ended() error {
	for i, m := range h.train.Members {
		l := h.lanes[lane(m.Service)]
		runs := l.Current.Release
		switch s := h.train.Status; {
		case m.Service != services[i]:
			return fmt.Errorf("%s goes in as number %d", m.Service, i+1)
		case l.Active != nil || len(l.Queue) > 0:
			if s != Held && s != Accepted {
				return fmt.Errorf("it is %s, and %s has something under way", s, m.Service)
			}
		case s == Arrived && runs != "r1", s != Held && s != Accepted && s != Arrived && runs != "r0":
			return fmt.Errorf("it is %s, and %s runs %s", s, m.Service, runs)
		}
	}
	return nil
}
