// Signin gives a session to whoever says a name. It is a demo: it asks for no password.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /signin", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]any{"status": "ok", "version": version})
	})
	mux.HandleFunc("POST /signin", signIn)
	if err := serve(mux); err != nil {
		log.Fatal("signin: ", err)
	}
}

// signIn takes a name as JSON, or as the form of the shop's page.
func signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	form := r.Header.Get("Content-Type") == "application/x-www-form-urlencoded"
	var who struct {
		Name string `json:"name"`
	}
	var err error
	if form {
		who.Name = r.FormValue("name")
	} else {
		err = json.NewDecoder(r.Body).Decode(&who)
	}
	if err != nil || who.Name == "" {
		http.Error(w, "who signs in says a name", http.StatusBadRequest)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: "session", Value: rand.Text(), Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: r.Header.Get("X-Forwarded-Proto") == "https",
	})
	if form { // of the shop's page: back there
		w.Header().Set("X-Version", version)
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	answer(w, http.StatusOK, map[string]any{"name": who.Name, "version": version})
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
