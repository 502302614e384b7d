package main

import (
	"math"
	"slices"
)

// higher says whether the canary's values are higher by the Mann–Whitney test: the interval
// of 98% around the shift (Hodges and Lehmann's estimate) lies above a quarter of the shift.
func higher(canary, baseline []float64) bool {
	n, m := float64(len(canary)), float64(len(baseline))
	if n == 0 || m == 0 {
		return false // no data scores as passed
	}
	shifts := make([]float64, 0, len(canary)*len(baseline))
	for _, x := range canary {
		for _, y := range baseline {
			shifts = append(shifts, x-y)
		}
	}
	slices.Sort(shifts)
	const z98 = 2.3263478740408408 // two-sided
	rank := int(math.Floor(n*m/2 - z98*math.Sqrt(n*m*(n+m+1)/12) - 0.5))
	if rank < 0 {
		return false
	}
	estimate := shifts[len(shifts)/2]
	return shifts[rank] > 0.25*math.Abs(estimate)
}
