package web

import (
	"fmt"
	"math"
	"time"

	"slipway.dev/client/model"
)

// objectiveText says what is wanted, and what is.
func objectiveText(o model.Objective) string {
	text := percent(o.Target) + " must not fail"
	if o.BoundMillis > 0 {
		text = percent(o.Target) + " within " + time.Duration(o.BoundMillis*float64(time.Millisecond)).String()
	}
	text += ", over " + hours(o.WindowHours)
	if o.Measured != nil {
		text += "; it is " + percent(*o.Measured)
	}
	return text + "."
}

// budgetText says how much of an error budget is left.
func budgetText(left float64) string {
	switch {
	case left < 0:
		return fmt.Sprintf("overspent: %s%% of the error budget is used", count(math.Ceil(100*(1-left))))
	case left == 0:
		return "nothing of the error budget is left"
	}
	return fmt.Sprintf("%s%% of the error budget is left", trimmed(math.Floor(1000*left)/10, 1))
}

// objectiveBasis says what a figure rests on.
func objectiveBasis(o model.Objective) string {
	text := count(o.Requests) + " requests"
	switch {
	case o.KnownShare < 0.001:
		text += "; less than 0.1% of the time is known"
	case o.KnownShare < 0.9995:
		text += fmt.Sprintf("; %s%% of the time is known", trimmed(100*o.KnownShare, 1))
	}
	return text
}
