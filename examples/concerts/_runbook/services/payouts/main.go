// Payouts stands for a bank: it reserves money and pays it, and is busy at times. It counts
// what it was asked, so that anybody can see whether something was asked twice.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// busyTimes is how often a reservation is refused before it is made.
const busyTimes = 2

// account is what a run of a workflow asked for.
type account struct {
	Asked     int `json:"asked"` // for a reservation
	Reserved  int `json:"reserved"`
	Transfers int `json:"transfers"`
}

var (
	mu       sync.Mutex
	accounts = map[string]*account{} // by run
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /accounts", show)
	mux.HandleFunc("POST /reservations", reserve)
	mux.HandleFunc("POST /transfers", transfer)
	if err := serve(mux); err != nil {
		log.Fatal("payouts: ", err)
	}
}

func show(w http.ResponseWriter, _ *http.Request) {
	mu.Lock()
	defer mu.Unlock()
	answer(w, http.StatusOK, accounts)
}

type request struct {
	Run         string `json:"run"`
	Cents       int    `json:"cents"`
	Reservation string `json:"reservation"`
}

func reserve(w http.ResponseWriter, r *http.Request) {
	ask, ok := read(w, r)
	if !ok {
		return
	}
	mu.Lock()
	defer mu.Unlock()
	a := of(ask.Run)
	a.Asked++
	switch {
	case ask.Cents <= 0:
		http.Error(w, "a reservation is of more than nothing", http.StatusUnprocessableEntity)
	case a.Asked <= busyTimes:
		http.Error(w, "the bank is busy", http.StatusServiceUnavailable)
	default:
		a.Reserved++
		answer(w, http.StatusCreated, map[string]any{"reservation": fmt.Sprintf("R-%d", a.Reserved)})
	}
}

func transfer(w http.ResponseWriter, r *http.Request) {
	ask, ok := read(w, r)
	if !ok {
		return
	}
	mu.Lock()
	defer mu.Unlock()
	a := of(ask.Run)
	if a.Reserved == 0 || ask.Reservation == "" {
		http.Error(w, "nothing is reserved", http.StatusConflict)
		return
	}
	a.Transfers++
	answer(w, http.StatusCreated, map[string]any{"transfer": fmt.Sprintf("T-%d", a.Transfers)})
}

func of(run string) *account {
	if accounts[run] == nil {
		accounts[run] = &account{}
	}
	return accounts[run]
}

func read(w http.ResponseWriter, r *http.Request) (ask request, ok bool) {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&ask); err != nil || ask.Run == "" {
		http.Error(w, "a request names the run that it is of", http.StatusBadRequest)
		return ask, false
	}
	return ask, true
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Version", version)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client went away: nobody to tell
}

// serve listens on $PORT until it is told to stop, then finishes what it has begun.
func serve(handler http.Handler) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	server := &http.Server{Addr: "127.0.0.1:" + os.Getenv("PORT"), Handler: handler, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.Background(), 8*time.Second)
		defer cancel()
		done <- server.Shutdown(grace)
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-done
}
