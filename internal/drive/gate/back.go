package gate

import (
	"context"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/train"
	"slipway.dev/internal/engine"
)

// Back takes members of a train back, as its effect asks.
type Back struct{ Engine *engine.Engine }

// Run asks the member's lane. That the effect is run again is seen by the lane, from the
// event's ID.
func (b Back) Run(ctx context.Context, c engine.EffectCall) (machine.Value, error) {
	in, err := engine.Decode[train.Back](c)
	if err != nil {
		return nil, err
	}
	_, err = b.Engine.Submit(ctx, engine.To{Machine: deploy.MachineID(in.Service, in.Environment), Event: machine.Event{
		ID: c.ID, Type: deploy.EventRollback, Actor: machine.System("train"), Data: machine.Must(in.Request)}})
	return nil, err
}
