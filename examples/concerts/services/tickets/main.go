// Tickets takes orders and has them paid.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"
)

var orders atomic.Int64

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /orders/health", health)
	mux.HandleFunc("POST /orders", order)
	if err := serve(mux); err != nil {
		log.Fatal("tickets: ", err)
	}
}

// health is for the smoke check: it says that orders can be taken, without taking one.
func health(w http.ResponseWriter, _ *http.Request) {
	if os.Getenv("SLIPWAY_URL_PAYMENTS") == "" {
		http.Error(w, "SLIPWAY_URL_PAYMENTS is not set, nobody could pay", http.StatusInternalServerError)
		return
	}
	answer(w, http.StatusOK, map[string]any{"status": "ok", "version": version})
}

type ticketOrder struct {
	Concert string `json:"concert"`
	Seats   int    `json:"seats"`
}

func order(w http.ResponseWriter, r *http.Request) {
	if session, err := r.Cookie("session"); err != nil || session.Value == "" { // a real shop would ask whose it is
		http.Error(w, "who buys a ticket signs in first", http.StatusUnauthorized)
		return
	}
	o, err := read(w, r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	number := orders.Add(1)
	if err := reserve(number); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	receipt, err := pay(r.Context(), o)
	if err != nil {
		http.Error(w, "not paid: "+err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, http.StatusCreated, map[string]any{
		"order": number, "concert": o.Concert, "seats": o.Seats, "receipt": receipt, "version": version,
	})
}

// read takes an order as JSON, or as the form of the shop's page.
func read(w http.ResponseWriter, r *http.Request) (o ticketOrder, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if r.Header.Get("Content-Type") == "application/x-www-form-urlencoded" {
		o.Concert = r.FormValue("concert")
		o.Seats, err = strconv.Atoi(cmp.Or(r.FormValue("seats"), "1"))
	} else {
		err = json.NewDecoder(r.Body).Decode(&o)
	}
	if err == nil && (o.Concert == "" || o.Seats < 1) {
		err = errors.New("an order names a concert and at least one seat")
	}
	return o, err
}

var client = &http.Client{Timeout: 5 * time.Second}

// pay charges through the address that Slipway gives for the service payments.
func pay(ctx context.Context, o ticketOrder) (receipt string, err error) {
	body, err := json.Marshal(map[string]any{"cents": 4200 * o.Seats, "currency": cmp.Or(os.Getenv("CURRENCY"), "EUR")})
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, os.Getenv("SLIPWAY_URL_PAYMENTS")+"/charges", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("payments answered %s", resp.Status)
	}
	var charged struct{ Receipt string }
	err = json.NewDecoder(resp.Body).Decode(&charged)
	return charged.Receipt, err
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
