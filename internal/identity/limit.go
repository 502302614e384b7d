package identity

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"slipway.dev/internal/core/fault"
)

// How often somebody may try to sign in: so many at once, and then one each so often. An
// address may be that of a whole office.
const (
	accountBurst, accountEvery = 10, 20 * time.Second
	addressBurst, addressEvery = 50, 2 * time.Second
	mostLimits                 = 20_000 // in memory, of each
)

// Limits slow down who guesses, by account and by address.
type Limits struct {
	mu                  sync.Mutex
	accounts, addresses map[string]*rate.Limiter
}

// Take counts a try. It is refused with fault.Unavailable when there were too many.
func (l *Limits) Take(account, address string, at time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	ok := take(&l.addresses, address, addressBurst, addressEvery, at)
	if ok && account != "" { // an address that has no tries left takes none from an account
		ok = take(&l.accounts, account, accountBurst, accountEvery, at)
	}
	if !ok {
		return fault.New(fault.Unavailable, "too many sign-ins were tried").WithHint("wait a minute, or use a passkey")
	}
	return nil
}

func take(of *map[string]*rate.Limiter, key string, burst int, every time.Duration, at time.Time) bool {
	if *of == nil || len(*of) >= mostLimits {
		*of = idle(*of, burst, at)
	}
	limiter := (*of)[key]
	if limiter == nil {
		limiter = rate.NewLimiter(rate.Every(every), burst)
		(*of)[key] = limiter
	}
	return limiter.AllowN(at, 1)
}

// idle drops those that have all their tries again. If too many are left, all are dropped:
// who has so many addresses is not held by this.
func idle(of map[string]*rate.Limiter, burst int, at time.Time) map[string]*rate.Limiter {
	left := map[string]*rate.Limiter{}
	for key, limiter := range of {
		if limiter.TokensAt(at) < float64(burst) {
			left[key] = limiter
		}
	}
	if len(left) >= mostLimits {
		clear(left)
	}
	return left
}
