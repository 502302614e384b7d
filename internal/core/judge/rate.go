package judge

import "math"

// calm are the error rates that the bets on "within the target" assume, as parts of what the
// target allows.
var calm = [...]float64{0.5, 0.2, 0.05}

// within gives ln of the likelihood ratio of each calm rate to the rate that the target
// just allows, for k errors in n requests. Its mean is at most 1 while the true rate is not
// below allowed.
func within(n, k, allowed float64) [len(calm)]float64 {
	var wins [len(calm)]float64
	if allowed <= 0 || allowed >= 1 {
		return wins // a target of 100% cannot be proven
	}
	for i, part := range calm {
		wins[i] = bernoulli(n, k, allowed*part, allowed)
	}
	return wins
}

// beyond gives ln of the likelihood ratio of rates above the allowed one to it, in terms of
// odds, where an odds ratio of psi0 to the allowed rate is harmless still.
func beyond(n, k, allowed, psi0 float64) [len(ratios)]float64 {
	var wins [len(ratios)]float64
	if allowed <= 0 || allowed > 1-1e-9 { // nearly all may fail: nothing is beyond that
		return wins
	}
	harmless := scaleOdds(allowed, psi0)
	for i, r := range ratios {
		wins[i] = bernoulli(n, k, scaleOdds(allowed, psi0*r), harmless)
	}
	return wins
}

// bernoulli is ln of the likelihood ratio of rate q to rate p, for k errors in n requests.
func bernoulli(n, k, q, p float64) float64 {
	return k*math.Log(q/p) + (n-k)*(math.Log1p(-q)-math.Log1p(-p))
}

// scaleOdds is the rate whose odds are psi times those of p.
func scaleOdds(p, psi float64) float64 { return psi * p / (1 - p + psi*p) }
