package engine_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
	"slipway.dev/internal/store/pgtest"
)

var storeAll = store.JournalFilter{}

const trigger = `CREATE TRIGGER poison BEFORE INSERT ON journal WHEN NEW.type = 'poison' BEGIN SELECT RAISE(ABORT, 'poisoned'); END`

// counted is a toy that counts how often it is asked.
type counted struct {
	toy
	steps *atomic.Int64
}

func (c counted) Step(s toyState, ev machine.Event) (machine.Next[toyState], error) {
	c.steps.Add(1)
	return c.toy.Step(s, ev)
}

// TestABadOneDoesNotHurtOthers lets the database refuse one submission of a batch.
func TestABadOneDoesNotHurtOthers(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	err := s.Update(t.Context(), func(tx store.Tx) error {
		_, err := tx.ExecContext(t.Context(), trigger)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// The first commit waits until all others are stepped or queued, so that they share the second.
	const others = 20
	var steps atomic.Int64
	var held *engine.Engine
	e := start(t, s, engine.Options{Before: func(n int64) {
		if n == 1 {
			until(t, "all are there", func() bool { return steps.Load()+int64(held.Queued()) == 2*others+1 })
		}
	}}, func(e *engine.Engine) { engine.Register(e, "counted", 1, counted{steps: &steps}) })
	held = e
	var group sync.WaitGroup
	send := func(id, typ string, bad bool) {
		group.Go(func() {
			r, err := e.Submit(t.Context(), engine.To{Machine: id, Event: machine.Event{Type: typ, Actor: someone}})
			if (err != nil) != bad || !bad && r.Steps[0] == 0 {
				t.Errorf("%s %s: %+v %v", id, typ, r, err)
			}
		})
	}
	send("counted/first", "fine", false)
	for i := range others {
		send(fmt.Sprintf("counted/%d", i), "fine", false)
		send("counted/all", map[bool]string{true: "poison", false: "fine"}[i == 7], i == 7)
	}
	group.Wait()
	if all, step := load(t, e, "counted/all"); step != others-1 || all.Seen["poison"] != 0 {
		t.Errorf("toy/all took %d steps: %v", step, all.Seen)
	}
	if a, err := s.Verify(t.Context(), nil); err != nil || !a.Verified || a.Entries != 2*others {
		t.Errorf("journal: %+v %v", a, err)
	}
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s.db")
	quiet := slog.New(slog.DiscardHandler)
	s, err := store.Open(t.Context(), path, store.Options{MaxPages: 200, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	e := start(t, s, engine.Options{}, nil)
	taken := 0
	for ; err == nil && taken < 10000; taken++ {
		_, err = e.Submit(t.Context(), do(fmt.Sprintf("toy/%d", taken), order{Note: strings.Repeat("x", 1000)}))
	}
	taken-- // the last one failed
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "full") {
		t.Fatalf("after %d: %v", taken, err)
	}
	if _, _, err := engine.Load[toyState](t.Context(), e, fmt.Sprintf("toy/%d", taken)); !fault.Is(err, fault.NotFound) {
		t.Errorf("what was not confirmed is there: %v", err)
	}
	stop(t, e)
	s.Close()

	s = open(t, path) // there is room again
	e = start(t, s, engine.Options{}, nil)
	if rows, err := e.List(t.Context(), "toy/"); err != nil || len(rows) != taken {
		t.Errorf("%d confirmed, %d there, %v", taken, len(rows), err)
	}
	submit(t, e, do("toy/after", order{}))
	if a, err := s.Verify(t.Context(), nil); err != nil || !a.Verified || a.Entries != int64(taken+1) {
		t.Errorf("journal: %+v %v", a, err)
	}
}

func TestDamagedFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := filepath.Join(dir, "good.db")
	s := open(t, good)
	e := start(t, s, engine.Options{}, nil)
	for i := range 50 {
		submit(t, e, do(fmt.Sprintf("toy/%d", i), order{Note: strings.Repeat("x", 1000)}))
	}
	stop(t, e)
	s.Close() // writes all into the one file
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"cut off":   whole[:len(whole)/2],
		"no store":  []byte(strings.Repeat("this is not a database. ", 1000)),
		"scribbled": append(append([]byte{}, whole[:100]...), make([]byte, len(whole)-100)...),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := store.Open(t.Context(), path, store.Options{})
			if err == nil {
				defer s.Close()
				_, err = s.Verify(t.Context(), nil)
			}
			if !fault.Is(err, fault.Internal) || !strings.Contains(err.Error(), "damaged") || !strings.Contains(err.Error(), "backup") {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestStandbyTakesOver(t *testing.T) {
	t.Parallel()
	address := pgtest.Start(t)
	first := exec.Command(os.Args[0], "-test.run=^TestLeaderChild$", "-test.v")
	first.Env = append(os.Environ(), leaderEnv+"="+address)
	out, err := first.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 1)
	for text := ""; !strings.Contains(text, "leads\n"); text += string(line) {
		if _, err := out.Read(line); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}

	s := open(t, address)
	standby := engine.New(s, engine.Options{Log: slog.New(slog.DiscardHandler)})
	engine.Register(standby, "toy", 1, toy{})
	if _, err := standby.Submit(t.Context(), do("toy/a", order{})); !fault.Is(err, fault.Unavailable) {
		t.Errorf("before Start: %v", err)
	}
	started := make(chan error, 1)
	go func() { started <- standby.Start(t.Context()) }()
	until(t, "it is a standby", func() bool {
		_, err := standby.Submit(t.Context(), do("toy/a", order{}))
		return fault.Is(err, fault.Unavailable) && strings.Contains(err.Error(), "standby")
	})
	select {
	case <-standby.Leading():
		t.Fatal("two lead")
	default:
	}
	first.Process.Kill()
	first.Wait()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	defer stop(t, standby)
	<-standby.Leading()
	if a, _ := load(t, standby, "toy/a"); fmt.Sprint(a.Log) != "[by the first]" {
		t.Errorf("%v", a.Log)
	}
	submit(t, standby, do("toy/a", order{Note: "by the second"}))
}

const leaderEnv = "SLIPWAY_ENGINE_TEST_LEADER"

// TestLeaderChild leads until it is killed.
func TestLeaderChild(t *testing.T) {
	if os.Getenv(leaderEnv) == "" {
		t.Skip("only as a child of TestStandbyTakesOver")
	}
	e := start(t, open(t, os.Getenv(leaderEnv)), engine.Options{}, nil)
	submit(t, e, do("toy/a", order{Note: "by the first"}))
	fmt.Println("leads")
	select {}
}

// TestAReplacedLeaderWritesNothing raises the epoch under a leader that does not know.
func TestAReplacedLeaderWritesNothing(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{"sqlite": filepath.Join(t.TempDir(), "s.db"), "postgres": pgtest.Start(t)} {
		t.Run(name, func(t *testing.T) {
			s := open(t, address)
			running := make(chan struct{})
			ended := make(chan error, 1)
			e := start(t, s, engine.Options{}, func(e *engine.Engine) {
				e.HandleEffect("work", engine.EffectFunc(func(ctx context.Context, _ engine.EffectCall) (machine.Value, error) {
					close(running)
					<-ctx.Done()
					ended <- ctx.Err()
					return nil, ctx.Err()
				}))
			})
			submit(t, e, do("toy/a", effect("work", machine.Repeatable)))
			<-running
			err := s.Update(t.Context(), func(tx store.Tx) error {
				_, err := tx.ExecContext(t.Context(), `UPDATE leader SET epoch = epoch + 1`)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := e.Submit(t.Context(), do("toy/b", order{})); !errors.Is(err, store.ErrLost) || !fault.Is(err, fault.Unavailable) {
				t.Errorf("%v", err)
			}
			<-e.Lost()
			if err := <-ended; err == nil {
				t.Error("its effects go on")
			}
			if _, err := e.Submit(t.Context(), do("toy/c", order{})); !fault.Is(err, fault.Unavailable) {
				t.Errorf("%v", err)
			}
			if head, err := s.Head(t.Context()); head != 1 || err != nil {
				t.Errorf("head %d %v", head, err)
			}
		})
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "s.db"))
	running := make(chan struct{})
	e := start(t, s, engine.Options{}, func(e *engine.Engine) {
		e.HandleEffect("work", engine.EffectFunc(func(ctx context.Context, _ engine.EffectCall) (machine.Value, error) {
			close(running)
			<-ctx.Done()
			return machine.Must("done all the same"), nil // an outcome at the last moment counts
		}))
	})
	submit(t, e, do("toy/a", effect("work", machine.Once)))
	<-running
	stop(t, e)
	if _, err := e.Submit(t.Context(), do("toy/a", order{})); !fault.Is(err, fault.Unavailable) {
		t.Errorf("after Stop: %v", err)
	}
	l, err := s.Journal(t.Context(), 1, storeAll)
	if err != nil || len(l) != 1 || l[0].Type != "work.done" {
		t.Errorf("%+v %v", l, err)
	}
	short, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if l, err := s.Lead(short); err != nil {
		t.Errorf("the lease is still held: %v", err)
	} else {
		l.Release()
	}
}
