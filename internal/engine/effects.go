package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sort"
	"sync"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// EffectCall is an effect that is to be run.
type EffectCall struct {
	ID      string // machine#step.index: the idempotency key
	Machine string
	Kind    string
	Input   machine.Value
}

// Decode reads the input into a T.
func Decode[T any](c EffectCall) (T, error) {
	return machine.Decode[T](machine.Event{Type: c.Kind, Data: c.Input})
}

// EffectHandler runs effects of a kind. Run's output becomes the event Kind+".done", its
// error Kind+".failed"; it is the machine that tries again. If ctx ended because the
// engine stops, an error leaves the effect pending for the next start.
//
// The handler of an Askable effect also has Ask; see Asker.
type EffectHandler interface {
	Run(ctx context.Context, c EffectCall) (machine.Value, error)
}

// Asker finds out what became of an effect whose outcome was lost. known: it has ended,
// with out or with err. Neither known nor err: it never began, and is run. Not known and
// err: it could not be found out; Ask is called again after a while.
type Asker interface {
	Ask(ctx context.Context, c EffectCall) (out machine.Value, known bool, err error)
}

// EffectFunc is a handler without Ask.
type EffectFunc func(ctx context.Context, c EffectCall) (machine.Value, error)

// Run calls f.
func (f EffectFunc) Run(ctx context.Context, c EffectCall) (machine.Value, error) { return f(ctx, c) }

// EffectOption is a setting of one kind of effects.
type EffectOption func(*effectKind)

// AtMost bounds how many effects of the kind run at once.
func AtMost(n int) EffectOption { return func(k *effectKind) { k.room = make(chan struct{}, n) } }

type effectKind struct {
	handler EffectHandler
	room    chan struct{}
}

// HandleEffect sets who runs effects of a kind; before Start.
func (e *Engine) HandleEffect(kind string, h EffectHandler, options ...EffectOption) {
	k := &effectKind{handler: h, room: make(chan struct{}, e.opts.EffectsPerKind)}
	for _, o := range options {
		o(k)
	}
	e.effects.kinds[kind] = k
}

// call is an effect on its way.
type call struct {
	machine   string
	effect    effect
	recovered bool // it was pending when the engine started: it may have run
}

type effects struct {
	e     *Engine
	kinds map[string]*effectKind

	mu      sync.Mutex
	ctx     context.Context
	waiting []call // until run is called
	parked  map[string]Parked
}

func newEffects(e *Engine) *effects {
	return &effects{e: e, kinds: map[string]*effectKind{}, parked: map[string]Parked{}}
}

// run begins with what was collected so far.
func (f *effects) run(ctx context.Context) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ctx = ctx
	for _, c := range f.waiting {
		f.e.spawn(func() { f.perform(ctx, c) })
	}
	f.waiting = nil
}

func (f *effects) start(c call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ctx == nil {
		f.waiting = append(f.waiting, c)
		return
	}
	if f.ctx.Err() == nil { // else it is for the next start
		f.e.spawn(func() { f.perform(f.ctx, c) })
	}
}

// ended returns when no call is being started any more, after ctx has ended.
func (f *effects) ended() {
	f.mu.Lock()
	defer f.mu.Unlock()
}

// perform runs an effect and hands in its outcome.
func (f *effects) perform(ctx context.Context, c call) {
	k := f.kinds[c.effect.Kind]
	if k == nil {
		f.report(ctx, c, "failed", machine.Outcome{Error: "this program has no handler for " + c.effect.Kind})
		return
	}
	select {
	case k.room <- struct{}{}:
	case <-ctx.Done():
		return
	}
	if ctx.Err() != nil { // both were ready: it is for the next start
		<-k.room
		return
	}
	word, outcome := f.outcome(ctx, k, c)
	<-k.room
	if word != "" {
		f.report(ctx, c, word, outcome)
	}
}

