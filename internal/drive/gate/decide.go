package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/gate"
	"slipway.dev/internal/core/machine"
)

// decide evaluates a gate, and adds what only the drive knows: whether there is a
// configuration to run with.
func decide(policy *gate.Compiled, r *rules, e entrant, now time.Time) gate.Decision {
	d := policy.Evaluate(e.Subject, e.Facts, r.directory, now)
	if e.Now.err != nil {
		d.Conditions = append(d.Conditions, gate.Condition{
			Name: "config", Verdict: gate.Unknown, Reason: "its configuration cannot be made: " + e.Now.err.Error(),
			Needs: []string{"what it names, set by somebody who may"},
		})
		d.Verdict, d.Glass = gate.Decide(d.Conditions), ""
	}
	if soon := now.Add(patience); e.Again && (d.Next.IsZero() || soon.Before(d.Next)) {
		d.Next = soon
	}
	return d
}

// patience is how long after something could not be read a gate is evaluated again.
const patience = time.Minute

// digestOf names an answer, or how a flow stands, by its content, so that a decision says what
// it counted.
func digestOf(seen any) string {
	sum := sha256.Sum256(machine.Must(seen))
	return "sha256:" + hex.EncodeToString(sum[:])
}

func noEnvironment(name string) error {
	return fault.New(fault.NotFound, "there is no Environment %s", name).WithHint("slipway apply adds one")
}
