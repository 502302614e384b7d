package notify

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/machine/machinetest"
)

func TestScripts(t *testing.T) { machinetest.Run(t, Machine{}, "testdata/*.txt") }

func TestGolden(t *testing.T) {
	t.Parallel()
	machinetest.Golden(t, Machine{}, Version, 1, "testdata/*.txt", "testdata/golden/v1.jsonl")
}

// channel plays a channel in time: its timers fire when they are due, and sending takes as
// long and fails as often as the test says.
type channel struct {
	t       *testing.T
	s       State
	now     time.Time
	sending bool
	answer  time.Time // when what is under way ends
	sent    []Message
	fails   func() bool
	takes   time.Duration
}

func newChannel(t *testing.T) *channel {
	return &channel{t: t, now: time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC), fails: func() bool { return false }, takes: time.Second}
}

func (c *channel) step(kind string, data any) {
	c.t.Helper()
	e := machine.Event{Type: kind, At: c.now, Data: machine.Must(data)}
	n, err := Machine{}.Step(c.s, e)
	if err != nil {
		c.t.Fatal(err)
	}
	c.s = n.State
	for range n.Effects {
		if c.sending {
			c.t.Fatal("two messages are under way")
		}
		c.sending, c.answer = true, c.now.Add(c.takes)
	}
}

func (c *channel) tell(n Notice) { c.step(EventTold, Told{Channel: "chat", Notice: n}) }

// until lets time pass.
func (c *channel) until(end time.Time) {
	for {
		due, kind := end, ""
		if c.sending && !c.answer.After(due) {
			due, kind = c.answer, "answer"
		}
		for _, d := range (Machine{}).Desired(c.s) {
			a, _ := machine.Decode[machine.Alarm](machine.Event{Data: d.Spec})
			if a.At.Before(due) {
				due, kind = a.At, machine.Timer
			}
		}
		if due.After(c.now) {
			c.now = due
		}
		switch {
		case kind == "":
			return
		case kind == machine.Timer:
			c.step(machine.Timer, machine.Alarm{})
		case c.fails():
			c.sending = false
			c.step(EffectSend+".failed", machine.Outcome{Error: "no"})
		default:
			c.sending = false
			c.sent = append(c.sent, *c.s.Sending)
			c.step(EffectSend+".done", nil)
		}
	}
}

func (c *channel) counts() (told int) {
	for _, m := range c.sent {
		told += len(m.Notices) + m.More
	}
	return told
}

// TestFlood: fifty notices a minute for an hour are a few messages, and each is counted.
func TestFlood(t *testing.T) {
	t.Parallel()
	c := newChannel(t)
	begun := c.now
	const all = 3_000
	for i := range all {
		c.until(begun.Add(time.Duration(i) * time.Hour / all))
		c.tell(Notice{Topic: Tasks, Title: fmt.Sprintf("task %d", i), Key: fmt.Sprint(i)})
	}
	if b := len(machine.Must(c.s)); b > 64<<10 {
		t.Errorf("its state has %d bytes", b)
	}
	c.until(begun.Add(2 * time.Hour))
	if n := c.counts(); n != all || len(c.sent) > 12 {
		t.Errorf("%d messages tell of %d", len(c.sent), n)
	}
	if title := c.sent[len(c.sent)-1].Title(); !strings.Contains(title, " more") {
		t.Error(title)
	}
	if c.s.status() != Idle || len((Machine{}).Desired(c.s)) > 0 {
		t.Errorf("it is %s", c.s.status())
	}
}

// TestUrgentFlood: also of what is urgent.
func TestUrgentFlood(t *testing.T) {
	t.Parallel()
	c := newChannel(t)
	begun := c.now
	for i := range 1200 {
		c.until(begun.Add(time.Duration(i) * time.Second))
		c.tell(Notice{Topic: Security, Title: "failed sign-in"})
	}
	c.until(begun.Add(3 * time.Hour))
	if n := c.counts(); n != 1200 || len(c.sent) > 40 {
		t.Errorf("%d messages tell of %d", len(c.sent), n)
	}
}

