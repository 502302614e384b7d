package gate

import (
	"fmt"
)

// concurrency asks for room among the deployments under way.
func (e *evaluation) concurrency() {
	if e.Concurrency <= 0 {
		return
	}
	n := len(e.facts.UnderWay)
	if n < e.Concurrency {
		e.say("concurrency", Pass, fmt.Sprintf("%d of %d places in %s are taken.", n, e.Concurrency, e.Environment))
		return
	}
	e.say("concurrency", Fail, fmt.Sprintf("Only %d may be under way in %s at once, and there %s.", e.Concurrency, e.Environment, is(e.facts.UnderWay)), "wait until one of them has ended")
}

// train asks that it is this one's turn among those that enter together.
func (e *evaluation) train() {
	switch t := e.facts.Train; {
	case e.Train == "":
	case t == nil || t.ID != e.Train:
		e.say("train", Unknown, fmt.Sprintf("Nothing is known of train %s.", e.Train), "look at it: slipway train show "+e.Train)
	case !t.Go:
		e.say("train", Fail, fmt.Sprintf("Train %s has not come to %s%s.", e.Train, e.Service, because(t.Text)), "look at it: slipway train show "+e.Train)
	default:
		e.say("train", Pass, fmt.Sprintf("Train %s has come to %s.", e.Train, e.Service))
	}
}
