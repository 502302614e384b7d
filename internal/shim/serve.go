package shim

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"
	"time"

	"slipway.dev/internal/wire/shimwire"
)

// maxWait bounds a watch, so that a vanished control plane leaves nothing behind.
const maxWait = time.Minute

// handler is the shim's verbs.
func handler(b *board, stop func(grace time.Duration)) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/hello", func(w http.ResponseWriter, _ *http.Request) {
		s, _ := b.get()
		answer(w, http.StatusOK, s)
	})
	mux.HandleFunc("GET /v1/watch", func(w http.ResponseWriter, r *http.Request) {
		after, err := strconv.ParseInt(r.FormValue("after"), 10, 64)
		wait, err2 := time.ParseDuration(r.FormValue("wait"))
		if err != nil || err2 != nil {
			http.Error(w, "after must be a number and wait a duration", http.StatusBadRequest)
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), min(wait, maxWait))
		defer cancel()
		answer(w, http.StatusOK, b.wait(ctx, func(s shimwire.Status) bool { return s.Sequence > after }))
	})
	ending := func(grace func(shimwire.StopRequest) time.Duration) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			var req shimwire.StopRequest
			if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&req); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			if s, ok := b.accept(req.Epoch); !ok {
				answer(w, http.StatusConflict, s)
				return
			}
			stop(grace(req))
			answer(w, http.StatusOK, b.wait(r.Context(), func(s shimwire.Status) bool { return s.State == shimwire.Stopped }))
		}
	}
	mux.HandleFunc("POST /v1/stop", ending(func(r shimwire.StopRequest) time.Duration { return r.Grace }))
	mux.HandleFunc("POST /v1/kill", ending(func(shimwire.StopRequest) time.Duration { return 0 }))
	return mux
}

// accept says whether an order of this epoch is to be followed, and remembers the epoch.
func (b *board) accept(epoch int64) (shimwire.Status, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if epoch < b.status.Epoch {
		return b.status, false
	}
	b.status.Epoch = epoch
	return b.status, true
}

func answer(w http.ResponseWriter, code int, s shimwire.Status) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(s) // the peer is gone: it asks again
}

// listen opens the socket. It stands in a directory of mode 0700, and besides only
// processes of our own user and root are let in.
func listen(name string) (net.Listener, error) {
	_ = os.Remove(name) // of a shim that was killed; we hold the lock
	l, err := net.Listen("unix", name)
	if err != nil {
		return nil, err
	}
	return ownUser{l}, nil
}

type ownUser struct{ net.Listener }

// Accept gives the next connection of a process that may speak to us.
func (l ownUser) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if uid, err := peer(c.(*net.UnixConn)); err == nil && (uid == 0 || uid == os.Geteuid()) {
			return c, nil
		}
		c.Close()
	}
}

// peer gives the user at the other end of the connection.
func peer(c *net.UnixConn) (uid int, err error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return 0, err
	}
	var cred *syscall.Ucred
	var credErr error
	err = raw.Control(func(fd uintptr) {
		cred, credErr = syscall.GetsockoptUcred(int(fd), syscall.SOL_SOCKET, syscall.SO_PEERCRED)
	})
	if err == nil {
		err = credErr
	}
	if err != nil {
		return 0, err
	}
	return int(cred.Uid), nil
}
