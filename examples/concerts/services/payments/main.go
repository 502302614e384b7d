// Payments charges cards and signs receipts with a secret key.
package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	if err := run(); err != nil {
		log.Fatal("payments: ", err)
	}
}

func run() error {
	key, err := paymentKey()
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /charges/health", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"status": "ok", "version": version})
	})
	mux.HandleFunc("POST /charges", func(w http.ResponseWriter, r *http.Request) { charge(w, r, key) })
	return serve(mux)
}

// paymentKey reads the secret that Slipway has put into a file: a secret is never in the environment.
func paymentKey() ([]byte, error) {
	file := os.Getenv(keyVariable)
	if file == "" {
		return nil, fmt.Errorf("%s is not set: it names the file with the payment key", keyVariable)
	}
	key, err := os.ReadFile(file)
	if err == nil && len(key) == 0 {
		err = fmt.Errorf("the payment key in %s is empty", file)
	}
	return key, err
}

func charge(w http.ResponseWriter, r *http.Request, key []byte) {
	var c struct {
		Cents    int    `json:"cents"`
		Currency string `json:"currency"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&c); err != nil || c.Cents <= 0 {
		http.Error(w, "a charge is {cents, currency}, with cents above 0", http.StatusBadRequest)
		return
	}
	mac := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(mac, "%d %s %d", c.Cents, c.Currency, time.Now().UnixNano()) // a hash takes every write
	answer(w, http.StatusCreated, map[string]any{"receipt": hex.EncodeToString(mac.Sum(nil)[:8]), "version": version})
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
