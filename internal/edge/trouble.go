package edge

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"slipway.dev/internal/wire/edgewire"
)

// maxDelay bounds how long a request is held up on purpose: it holds a connection meanwhile.
const maxDelay = time.Minute

// trouble is a fault that was asked for.
type trouble struct {
	edgewire.Trouble
	until time.Time // by the clock that nobody sets
}

// troublesOf gives the faults by service, and what is wrong with those that are left out: a
// fault must not keep anybody from routing.
func troublesOf(wire []edgewire.Trouble, now time.Time) (map[string]*trouble, string) {
	var out map[string]*trouble
	var problems []string
	for _, w := range wire {
		left := min(w.Until.Sub(now), edgewire.MaxTrouble)
		if left <= 0 {
			continue
		}
		key := serviceKey(w.Environment, w.Service)
		err := checkTrouble(w)
		if err == nil && out[key] != nil {
			err = errors.New("there is another one")
		}
		if err != nil {
			problems = append(problems, fmt.Sprintf("the fault of %.80q is left out: %v", key, err))
			continue
		}
		if out == nil {
			out = map[string]*trouble{}
		}
		out[key] = &trouble{Trouble: w, until: now.Add(left)}
	}
	return out, strings.Join(problems, "; ")
}

func checkTrouble(w edgewire.Trouble) error {
	switch {
	case !(w.Share > 0 && w.Share <= 1):
		return fmt.Errorf("its share %v is not above 0, to 1", w.Share)
	case w.Delay < 0 || w.Delay > maxDelay:
		return fmt.Errorf("its delay of %s is not within 0 and %s", w.Delay, maxDelay)
	case w.Status != 0 && (w.Status < 500 || w.Status > 599):
		return fmt.Errorf("it answers %d, and not 5xx", w.Status)
	case w.Delay == 0 && w.Status == 0:
		return errors.New("it does nothing")
	}
	return nil
}

// suffer has the request meet with a fault, if it is among those that are to. It says whether
// the request was answered.
func (x *exchange) suffer(w http.ResponseWriter, t *trouble) (answered bool) {
	if !x.start.Before(t.until) || rand.Float64() >= t.Share {
		return false
	}
	if err := x.hold(t); err != nil {
		x.fail(w, x.in, err) // the client left
		return true
	}
	if t.Status == 0 {
		return false
	}
	x.group = x.service.choose(x.in.Header, x.lot, x.drawn) // whose users met with it
	x.own(w, t.Status, edgewire.OnPurpose, "a fault that was asked for, to see what comes of it")
	return true
}

// hold lets the delay pass, but not beyond the fault's end.
func (x *exchange) hold(t *trouble) error {
	delay := min(t.Delay, time.Until(t.until))
	if delay <= 0 {
		return nil
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-x.in.Context().Done():
		return x.in.Context().Err()
	}
}
