// Package load runs load tests: bounded, at a rate that does not wait for answers, through the
// edge and against nothing but services behind it. What came of one is signed, about the
// artifact that answered: that is evidence.
package load

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"time"

	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/load"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/loadgen"
	"slipway.dev/internal/sign"
	"slipway.dev/internal/wire/edgewire"
)

// Edge says where it listens.
type Edge interface {
	Hello(ctx context.Context) (edgewire.Hello, error)
}

// Keyring signs statements with the control plane's key.
type Keyring interface {
	Sign(ctx context.Context, s sign.Statement) ([]byte, error)
}

// Driver runs load tests. It may be used by many goroutines.
type Driver struct {
	Engine *engine.Engine
	Edge   Edge
	Keys   Keyring
	// Allowed gives what an environment in force allows to be tried out in it, and what to
	// guard a step with that depends on it. Of one that is not there it allows nothing.
	Allowed func(ctx context.Context, r engine.Reader, environment string) (manifest.Drills, machine.Guard, error)
}

// Request is a test.
type Request = load.Test

// Result is what came of a test.
type Result struct {
	load.Measured
	Release  string   `json:"release"`
	Evidence Evidence `json:"evidence"`
}

// Evidence is the signed statement of a test.
type Evidence struct {
	Digest    string          `json:"digest"`    // of the envelope, in the blob store
	Subject   string          `json:"subject"`   // digest of the artifact that it is about
	Statement json.RawMessage `json:"statement"` // the envelope
}

// Handle registers the machine of load tests and what it needs; before the engine starts.
func (d *Driver) Handle() {
	engine.Register(d.Engine, "load", load.Version, load.Machine{})
	d.Engine.HandleFacts("load", d.facts)
}

// Load runs a test and gives what came of it, also if it did not pass. With the key of one that
// ended it gives that again; one that broke off is begun anew. Errors: fault.Invalid for what is
// wrong or beyond bounds, fault.Denied where the environment does not allow it, fault.Refused
// while another test of the service is under way, or if a deployment came in between,
// fault.NotFound if the service does not run there. When ctx ends it breaks off.
func (d *Driver) Load(ctx context.Context, by machine.Actor, r Request, key string) (Result, error) {
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	if err := r.Check(); err != nil {
		return Result{}, err
	}
	id := load.MachineID(r.Environment, r.Service)
	if past, ok, err := d.past(ctx, id, key); err != nil || ok {
		return past, err
	}
	serves, err := d.serves(ctx, r)
	if err != nil {
		return Result{}, err
	}
	begin := load.Begin{ID: key, Release: serves.Release, Artifact: serves.Artifact, Test: digest(machine.Must(r)), Rate: r.Rate, Duration: r.Duration}
	if err := d.submit(ctx, by, id, load.EventBegun, begin); err != nil {
		return Result{}, err
	}
	result, err := d.run(ctx, r, serves)
	end := load.End{ID: key, Measured: &result.Measured, Evidence: result.Evidence.Digest}
	if err != nil {
		end = load.End{ID: key, Error: err.Error()}
	}
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeWithin)
	defer cancel()
	return result, errors.Join(err, d.submit(closing, by, id, load.EventEnded, end))
}

// closeWithin is how long the end of a test that broke off may take to be written down. What is
// not written is given up by the machine.
const closeWithin = 5 * time.Second

func (d *Driver) submit(ctx context.Context, by machine.Actor, id, kind string, data any) error {
	_, err := d.Engine.Submit(ctx, engine.To{Machine: id, Event: machine.Event{Type: kind, Actor: by, Data: machine.Must(data)}})
	return err
}

// past gives the result of a test that ended.
func (d *Driver) past(ctx context.Context, id, key string) (Result, bool, error) {
	s, _, err := engine.Load[load.State](ctx, d.Engine, id)
	if fault.Is(err, fault.NotFound) {
		return Result{}, false, nil
	}
	p, ok := s.Find(key)
	if err != nil || !ok || p.End.Measured == nil {
		return Result{}, false, err
	}
	envelope, err := d.Engine.Blobs().Get(ctx, p.End.Evidence)
	return Result{Measured: *p.End.Measured, Release: p.Release, Evidence: Evidence{Digest: p.End.Evidence, Subject: p.Artifact, Statement: envelope}}, true, err
}

