package gate

import (
	"strings"
	"testing"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/train"
	"slipway.dev/internal/engine"
)

// A train's member goes back once, however often its effect is run.
func TestBack(t *testing.T) {
	w := newWorld(t)
	w.apply(team, environment("dev", ""))
	for _, n := range []string{"a1", "b2", "c3"} {
		w.commit(n, app("tickets"))
		w.arrives("tickets", "dev", n)
	}
	serving := w.lane("tickets", "dev").Current.Deployment
	call := func(id, service string) error {
		in := train.Back{Service: service, Environment: "dev", Request: deploy.RollbackRequest{Undo: serving, Train: "dev-1", Reason: "the train fails"}}
		_, err := Back{Engine: w.engine}.Run(t.Context(), engine.EffectCall{ID: id, Input: machine.Must(in)})
		return err
	}
	w.refused(call("train/dev-1#1.1", "nosuch"), "is not what serves here")
	w.must(call("train/dev-1#1.0", "tickets"))
	w.arrives("tickets", "dev", "b2")
	w.must(call("train/dev-1#1.0", "tickets")) // once more, after a crash
	s := w.lane("tickets", "dev")
	if s.Active != nil || !strings.HasPrefix(s.Current.Commit, "b2") || s.Number != 4 {
		t.Errorf("%+v", s)
	}
	w.refused(call("train/dev-1#2.0", "tickets"), "is not what serves here any more")
}
