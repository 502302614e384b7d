// Package calltest has the services that the specification's examples and conformance scenarios
// call, for tests without a network.
package calltest

import (
	_ "embed" // for the description
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
)

//go:embed swagger.json
var swagger []byte

// pet is one as the store has it.
type pet struct {
	ID     int64    `json:"id"`
	Name   string   `json:"name"`
	Photos []string `json:"photoUrls"`
	Status string   `json:"status"`
}

// store holds pets. It is as strict as the one it stands for.
type store struct {
	mu   sync.Mutex
	pets map[int64]pet
}

// Petstore serves what petstore.swagger.io serves of its second version, with three pets, of whom 1
// and 2 are available, and /basic-auth/{user}/{password} of httpbin.org. All else is not found.
func Petstore(t testing.TB) *httptest.Server {
	t.Helper()
	s := &store{pets: map[int64]pet{
		1: {1, "Milou", []string{"https://pets.example/1.png"}, "available"},
		2: {2, "Rantanplan", []string{}, "available"},
		3: {3, "Idefix", []string{}, "sold"},
	}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v2/swagger.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(swagger)
	})
	mux.HandleFunc("GET /v2/pet/findByStatus", s.find)
	mux.HandleFunc("GET /v2/pet/{id}", s.get)
	mux.HandleFunc("POST /v2/pet", s.add)
	mux.HandleFunc("POST /v2/pet/{id}", s.change)
	mux.HandleFunc("DELETE /v2/pet/{id}", s.remove)
	mux.HandleFunc("GET /basic-auth/{user}/{password}", basic)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusNotFound, "no such page") })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func (s *store) find(w http.ResponseWriter, r *http.Request) {
	wanted := r.URL.Query()["status"]
	for _, status := range wanted {
		if !slices.Contains([]string{"available", "pending", "sold"}, status) {
			say(w, http.StatusBadRequest, "Invalid status value")
			return
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []pet{}
	for _, id := range slices.Sorted(maps.Keys(s.pets)) {
		if slices.Contains(wanted, s.pets[id].Status) {
			found = append(found, s.pets[id])
		}
	}
	answer(w, http.StatusOK, found)
}

func (s *store) get(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.pets[number(r)]; ok {
		answer(w, http.StatusOK, p)
		return
	}
	say(w, http.StatusNotFound, "Pet not found")
}

func (s *store) add(w http.ResponseWriter, r *http.Request) {
	var p pet
	switch {
	case r.Header.Get("Content-Type") != "application/json":
		say(w, http.StatusUnsupportedMediaType, "wants application/json")
	case json.NewDecoder(r.Body).Decode(&p) != nil || p.Name == "" || p.Photos == nil:
		say(w, http.StatusMethodNotAllowed, "Invalid input")
	default:
		s.mu.Lock()
		defer s.mu.Unlock()
		if p.ID == 0 {
			p.ID = int64(len(s.pets) + 1)
		}
		s.pets[p.ID] = p
		answer(w, http.StatusOK, p)
	}
}

func (s *store) change(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ok := s.pets[number(r)]
	if !ok {
		say(w, http.StatusNotFound, "not found")
		return
	}
	if name := r.PostFormValue("name"); name != "" {
		p.Name = name
	}
	if status := r.PostFormValue("status"); status != "" {
		p.Status = status
	}
	s.pets[p.ID] = p
	say(w, http.StatusOK, strconv.FormatInt(p.ID, 10))
}

func (s *store) remove(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.pets[number(r)]; !ok || r.Header.Get("Api_key") == "" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	delete(s.pets, number(r))
	say(w, http.StatusOK, r.PathValue("id"))
}

// number is the pet that is meant; -1: none.
func number(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func basic(w http.ResponseWriter, r *http.Request) {
	user, password, ok := r.BasicAuth()
	if !ok || user != r.PathValue("user") || password != r.PathValue("password") {
		w.Header().Set("WWW-Authenticate", `Basic realm="Fake Realm"`)
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	answer(w, http.StatusOK, map[string]any{"authenticated": true, "user": user})
}

func say(w http.ResponseWriter, status int, text string) {
	answer(w, status, map[string]any{"code": status, "type": "unknown", "message": text})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
