package judge

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

const precision = 200 // bits

func bigFloat(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

// TestAgainstExactArithmetic compares with sums of whole binomials.
func TestAgainstExactArithmetic(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		most := int64(math.Exp(random.Float64() * math.Log(4000)))
		nc, nb := random.Int64N(most)+1, random.Int64N(most)+1
		k := random.Int64N(nc + nb + 1)
		m := margins{nc: float64(nc), nb: float64(nb), k: float64(k)}
		low, high := m.support()
		kc := low + float64(random.Int64N(int64(high-low)+1))
		compare(t, m, kc, newExactRow(m).ln)
	}
}

// TestAgainstWideSums compares where binomials cannot be written down any more: all terms
// that matter, one by one, and factorials by a longer series.
func TestAgainstWideSums(t *testing.T) {
	t.Parallel()
	for _, m := range []margins{
		{nc: 1e5, nb: 1e6, k: 5e3},
		{nc: 1e6, nb: 1e6, k: 1e6},
		{nc: 1e7, nb: 9.9e8, k: 5e6},
		{nc: 1e9, nb: 1e9, k: 40},
		{nc: 1e9, nb: 1e9, k: 2e9 - 40},
		{nc: 1e9, nb: 10, k: 1e9},
		{nc: 1e9, nb: 1e9, k: 1e8},
		{nc: 1e9, nb: 1e9, k: 1e9},
	} {
		known := wideSums{}
		for _, psi := range []float64{1, 1.5, 2.25, 45} {
			compare(t, m, m.mode(psi), known.ln)
		}
	}
}

type reference func(m margins, kc, psi float64) *big.Float

// compare holds ln E of each ratio, and of the reverse test, to a relative error of 1e-9.
func compare(t *testing.T, m margins, kc float64, ln reference) {
	t.Helper()
	check := func(what string, got, psi, than float64) {
		t.Helper()
		a, b := ln(m, kc, psi), ln(m, kc, than)
		want, _ := new(big.Float).Sub(a, b).Float64()
		// Where ln E is a small difference of two large logarithms, a few parts in 1e15 of those
		// is what a float64 can tell.
		larger, _ := a.Float64()
		if other, _ := b.Float64(); other < larger {
			larger = other
		}
		if tolerance := 1e-9*math.Abs(want) + 4e-15*math.Abs(larger); !(math.Abs(got-want) <= tolerance) {
			t.Errorf("%+v kc=%g %s: ln E is %.17g, want %.17g", m, kc, what, got, want)
		}
	}
	wins := m.worse(kc, 1.5)
	for i, r := range ratios {
		check(fmt.Sprintf("r=%g", r), wins[i], 1.5*r, 1.5)
	}
	check("fine", m.fine(kc, 2), 1, 2)
}

// exactRow has C(nc,j)·C(nb,k-j) for all j of the support, as whole numbers.
type exactRow []*big.Int

func newExactRow(m margins) exactRow {
	low, high := m.support()
	of := func(n, k float64) *big.Int { return new(big.Int).Binomial(int64(n), int64(k)) }
	a, b := of(m.nc, low), of(m.nb, m.k-low)
	row := exactRow{new(big.Int).Mul(a, b)}
	step := func(x *big.Int, up, down float64) {
		x.Mul(x, big.NewInt(int64(up))).Quo(x, big.NewInt(int64(down)))
	}
	for j := low; j < high; j++ {
		step(a, m.nc-j, j+1)
		step(b, m.k-j, m.nb-m.k+j+1)
		row = append(row, new(big.Int).Mul(a, b))
	}
	return row
}

func (row exactRow) ln(m margins, kc, psi float64) *big.Float {
	low, _ := m.support()
	sum, at, power := bigFloat(0), bigFloat(0), bigFloat(1)
	for i, binomials := range row {
		term := new(big.Float).SetPrec(precision).SetInt(binomials)
		sum.Add(sum, term.Mul(term, power))
		if low+float64(i) == kc {
			at.Set(term)
		}
		power.Mul(power, bigFloat(psi))
	}
	return bigLn(at.Quo(at, sum))
}

// wideSums keeps the sum of all terms that matter, divided by the one at the mode.
type wideSums map[[4]float64]*big.Float

func (known wideSums) ln(m margins, kc, psi float64) *big.Float {
	mode := m.mode(psi)
	key := [4]float64{m.nc, m.nb, m.k, psi}
	if known[key] == nil {
		low, high := m.support()
		sum := bigFloat(1)
		sum.Add(sum, terms(high-mode, psi, 1, m.nc-mode, m.k-mode, mode, m.nb-m.k+mode))
		sum.Add(sum, terms(mode-low, 1, psi, mode, m.nb-m.k+mode, m.nc-mode, m.k-mode))
		known[key] = bigLn(sum)
	}
	ln := new(big.Float).SetPrec(precision).Sub(lnTerm(m, kc, psi), lnTerm(m, mode, psi))
	return ln.Sub(ln, known[key])
}

