package pillars

import (
	"fmt"
	"math"
	"time"
)

// operations has how the flow is run.
func (t *table) operations() {
	o := t.flow.Spec.Targets.Operations
	if o.Recovery != "" {
		t.add(Operations, "recovery", "within "+span(o.Recovery.Value()), t.recovery(o.Recovery.Value()))
	}
	if o.Runbook != "" {
		t.add(Operations, "runbook", string(o.Runbook), Row{State: NotMeasured, Text: "nothing looks at documents yet"})
	}
	if o.Notice != "" {
		t.add(Operations, "notice", span(o.Notice.Value())+" before maintenance", t.notice())
	}
}

func (t *table) recovery(most time.Duration) Row {
	switch {
	case t.seen.Failures < 0:
		return Row{State: Unknown, Text: "how long it took is not known"}
	case t.seen.Failures == 0:
		return Row{State: Unknown, Text: "nobody was woken for it in " + span(Run) + ", so that nothing had to recover"}
	}
	r := Row{Measured: span(t.seen.Recovery), State: OK, Text: fmt.Sprintf("the mean of %d times that people were woken in %s", t.seen.Failures, span(Run))}
	if t.seen.Recovery > most {
		r.State = Missed
	}
	return r
}

func (t *table) notice() Row {
	switch {
	case t.seen.Works < 0:
		return Row{State: Unknown, Text: "what was announced is not known"}
	case t.seen.Works == 0:
		return Row{State: Unknown, Text: "no maintenance was announced in " + span(Run)}
	case t.seen.Late > 0:
		return Row{State: Missed, Measured: fmt.Sprintf("%d of %d too late", t.seen.Late, t.seen.Works), Text: "what is announced too late counts against the error budget"}
	}
	return Row{State: OK, Measured: fmt.Sprintf("%d in time", t.seen.Works)}
}

// performance has how much must be possible. That it was not needed does not say that it is
// not possible, nor that it is.
func (t *table) performance() {
	wanted := t.flow.Spec.Targets.Performance.Throughput
	if wanted == "" {
		return
	}
	r := Row{State: Unknown, Text: "no figures come"}
	switch peak := t.seen.Peak; {
	case len(t.flow.Steps) > 0 && t.flow.Steps[0].Request == "" && t.flow.Steps[0].Metric == "":
		r = Row{State: NotMeasured, Text: "nothing counts its first step"}
	case math.IsNaN(peak):
	case peak >= wanted.PerSecond():
		r = Row{Measured: rate(peak), State: OK, Text: "so many there were in " + span(t.seen.Span)}
	default:
		r = Row{Measured: rate(peak), State: Unknown, Text: "more was not asked for in " + span(t.seen.Span) + "; only a load test can show it"}
	}
	t.add(Performance, "throughput", string(wanted), r)
}
