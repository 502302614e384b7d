package edge

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"strings"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/wire/edgewire"
)

// Bounds of what the admin socket takes.
const (
	maxAdminBody = 64 << 20
	maxWait      = 60 * time.Second
)

// errReplaced sends the asker to the successor, which answers on the same socket.
var errReplaced = fault.New(fault.Unavailable, "this edge was replaced").WithHint("ask again; its successor answers on the same socket")

func (p *program) admin() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/hello", p.handle(p.hello))
	mux.HandleFunc("GET /v1/table", p.handle(p.getTable))
	mux.HandleFunc("PUT /v1/table", p.handle(p.putTable))
	mux.HandleFunc("GET /v1/counters", p.handle(p.getCounters))
	mux.HandleFunc("GET /v1/drained", p.handle(p.getDrained))
	mux.HandleFunc("POST /v1/replace", p.handle(p.postReplace))
	mux.HandleFunc("POST /v1/linger", p.handle(p.postLinger))
	return mux
}

func (p *program) handle(f func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxAdminBody)
		answer, err := f(r)
		w.Header().Set("Content-Type", "application/json")
		if err != nil {
			if errors.Is(err, errReplaced) {
				w.Header().Set(edgewire.Header, edgewire.WasReplaced)
			}
			w.WriteHeader(statusOf(err))
			answer = faultOf(err)
		}
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			p.log.Debug("admin answer not sent", "error", err)
		}
	}
}

var statuses = map[fault.Code]int{
	fault.Invalid: http.StatusBadRequest, fault.Denied: http.StatusForbidden, fault.NotFound: http.StatusNotFound,
	fault.Refused: http.StatusConflict, fault.TooLarge: http.StatusRequestEntityTooLarge, fault.Unavailable: http.StatusServiceUnavailable,
}

func statusOf(err error) int {
	if s := statuses[fault.CodeOf(err)]; s != 0 {
		return s
	}
	return http.StatusInternalServerError
}

// faultOf puts an error on the wire, with its cause: whoever may ask is this user or root.
func faultOf(err error) edgewire.Fault {
	var f *fault.Error
	if !errors.As(err, &f) {
		return edgewire.Fault{Code: string(fault.Internal), Text: err.Error()}
	}
	bare := *f
	bare.Hint = ""
	return edgewire.Fault{Code: string(f.Code), Text: bare.Error(), Hint: f.Hint}
}

func decode(r *http.Request, v any) error {
	err := json.NewDecoder(r.Body).Decode(v)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return fault.New(fault.TooLarge, "the request has more than %d bytes", tooLarge.Limit)
	}
	if err != nil {
		return fault.New(fault.Invalid, "the request is not the JSON that was expected").Because(err)
	}
	return nil
}

func (p *program) hello(*http.Request) (any, error) {
	now := p.table.Load()
	t := now.wire
	return edgewire.Hello{
		Version: edgewire.Version, MinVersion: edgewire.MinVersion, Build: p.options.Build, PID: os.Getpid(),
		Epoch: t.Epoch, Generation: t.Generation, Started: p.started, Problem: strings.TrimPrefix(strings.TrimSuffix(p.problem+"; "+now.problem, "; "), "; "),
		HTTP: p.addresses["http"], HTTPS: p.addresses["https"], Internal: p.addresses["internal"],
	}, nil
}

func (p *program) getTable(*http.Request) (any, error) { return p.table.Load().wire, nil }

func (p *program) putTable(r *http.Request) (any, error) {
	var t edgewire.Table
	if err := decode(r, &t); err != nil {
		return nil, err
	}
	if err := p.apply(t, true); err != nil {
		return nil, err
	}
	p.tellHosts(context.WithoutCancel(r.Context()))
	return edgewire.Applied{Epoch: t.Epoch, Generation: t.Generation}, nil
}

// waitOf reads how long the asker would wait.
func waitOf(r *http.Request) (time.Duration, error) {
	s := r.URL.Query().Get("wait")
	if s == "" {
		return 0, nil
	}
	wait, err := time.ParseDuration(s)
	if err != nil || wait < 0 {
		return 0, fault.New(fault.Invalid, "wait %.40q is not a duration", s).WithHint("for example wait=10s")
	}
	return min(wait, maxWait), nil
}