// facts says whether the environment allows it. Which that is says the machine's name.
func (d *Driver) facts(ctx context.Context, r engine.Reader, e machine.Event) (machine.Value, error) {
	if e.Type != load.EventBegun {
		return nil, nil
	}
	drills, guard, err := d.Allowed(ctx, r, environmentOf(engine.Subject(ctx)))
	return machine.Must(load.Facts{Allowed: drills.Load, Guard: guard}), err
}

// serves gives the release that has all requests.
func (d *Driver) serves(ctx context.Context, r Request) (deploy.Release, error) {
	lane, _, err := engine.Load[deploy.State](ctx, d.Engine, deploy.MachineID(r.Service, r.Environment))
	if fault.Is(err, fault.NotFound) || err == nil && lane.Current == nil {
		return deploy.Release{}, fault.New(fault.NotFound, "%s does not run in %s", r.Service, r.Environment)
	}
	if err != nil {
		return deploy.Release{}, err
	}
	for _, share := range lane.Shares {
		if share.Deployment != lane.Current.Deployment && (share.Weight > 0 || share.Match != nil) {
			return deploy.Release{}, fault.New(fault.Refused, "a deployment of %s in %s is under way: nobody could say which release was measured", r.Service, r.Environment).
				WithHint("run the load test when it has ended")
		}
	}
	return *lane.Current, nil
}

// run sends the requests, judges and signs.
func (d *Driver) run(ctx context.Context, r Request, serves deploy.Release) (Result, error) {
	hello, err := d.Edge.Hello(ctx)
	if err != nil {
		return Result{}, err
	}
	if len(hello.Internal) == 0 {
		return Result{}, fault.New(fault.Unavailable, "the edge has no internal listener, through which services are reached")
	}
	began := d.Engine.Now()
	measured := r.Judge(send(ctx, hello.Internal[0], r))
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	now, err := d.serves(ctx, r)
	if err != nil {
		return Result{}, err
	}
	if now.Deployment != serves.Deployment || now.Artifact != serves.Artifact {
		return Result{}, fault.New(fault.Refused, "the deployment %s came in during the load test: nobody could say which release was measured", now.Deployment).
			WithHint("run it again")
	}
	evidence, err := d.sign(ctx, r, serves, measured, began)
	return Result{Measured: measured, Release: serves.Release, Evidence: evidence}, err
}

// mostClients bounds connections: with as many, answers may take 0.25 s at the highest rate
// before requests go out late. Those count from when they were due, so that nothing is hidden.
const mostClients = 256

// send sends the requests of a test, and gives what came back and how long it sent them.
func send(ctx context.Context, address string, r Request) (load.Measured, time.Duration) {
	sending, cancel := context.WithTimeout(ctx, r.Duration)
	defer cancel()
	header := http.Header{}
	for name, value := range r.Headers {
		header.Set(name, value)
	}
	request := loadgen.Request{
		Method: r.Method, Header: header, Body: r.Body,
		Path: "/_svc/" + url.PathEscape(r.Environment) + "/" + url.PathEscape(r.Service) + r.Path,
	}
	l := loadgen.Start(sending, loadgen.Options{
		Address: address, Rate: r.Rate, Clients: int(min(mostClients, math.Ceil(r.Rate))),
		Next: func(uint64) loadgen.Request { return request },
	})
	<-sending.Done()
	got := l.Stop()
	return load.Measured{
		Requests: got.Requests, Errors: got.Failed + got.AppErrors + got.Declined,
		P50: got.P50.Seconds(), P90: got.P90.Seconds(), P99: got.P99.Seconds(), Max: got.Max.Seconds(),
	}, r.Duration
}
