// Telemetry counts what browsers report.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"maps"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

var (
	mu       sync.Mutex
	counts   = map[string]int{}
	events   int // that were kept
	rejected int
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /telemetry", show)
	mux.HandleFunc("POST /telemetry", take)
	mux.HandleFunc("GET /metrics", showMetrics)
	if err := serve(mux); err != nil {
		log.Fatal("telemetry: ", err)
	}
}

func take(w http.ResponseWriter, r *http.Request) {
	var event struct {
		Name string `json:"name"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&event); err != nil || event.Name == "" {
		mu.Lock()
		rejected++
		mu.Unlock()
		http.Error(w, "an event has a name", http.StatusBadRequest)
		return
	}
	mu.Lock()
	if _, known := counts[event.Name]; known || len(counts) < 100 { // who sends names at random fills no memory
		counts[event.Name]++
	}
	keep(event.Name)
	events++
	mu.Unlock()
	answer(w, http.StatusAccepted, map[string]any{"version": version})
}

func show(w http.ResponseWriter, _ *http.Request) {
	mu.Lock()
	seen := maps.Clone(counts)
	mu.Unlock()
	answer(w, http.StatusOK, map[string]any{"counts": seen, "version": version})
}

// showMetrics gives this service's own figures in the text format of Prometheus.
func showMetrics(w http.ResponseWriter, _ *http.Request) {
	mu.Lock()
	defer mu.Unlock()
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	_, _ = fmt.Fprintf(w, `# HELP telemetry_events_total Events that were kept.
# TYPE telemetry_events_total counter
telemetry_events_total %d
# HELP telemetry_rejected_total Events that were not, because they had no name.
# TYPE telemetry_rejected_total counter
telemetry_rejected_total %d
`, events, rejected)
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
