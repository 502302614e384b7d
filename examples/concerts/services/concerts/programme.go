package main

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Of what organisers publish, an instance keeps the latest few. It has no database: it is a demo.
const keepUpcoming = 3

var (
	mu       sync.Mutex
	number   int
	upcoming []concert
)

// listed is what is on and what is upcoming.
func listed() []concert {
	mu.Lock()
	defer mu.Unlock()
	return append(concerts(), upcoming...)
}

// search finds concerts by their title or place.
func search(w http.ResponseWriter, r *http.Request) {
	words := strings.ToLower(r.FormValue("q"))
	found := []concert{}
	for _, c := range listed() {
		if strings.Contains(strings.ToLower(c.Title+" "+c.Place), words) {
			found = append(found, c)
		}
	}
	answer(w, http.StatusOK, map[string]any{"concerts": found, "version": version})
}

// publish takes in an upcoming concert.
func publish(w http.ResponseWriter, r *http.Request) {
	if !signedIn(r) {
		http.Error(w, "who publishes a concert signs in first", http.StatusUnauthorized)
		return
	}
	var c concert
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&c); err != nil || c.Title == "" || c.Place == "" {
		http.Error(w, "a concert has a title and a place", http.StatusBadRequest)
		return
	}
	compare(c)
	mu.Lock()
	number++
	c.ID = "upcoming-" + strconv.Itoa(number)
	upcoming = append(upcoming, c)
	upcoming = upcoming[max(0, len(upcoming)-keepUpcoming):]
	mu.Unlock()
	answer(w, http.StatusCreated, map[string]any{"id": c.ID, "version": version})
}

// signedIn says whether a request has a session. A real shop would ask whose it is.
func signedIn(r *http.Request) bool {
	session, err := r.Cookie("session")
	return err == nil && session.Value != ""
}