// outcome gives the word and the data of the outcome, or no word if the effect is to
// stay pending.
func (f *effects) outcome(ctx context.Context, k *effectKind, c call) (string, machine.Outcome) {
	ec := EffectCall{ID: c.effect.ID, Machine: c.machine, Kind: c.effect.Kind, Input: c.effect.Input}
	if c.effect.Blob != "" {
		var err error
		if ec.Input, err = f.e.store.GetBlob(ctx, c.effect.Blob); err != nil {
			return failed(ctx, fmt.Errorf("its input: %w", err))
		}
	}
	if c.recovered && c.effect.Class == machine.Once {
		return "unknown", machine.Outcome{Error: "the control plane ended while this was under way; it may or may not have happened"}
	}
	if c.recovered && c.effect.Class == machine.Askable {
		out, known, err := ask(ctx, k.handler, ec)
		switch {
		case known && err == nil:
			return "done", machine.Outcome{Output: out}
		case known:
			return failed(ctx, err)
		case ctx.Err() != nil:
			return "", machine.Outcome{}
		case err != nil:
			return "unknown", machine.Outcome{Error: "it cannot be found out what became of this: " + err.Error()}
		}
	}
	out, err := guarded(ctx, k.handler, ec)
	if err != nil {
		return failed(ctx, err)
	}
	return "done", machine.Outcome{Output: out}
}

func failed(ctx context.Context, err error) (string, machine.Outcome) {
	if ctx.Err() != nil {
		return "", machine.Outcome{}
	}
	return "failed", machine.Outcome{Error: err.Error()}
}

// ask asks for about a minute.
func ask(ctx context.Context, h EffectHandler, c EffectCall) (out machine.Value, known bool, err error) {
	a, ok := h.(Asker)
	if !ok {
		return nil, false, fmt.Errorf("the handler of %s has no way to ask", c.Kind)
	}
	for try := range 7 {
		if out, known, err = a.Ask(ctx, c); known || err == nil || !pause(ctx, try) {
			break
		}
	}
	return out, known, err
}

func guarded(ctx context.Context, h EffectHandler, c EffectCall) (out machine.Value, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the handler of %s panicked: %v", c.Kind, p)
		}
	}()
	return h.Run(ctx, c)
}

// report submits an outcome until it is durable or refused. When the engine stops, it is
// tried once more.
func (f *effects) report(ctx context.Context, c call, word string, o machine.Outcome) {
	o.Effect = c.effect.ID
	data, err := marshalOutcome(o)
	if err != nil {
		word, data = "failed", machine.Must(machine.Outcome{Effect: c.effect.ID, Error: "its output is not JSON"})
	}
	it := item{outcome: c.effect.ID, To: To{Machine: c.machine, Event: machine.Event{
		Type: c.effect.Kind + "." + word, Actor: machine.System("engine"), Data: data}}}
	for try := 0; ; try++ {
		_, err := f.e.submit(context.WithoutCancel(ctx), stopping, []item{it})
		switch {
		case err == nil:
			return
		case fault.Is(err, fault.Unavailable), fault.Is(err, fault.Conflict):
			if !pause(ctx, try) {
				return
			}
		default:
			f.park(c, word, err)
			return
		}
	}
}

// Parked is an effect whose outcome its machine refused. It stays pending, and is taken
// up again at the next start.
type Parked struct {
	Effect  string `json:"effect"`
	Machine string `json:"machine"`
	Event   string `json:"event"`
	Error   string `json:"error"`
}

func (f *effects) park(c call, word string, err error) {
	event := c.effect.Kind + "." + word
	f.e.log.Error("a machine refuses the outcome of its effect, which is parked", "machine", c.machine, "effect", c.effect.ID, "event", event, "error", err)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.parked[c.effect.ID] = Parked{Effect: c.effect.ID, Machine: c.machine, Event: event, Error: err.Error()}
}

// Parked gives the effects whose outcomes were refused since Start, by their ID.
func (e *Engine) Parked() []Parked {
	e.effects.mu.Lock()
	defer e.effects.mu.Unlock()
	list := make([]Parked, 0, len(e.effects.parked))
	for _, p := range e.effects.parked {
		list = append(list, p)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Effect < list[j].Effect })
	return list
}

// pause waits longer with every try, from 0.1 s to 30 s, and never quite as long as
// others do. It says whether ctx still goes on.
func pause(ctx context.Context, try int) bool {
	d := min(100*time.Millisecond<<min(try, 9), 30*time.Second)
	t := time.NewTimer(d/2 + rand.N(d))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// marshalOutcome fails if the output is not JSON. Most outcomes have none.
func marshalOutcome(o machine.Outcome) (machine.Value, error) {
	if len(o.Output) > 0 || o.Error != "" {
		return json.Marshal(o)
	}
	b := make([]byte, 0, 16+len(o.Effect))
	return append(appendString(append(b, `{"effect":`...), o.Effect), '}'), nil
}
