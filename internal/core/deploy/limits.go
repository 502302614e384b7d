package deploy

import (
	"encoding/json"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
)

// Bounds of a lane. Together they keep its state below 80 kB.
const (
	maxName     = 64   // bytes of a name or address, and of service and environment together
	maxDigest   = 80   // bytes of a digest
	maxReason   = 140  // bytes of a reason that is remembered
	maxRollout  = 1024 // bytes of a rollout as JSON
	maxReplicas = 32
	maxKeep     = 8
	maxWarm     = 32 // warm instances of all kept releases together
	maxQueue    = 4
	maxHistory  = 10
	maxRejected = 8
	maxPhases   = 10 // marks of a row

	maxGate = 1500 // bytes of a gate's table

	routePatience = 30 * time.Second // until the edge has applied a route
	checkPatience = 10 * time.Minute // until smoke checks have an outcome, whatever their own limits
	hookPatience  = time.Hour        // until a hook's run has ended: it may ask a person
	gatePatience  = time.Minute      // until a gate that gave no answer is asked again
)

// defaults fills what a rollout leaves open.
func defaults(r config.Rollout) config.Rollout {
	r.Replicas = max(1, r.Replicas)
	if r.Deadline <= 0 {
		r.Deadline = time.Minute
	}
	if activates(r) {
		r = plain(r)
	}
	if r.Rollback == (config.Rollback{}) && !activates(r) {
		r.Rollback = config.Rollback{Errors: 0.05, Minimum: 20, Observe: 30 * time.Second, Warm: 15 * time.Minute}
	}
	if r.Rollback.Keep <= 0 {
		r.Rollback.Keep = 5
	}
	return r
}

// check refuses a request that the lane could not carry out or remember.
func (r Request) check() error {
	for _, f := range []struct{ name, value string }{
		{"service", r.Service}, {"environment", r.Environment}, {"release", r.Release}, {"artifact", r.Artifact}, {"config", r.Config},
	} {
		if f.value == "" {
			return fault.New(fault.Invalid, "a deployment needs a %s", f.name)
		}
	}
	for _, value := range []string{r.Service + r.Environment, r.Release, r.Commit, r.Reason, r.Train} {
		if len(value) > maxName {
			return fault.New(fault.TooLarge, "%.32q… is longer than %d bytes", value, maxName)
		}
	}
	if len(r.Fix) > maxReason {
		return fault.New(fault.TooLarge, "why it is the fix is told in more than %d bytes", maxReason)
	}
	for _, digest := range []string{r.Artifact, r.Config, r.Plan} {
		if len(digest) > maxDigest {
			return fault.New(fault.TooLarge, "%.32q… is no digest: it is longer than %d bytes", digest, maxDigest)
		}
	}
	if r.Rollout.Replicas > maxReplicas || r.Rollout.Rollback.Keep > maxKeep {
		return fault.New(fault.TooLarge, "a lane takes up to %d replicas and keeps up to %d releases", maxReplicas, maxKeep)
	}
	raw, err := json.Marshal(r.Rollout)
	if err != nil {
		return fault.New(fault.Invalid, "the rollout does not encode").Because(err)
	}
	if len(raw) > maxRollout {
		return fault.New(fault.TooLarge, "the rollout of %s is over %d bytes: it has too many routes, steps or hooks", r.Release, maxRollout)
	}
	return nil
}

// cut shortens a text for the state. It never splits a character.
func cut(s string) string { return cutTo(s, maxReason) }

// cutTo shortens a text to so many bytes.
func cutTo(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if i > most-3 {
			break
		}
		n = i
	}
	return s[:n] + "…"
}
