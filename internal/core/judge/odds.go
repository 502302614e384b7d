package judge

import "math"

// margins are what is given in a block: requests of canary and baseline, and how many of
// both failed. How many of those are the canary's then follows Fisher's noncentral
// hypergeometric distribution, with the odds ratio psi as its parameter.
type margins struct{ nc, nb, k float64 }

// worse gives, for each of ratios, ln of the likelihood ratio of psi0·r to psi0.
func (m margins) worse(kc, psi0 float64) [len(ratios)]float64 {
	var wins [len(ratios)]float64
	if m.certain() {
		return wins
	}
	harmless := m.ln(kc, psi0)
	for i, r := range ratios {
		wins[i] = m.ln(kc, psi0*r) - harmless
	}
	return wins
}

// fine gives ln of the likelihood ratio of 1 to psi1.
func (m margins) fine(kc, psi1 float64) float64 {
	if m.certain() {
		return 0
	}
	return m.ln(kc, 1) - m.ln(kc, psi1)
}

// certain says whether the margins leave one possibility only, which tells nothing.
func (m margins) certain() bool {
	low, high := m.support()
	return low >= high
}

func (m margins) support() (low, high float64) { return max(0, m.k-m.nb), min(m.k, m.nc) }

// ln is ln P(kc | margins, psi). It never subtracts large logarithms: everything is relative
// to a place near the mode; see "Computing it" in docs/judge.md.
func (m margins) ln(kc, psi float64) float64 {
	p := m.near(m.mode(psi), psi)
	return p.term(kc-p.at) - math.Log1p(p.others())
}

// mode is where the distribution has its top, or right beside it.
func (m margins) mode(psi float64) float64 {
	a, b, c := psi-1, (m.nc+m.k+2)*psi+m.nb-m.k, psi*(m.nc+1)*(m.k+1)
	low, high := m.support()
	return min(max(math.Floor(2*c/(b+math.Sqrt(b*b-4*a*c))), low), high)
}

// place is a j near the mode, from which terms t(j) = C(nc,j)·C(nb,k-j)·psi^j are counted.
type place struct {
	margins
	at, psi float64
	z       [4]float64 // j, nc-j, k-j, nb-k+j; each plus a half
	slope   float64    // ln of the ratio of two neighbours there
}

func (m margins) near(j, psi float64) place {
	p := place{margins: m, at: j, psi: psi, z: [4]float64{j + 0.5, m.nc - j + 0.5, m.k - j + 0.5, m.nb - m.k + j + 0.5}}
	p.slope = math.Log(psi * (p.z[1] / p.z[0]) * (p.z[2] / p.z[3]))
	return p
}

// term is ln t(at+d) - ln t(at).
func (p place) term(d float64) float64 {
	return d*p.slope - rise(p.z[0], d) - rise(p.z[1], -d) - rise(p.z[2], -d) - rise(p.z[3], d)
}

// others is the sum of all t(j) but t(at), divided by t(at). Where the distribution is wide
// it takes one of many terms only: they are so smooth that those between have the same mean,
// to 1e-13 (proven in docs/judge.md).
func (p place) others() float64 {
	sd := 1 / math.Sqrt(1/p.z[0]+1/p.z[1]+1/p.z[2]+1/p.z[3])
	if sd < wide {
		return p.side(1) + p.side(-1)
	}
	stride := math.Floor(sd / 6)
	return stride*(1+p.strides(stride)+p.strides(-stride)) - 1
}

// wide is the standard deviation from which not all terms are summed.
const wide = 18

// enough is below which part of the sum the terms do not matter.
const enough = 1e-18

// side sums t(j)/t(at) on one side, neighbour by neighbour.
func (p place) side(step float64) float64 {
	low, high := p.support()
	var sum float64
	term := 1.0
	for j := p.at; ; j += step {
		var ratio float64
		if step > 0 {
			if j >= high {
				return sum
			}
			ratio = p.psi * (p.nc - j) * (p.k - j) / ((j + 1) * (p.nb - p.k + j + 1))
		} else {
			if j <= low {
				return sum
			}
			ratio = j * (p.nb - p.k + j) / (p.psi * (p.nc - j + 1) * (p.k - j + 1))
		}
		term *= ratio
		sum += term
		// The ratios only fall, so what is left is less than a geometric series.
		if ratio < 1 && term*ratio < enough*(1-ratio) {
			return sum
		}
	}
}

// strides sums t(j)/t(at) on one side for every stride-th j.
func (p place) strides(stride float64) float64 {
	low, high := p.support()
	var sum float64
	for d := stride; p.at+d >= low && p.at+d <= high; d += stride {
		term := math.Exp(p.term(d))
		sum += term
		if term < enough {
			return sum
		}
	}
	return sum
}

// rise is ln Γ(z+e+½) - ln Γ(z+½) - e·ln z, for z and z+e that are a half more than a whole
// number. By Stirling's series around the half it is z·h(e/z), which is never negative, and
// a small rest.
func rise(z, e float64) float64 {
	if e == 0 {
		return 0
	}
	return bulge(z, e) + rest(z+e) - rest(z)
}

// bulge is (z+e)·ln((z+e)/z) - e, without cancellation where e is small beside z.
func bulge(z, e float64) float64 {
	x := e / z
	if math.Abs(x) > 0.1 {
		return (z+e)*math.Log((z+e)/z) - e
	}
	var sum float64 // x²/2 - x³/6 + x⁴/12 - …
	for n := 18.0; n >= 2; n-- {
		sum = 1/(n*(n-1)) - x*sum
	}
	return e * x * sum
}

// rest is ln Γ(z+½) - (z·ln z - z + ½·ln 2π).
func rest(z float64) float64 {
	if z < float64(len(rests)) {
		return rests[int(z)]
	}
	w := 1 / (z * z)
	return (-1.0/24 + w*(7.0/2880+w*(-31.0/40320+w*127.0/215040))) / z
}

var rests = func() (table [24]float64) {
	for i := range table {
		z := float64(i) + 0.5
		lgamma, _ := math.Lgamma(z + 0.5)
		table[i] = lgamma - (z*math.Log(z) - z + 0.5*math.Log(2*math.Pi))
	}
	return table
}()
