package house

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"slipway.dev/internal/loadgen"
)

// Users is traffic of users who are known by the header X-User, with all that Traffic looks
// at. A user who had the new version must not get an old one again.
type Users struct {
	*Traffic

	mu    sync.Mutex
	had   map[string]string // user to version
	flaps []string          // the first of them
}

// Users starts to send the requests of so many users in turn.
func (h *House) Users(ctx context.Context, rate float64, users uint64) *Users {
	u := &Users{Traffic: &Traffic{}, had: map[string]string{}}
	u.seen = u.look
	u.version.Store("")
	mix := loadgen.Mix(Host, 1.0/3, "/", "/seats", "/orders/1")
	next := func(n uint64) loadgen.Request {
		r := mix(n)
		r.Header = http.Header{"X-User": {fmt.Sprint("user ", n%users)}}
		return r
	}
	u.Load = loadgen.Start(ctx, loadgen.Options{Address: h.HTTP, Rate: rate, Clients: 8, Next: next, Seen: u.Traffic.look})
	return u
}

// look compares versions as text: tests name them in order.
func (u *Users) look(a loadgen.Answer) {
	version := a.Header.Get("Version")
	if version == "" {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	user := a.Request.Header.Get("X-User")
	if had := u.had[user]; had > version && len(u.flaps) < 10 {
		u.flaps = append(u.flaps, fmt.Sprintf("%s had %s and got %s", user, had, version))
	}
	u.had[user] = max(u.had[user], version)
}

// Check says what went wrong so far.
func (u *Users) Check() error {
	err := u.Traffic.Check()
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.flaps) > 0 {
		err = errors.Join(err, fmt.Errorf("users went to and fro: %q", u.flaps))
	}
	return err
}
