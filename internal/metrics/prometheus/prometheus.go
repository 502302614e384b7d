// Package prometheus asks a server with the query API of Prometheus for figures.
package prometheus

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/metrics"
	"slipway.dev/internal/netguard"
)

// Options are what a Server needs to know.
type Options struct {
	URL     string // where its API is: what comes before /api/v1
	Private bool   // it may be at a private address; never at a link-local one
	// Token gives a bearer token for each request; nil, or an empty one: none is sent.
	Token   func(ctx context.Context) (string, error)
	Timeout time.Duration // of one request; default 30 s
}

// Server is a Prometheus server. It may be used by many at once.
type Server struct {
	o    Options
	base *url.URL
	http *http.Client
}

var _ metrics.Source = (*Server)(nil)

// New makes a Server; it asks nothing yet. A wrong address is fault.Invalid.
func New(o Options) (*Server, error) {
	base, err := url.Parse(o.URL)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" || base.User != nil || base.RawQuery != "" {
		return nil, fault.New(fault.Invalid, "the address of a metrics server is not one of http or https")
	}
	o.Timeout = cmp.Or(o.Timeout, 30*time.Second)
	client := netguard.Policy{Private: o.Private}.Client(o.Timeout)
	// It follows no redirect: the token goes nowhere else.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Server{o: o, base: base, http: client}, nil
}

// Range implements metrics.Source.
func (s *Server) Range(ctx context.Context, q metrics.Query) ([]metrics.Row, error) {
	if err := q.Check(); err != nil {
		return nil, err
	}
	expr, err := expression(q)
	if err != nil {
		return nil, err
	}
	form := url.Values{
		"query": {expr}, "step": {seconds(q.Step)},
		"start": {unix(q.End(0))}, "end": {unix(q.End(q.Steps() - 1))},
	}
	var found []series
	if err := s.ask(ctx, "/api/v1/query_range", form, "matrix", &found); err != nil {
		return nil, err
	}
	return rows(q, found), nil
}

// Eval gives the value of an expression in PromQL at a time. Known is false if it has none, or
// one that is no number; one with several values is fault.Invalid.
func (s *Server) Eval(ctx context.Context, expr string, at time.Time) (value float64, known bool, err error) {
	form := url.Values{"query": {expr}, "time": {unix(at)}}
	var r result
	if err := s.ask(ctx, "/api/v1/query", form, "", &r); err != nil {
		return 0, false, err
	}
	return r.one()
}

func unix(t time.Time) string        { return fmt.Sprintf("%d.%03d", t.Unix(), t.Nanosecond()/1e6) }
func seconds(d time.Duration) string { return fmt.Sprintf("%ds", d/time.Second) }
