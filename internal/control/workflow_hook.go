package control

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"

	"slipway.dev/client/model"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/trigger"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/source"
)

// deliveries are the headers in which who sends a webhook names it; sent again, it has the same.
var deliveries = []string{"X-GitHub-Delivery", "X-Gitea-Delivery", "X-Gitlab-Event-UUID", "Idempotency-Key"}

// WorkflowWebhook begins a run with a webhook's body as input. The signature is all the right
// that it needs; the run acts as the workflow.
func (c *Control) WorkflowWebhook(ctx context.Context, name, environment string, header http.Header, body []byte) (model.Receipt, error) {
	s, key := c.hookKey(ctx, name, environment)
	if !source.Signed(header, body, key) {
		return model.Receipt{}, fault.New(fault.Denied, "the webhook is not signed with the secret of a workflow").
			WithHint("set the secret on both sides: slipway secret set NAME, and workflow: {webhook: …} in the manifest")
	}
	if !json.Valid(body) {
		return model.Receipt{}, fault.New(fault.Invalid, "the webhook's body is not JSON")
	}
	input, err := c.datum(ctx, body)
	if err == nil {
		err = c.Runner.Accepts(ctx, s.Active.Definition, input)
	}
	if err != nil {
		return model.Receipt{}, err
	}
	sum := sha256.New()
	for _, name := range deliveries {
		sum.Write([]byte(header.Get(name) + "\x00"))
	}
	sum.Write(body)
	self := machine.Actor{Kind: "workflow", Name: name}
	return c.tell(keyed(ctx, "hook/"+hex.EncodeToString(sum.Sum(nil)[:16])), self, trigger.MachineID(environment, name), trigger.EventFired,
		trigger.Fire{Input: input, As: self, Trigger: "hook"})
}

// hookKey gives what a workflow's webhooks are signed with. Without one no signature is right,
// and strangers get the same answer whether there is such a workflow or not.
func (c *Control) hookKey(ctx context.Context, name, environment string) (trigger.State, []byte) {
	s, _, err := engine.Load[trigger.State](ctx, c.Engine, trigger.MachineID(environment, name))
	if err != nil || s.Active == nil || s.Active.Webhook == "" {
		return s, nil
	}
	key, err := c.Vault.Open(ctx, s.Active.Webhook)
	if err != nil {
		return s, nil
	}
	return s, key
}
