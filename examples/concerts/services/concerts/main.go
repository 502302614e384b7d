// Concerts shows what is on: a page for people, a list and a search for programs. Organisers
// publish concerts.
package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"html/template"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

//go:embed shop.html
var shop string

var page = template.Must(template.New("shop").Parse(shop))

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /concerts", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"concerts": listed(), "version": version})
	})
	mux.HandleFunc("GET /concerts/search", search)
	mux.HandleFunc("POST /concerts", publish)
	mux.HandleFunc("GET /{$}", showPage)
	if err := serve(mux); err != nil {
		log.Fatal("concerts: ", err)
	}
}

func showPage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("X-Version", version)
	data := map[string]any{"Headline": headline, "Concerts": listed(), "Version": version, "SignedIn": signedIn(r)}
	if err := page.Execute(w, data); err != nil {
		log.Print("page: ", err)
	}
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
