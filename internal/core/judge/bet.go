package judge

import (
	"math"
	"time"
)

// Shares of one flow's stake in what may speak against the canary.
const (
	shareAlone   = 0.1 // errors where there is no baseline
	shareLatency = 0.3 // latency, over all bounds
)

// cash0 is the part of a stake that is not bet at the start but bit by bit later, so that a
// canary that turns bad after a long good time is found soon, too.
const cash0 = 0.2

// ratios are what each bet assumes of the odds ratio, as multiples of the harmless one.
var ratios = [...]float64{1.5, 2, 3, 5, 10, 30}

// Bet is the wealth of somebody who bet one coin that the canary is worse: e to the power of
// Ln for each of ratios, in the mean, and what is not bet yet. If the canary is harmless,
// the wealth is expected never to grow.
type Bet struct {
	Ln   []float64 `json:"ln"`
	Cash float64   `json:"cash"`
}

func newBet() Bet {
	b := Bet{Ln: make([]float64, len(ratios)), Cash: cash0}
	for i := range b.Ln {
		b.Ln[i] = math.Log1p(-cash0)
	}
	return b
}

// cash is what is held back at an age: it does not depend on anything that was seen.
func cash(age time.Duration) float64 { return cash0 / (1 + max(age, 0).Minutes()) }

// move puts in what is due at an age, and then wins or loses. wins has ln of the likelihood
// ratio for each of ratios.
func (b Bet) move(age time.Duration, wins [len(ratios)]float64) Bet {
	next := Bet{Ln: make([]float64, len(ratios)), Cash: min(b.Cash, cash(age))}
	due := math.Log(b.Cash - next.Cash)
	for i := range next.Ln {
		next.Ln[i] = lnAdd(b.Ln[i], due) + wins[i]
	}
	return next
}

// ln is the logarithm of the wealth.
func (b Bet) ln() float64 { return lnAdd(lnMean(b.Ln), math.Log(b.Cash)) }

// negligible is ln of what no float64 has room for beside 1.
const negligible = -45

// lnAdd is ln(e^a + e^b).
func lnAdd(a, b float64) float64 {
	if a < b {
		a, b = b, a
	}
	if !(b-a > negligible) {
		return a
	}
	return a + math.Log1p(math.Exp(b-a))
}

func lnSum(all []float64) float64 {
	top := math.Inf(-1)
	for _, x := range all {
		top = max(top, x)
	}
	if math.IsInf(top, -1) {
		return top
	}
	var sum float64
	for _, x := range all {
		if x-top > negligible {
			sum += math.Exp(x - top)
		}
	}
	return top + math.Log(sum)
}

func lnMean(all []float64) float64 { return lnSum(all) - math.Log(float64(len(all))) }