// terms sums products of over/under · a·b/((c+1)(d+1)), where a and b fall and c and d grow by 1, until
// they do not matter.
func terms(most, over, under, a, b, c, d float64) *big.Float {
	narrow := func(x float64) *big.Float { return new(big.Float).SetPrec(80).SetFloat64(x) }
	sum, term := narrow(0), narrow(1)
	up, down := narrow(0), narrow(0)
	for i := 0.0; i < most; i++ {
		up.Mul(up.Mul(narrow(over), narrow(a-i)), narrow(b-i))
		down.Mul(down.Mul(narrow(under), narrow(c+i+1)), narrow(d+i+1))
		term.Mul(term, up.Quo(up, down))
		sum.Add(sum, term)
		if f, _ := term.Float64(); f < 1e-22 {
			break
		}
	}
	return sum
}

// lnTerm is ln C(nc,j)·C(nb,k-j)·psi^j without what does not depend on j.
func lnTerm(m margins, j, psi float64) *big.Float {
	ln := bigLn(bigFloat(psi))
	ln.Mul(ln, bigFloat(j))
	for _, n := range []float64{j, m.nc - j, m.k - j, m.nb - m.k + j} {
		ln.Sub(ln, lnFactorial(n))
	}
	return ln
}

// lnFactorial is ln n!, by products while they are short, and else by Stirling's series.
func lnFactorial(n float64) *big.Float {
	if n < 2000 {
		return bigLn(new(big.Float).SetPrec(precision).SetInt(new(big.Int).MulRange(1, int64(n))))
	}
	z := bigFloat(n)
	ln := bigLn(z)
	ln.Mul(ln, bigFloat(n+0.5))
	ln.Sub(ln, z)
	twoPi, _ := new(big.Float).SetPrec(precision).SetString("6.283185307179586476925286766559005768394338798750211641949889")
	half := bigLn(twoPi)
	ln.Add(ln, half.Mul(half, bigFloat(0.5)))
	for i, d := range []float64{12, -360, 1260, -1680, 1188} { // 1/(12 z) - 1/(360 z³) + …
		part := bigFloat(1)
		for range 2*i + 1 {
			part.Quo(part, z)
		}
		ln.Add(ln, part.Quo(part, bigFloat(d)))
	}
	return ln
}

// bigLn is ln x, by 2·artanh((x-1)/(x+1)) of the mantissa.
func bigLn(x *big.Float) *big.Float {
	mantissa := new(big.Float)
	exponent := x.MantExp(mantissa)
	ln := artanh2(mantissa)
	two := artanh2(bigFloat(2))
	return ln.Add(ln, two.Mul(two, bigFloat(float64(exponent))))
}

func artanh2(x *big.Float) *big.Float {
	one := bigFloat(1)
	y := new(big.Float).SetPrec(precision).Sub(x, one)
	y.Quo(y, new(big.Float).SetPrec(precision).Add(x, one))
	square := new(big.Float).SetPrec(precision).Mul(y, y)
	sum, power := bigFloat(0), new(big.Float).SetPrec(precision).Mul(y, bigFloat(2))
	for n := 1.0; n < 140; n += 2 {
		sum.Add(sum, new(big.Float).SetPrec(precision).Quo(power, bigFloat(n)))
		power.Mul(power, square)
	}
	return sum
}

// TestMeanAtMostOne is the step that the proof rests on: for each odds ratio up to psi0 the
// likelihood ratio has at most the mean 1, whatever the margins are.
func TestMeanAtMostOne(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for range 200 {
		m := margins{nc: float64(random.IntN(40) + 1), nb: float64(random.IntN(40) + 1)}
		m.k = float64(random.IntN(int(m.nc+m.nb) + 1))
		low, high := m.support()
		for _, truth := range []float64{0.2, 1, 1.4, 1.5} {
			var means [len(ratios)]float64
			for kc := low; kc <= high; kc++ {
				wins := m.worse(kc, 1.5)
				for i := range wins {
					means[i] += math.Exp(wins[i] + m.ln(kc, truth))
				}
			}
			for i, mean := range means {
				if mean > 1+1e-12 {
					t.Errorf("%+v, odds ratio %g, r=%g: the mean is %.17g", m, truth, ratios[i], mean)
				}
			}
		}
		var mean float64
		for kc := low; kc <= high; kc++ {
			mean += math.Exp(m.fine(kc, 2) + m.ln(kc, 2))
		}
		if mean > 1+1e-12 {
			t.Errorf("%+v: the mean for promotion is %.17g", m, mean)
		}
	}
}

func TestBernoulliMeans(t *testing.T) {
	t.Parallel()
	for _, allowed := range []float64{0.001, 0.01, 0.3} {
		harmless := scaleOdds(allowed, 1.5)
		for i := range ratios {
			if mean := harmless*math.Exp(beyond(1, 1, allowed, 1.5)[i]) + (1-harmless)*math.Exp(beyond(1, 0, allowed, 1.5)[i]); math.Abs(mean-1) > 1e-12 {
				t.Errorf("allowed %g, beyond: mean %g", allowed, mean)
			}
		}
		for i := range calm {
			if mean := allowed*math.Exp(within(1, 1, allowed)[i]) + (1-allowed)*math.Exp(within(1, 0, allowed)[i]); math.Abs(mean-1) > 1e-12 {
				t.Errorf("allowed %g, within: mean %g", allowed, mean)
			}
		}
	}
}

func BenchmarkHugeBlock(b *testing.B) {
	m := margins{nc: 1e9, nb: 1e9, k: 1e9}
	for b.Loop() {
		m.worse(6e8, 1.5)
	}
}