// TestNothingIsLostUntold plays random days: each notice is sent, counted as left out, waits,
// was known, or was given up.
func TestNothingIsLostUntold(t *testing.T) {
	t.Parallel()
	gaveUp := 0
	for seed := range uint64(25) {
		r := rand.New(rand.NewPCG(seed, 3))
		c := newChannel(t)
		begun, broken := c.now, false
		c.takes = time.Duration(r.IntN(100)) * time.Second
		c.fails = func() bool { return broken || r.IntN(10) == 0 }
		told, over := 0, 0
		for range 200 {
			c.until(c.now.Add(time.Duration(r.ExpFloat64() * float64(10*time.Minute))))
			if r.IntN(60) == 0 {
				broken = !broken
			}
			for range r.IntN(30) {
				n := Notice{Topic: []string{Tasks, Security}[r.IntN(8)/7], Title: "x", About: fmt.Sprint(r.IntN(500)), Key: fmt.Sprint(r.IntN(5000))}
				if r.IntN(10) == 0 {
					before := c.s.Waiting.count()
					n.Over = true
					c.tell(n)
					over += before - c.s.Waiting.count()
					continue
				}
				told++
				c.tell(n)
			}
		}
		broken, c.fails = false, func() bool { return false }
		c.until(c.now.Add(48 * time.Hour))
		if got := c.counts() + c.s.Waiting.count() + c.s.Repeated + c.s.Lost + over; got != told || c.s.status() != Idle {
			t.Fatalf("seed %d: %d were told and %d are known of (%d sent); %s", seed, told, got, c.counts(), c.s.status())
		}
		if limit := int(c.now.Sub(begun)/time.Minute) + 1; len(c.sent) > limit*2 {
			t.Errorf("seed %d: %d messages in %d minutes", seed, len(c.sent), limit)
		}
		gaveUp += c.s.Lost
	}
	if gaveUp == 0 {
		t.Error("nothing was ever given up")
	}
}

// TestGivesUp: after a day, which its row says; then it goes on.
func TestGivesUp(t *testing.T) {
	t.Parallel()
	c := newChannel(t)
	tries := 0
	c.fails = func() bool { tries++; return true }
	c.tell(Notice{Topic: Tasks, Title: "one"})
	c.until(c.now.Add(23 * time.Hour))
	if c.s.status() != Retrying || c.s.Lost != 0 || tries > 40 {
		t.Errorf("%s after %d tries", c.s.status(), tries)
	}
	c.until(c.now.Add(3 * time.Hour))
	if sum := (Machine{}).Summary(c.s); sum.Status != string(Failed) || !strings.Contains(sum.Title, "1 notices were given up") || c.s.Lost != 1 {
		t.Errorf("%+v", sum)
	}
	c.fails = func() bool { return false }
	c.tell(Notice{Topic: Tasks, Title: "two"})
	c.until(c.now.Add(time.Hour))
	if len(c.sent) != 1 || c.sent[0].Title() != "two" || c.s.status() != Idle {
		t.Errorf("%+v, %s", c.sent, c.s.status())
	}
}

func TestMessageText(t *testing.T) {
	t.Parallel()
	one := Notice{Title: "Deploy", Text: "add refunds", Link: "/tasks/1"}
	for _, c := range []struct {
		m           Message
		title, body string
	}{
		{Message{Notices: []Notice{one}}, "Deploy", "add refunds\n/tasks/1"},
		{Message{Notices: []Notice{one, {Title: "Other"}}}, "2 notices: Deploy, and 1 more", "- Deploy  /tasks/1\n- Other"},
		{Message{Notices: []Notice{one}, More: 37}, "38 notices: Deploy, and 37 more", "- Deploy  /tasks/1\nand 37 more, which are not kept"},
		{Message{More: 3}, "3 notices, which are not kept", "and 3 more, which are not kept"},
		{Message{Over: []string{"a"}}, "", ""},
	} {
		if c.m.Title() != c.title || c.m.Body() != c.body {
			t.Errorf("%q, %q", c.m.Title(), c.m.Body())
		}
	}
}

// FuzzStep: whatever is told, the state stays small and text stays text.
func FuzzStep(f *testing.F) {
	f.Add([]byte(`{"channel":"a","notice":{"title":"x","text":"é","over":false}}`), EventTold)
	f.Add([]byte(`{"error":"x"}`), EffectSend+".failed")
	f.Fuzz(func(t *testing.T, data []byte, kind string) {
		s := State{}
		at := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
		for i := range 40 {
			n, err := Machine{}.Step(s, machine.Event{Type: kind, At: at, Data: data})
			if err != nil {
				if !fault.Is(err, fault.Invalid) && i == 0 && kind == EventTold {
					t.Error(err)
				}
				return
			}
			s, at = n.State, at.Add(time.Minute)
			for _, n := range s.Waiting.Notices {
				if !utf8.ValidString(n.Title) || len(n.Title) > longestTitle || strings.ContainsAny(n.Title, "\r\n") {
					t.Errorf("%q", n.Title)
				}
			}
			Machine{}.Desired(s)
			Machine{}.Summary(s)
		}
	})
}
