package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

// Live plays a chapter on a terminal and then does what a person's keys say, until q. It
// ends with a summary, and however it ends, with the terminal as it was and nothing left.
func Live(ctx context.Context, o Options, t Terminal) (err error) {
	c, err := find(o.Chapter)
	if err != nil {
		return err
	}
	ctx, stop := hangup(ctx)
	defer stop()
	sc, err := openScreen(t)
	if err != nil {
		return err
	}
	defer sc.restore()
	l := &live{stage: newStage(sc, c), screen: sc, keys: keysOf(t.In), done: make(chan outcome)}
	summary, err := l.run(ctx, o)
	sc.restore() // before what takes a while: from here on Ctrl-C is a signal again
	err = errors.Join(err, l.close())
	if summary != nil {
		summary.Write(t.Out)
	}
	return err
}

// live is a demo with a person.
type live struct {
	*stage
	screen  *screen
	keys    <-chan byte
	done    chan outcome // of each thing that was begun
	running int
	alone   bool // something runs that wants to be alone
	ready   bool // the shop is open
	board   board
}

// outcome is how something that was begun has ended.
type outcome struct {
	alone bool
	err   error
}

// drawEvery is the time between two drawings of the lines at the bottom.
const drawEvery = 250 * time.Millisecond

// run goes on until the person quits, and gives the summary.
func (l *live) run(ctx context.Context, o Options) (*Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	l.begin(ctx, true, func(ctx context.Context) error {
		if err := l.stage.open(ctx, o); err != nil {
			return err
		}
		go l.watchHouse(ctx, cancel)
		go l.board.keep(ctx, l.house.client, len(l.chapter.environments) > 1)
		return l.chapter.open(ctx, l.stage)
	})
	err := l.loop(ctx)
	cancel(nil)
	for ; l.running > 0; l.running-- {
		<-l.done
	}
	if !l.ready || err != nil {
		return nil, l.because(err)
	}
	grace, end := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer end()
	summary, err := l.result(grace)
	return &summary, l.because(err)
}

// watchHouse ends the demo if its control plane ends.
func (l *live) watchHouse(ctx context.Context, cancel context.CancelCauseFunc) {
	select {
	case <-l.house.ended:
		cancel(l.house.died())
	case <-ctx.Done():
	}
}

func (l *live) loop(ctx context.Context) error {
	tick := time.NewTicker(drawEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case o := <-l.done:
			if err := l.ended(o); err != nil {
				return cause(ctx, err)
			}
		case letter, ok := <-l.keys:
			if !ok || quits(letter) {
				return nil
			}
			l.press(ctx, letter)
		case <-tick.C:
			l.screen.show(l.bottom())
		}
	}
}

// begin does something beside the loop. A panic in it must not leave the terminal raw.
func (l *live) begin(ctx context.Context, alone bool, do func(context.Context) error) {
	l.running++
	l.alone = l.alone || alone
	go func() {
		o := outcome{alone: alone}
		defer func() {
			if p := recover(); p != nil {
				o.err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
			l.done <- o
		}()
		o.err = do(ctx)
	}()
}

// ended takes note that something ended. What went otherwise than told is told then; once
// the shop is open, it is no reason to end the demo.
func (l *live) ended(o outcome) error {
	l.running--
	if o.alone {
		l.alone = false
	}
	var unexpected *Otherwise
	switch {
	case o.err == nil && !l.ready:
		l.ready = true
		l.say("Now it is yours. Press %s.", l.help())
		if l.chapter.hint != "" {
			l.say("%s", l.chapter.hint)
		}
	case l.ready && errors.As(o.err, &unexpected):
		l.say("That went otherwise than told: %s.", unexpected)
	default:
		return o.err
	}
	return nil
}

func quits(letter byte) bool { return strings.IndexByte("qQ\x03\x04", letter) >= 0 } // Ctrl-C, Ctrl-D

func (l *live) press(ctx context.Context, letter byte) {
	at := slices.IndexFunc(l.chapter.keys, func(k key) bool { return k.letter == letter|0x20 })
	switch {
	case at < 0:
	case !l.ready:
		l.say("One moment: the shop is not open yet.")
	case l.chapter.keys[at].alone && l.alone:
		l.say("%s", l.chapter.busy)
	default:
		k := l.chapter.keys[at]
		l.begin(ctx, k.alone, func(ctx context.Context) error { return k.do(ctx, l.stage) })
	}
}

// keysOf brings a byte for each key.
func keysOf(in *os.File) <-chan byte {
	keys := make(chan byte)
	go func() {
		defer close(keys)
		b := make([]byte, 1)
		for {
			if n, err := in.Read(b); err != nil || n == 0 {
				return
			}
			keys <- b[0]
		}
	}()
	return keys
}
