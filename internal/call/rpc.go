package call

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
)

// peer is a service that speaks JSON-RPC 2.0 over HTTP.
type peer struct {
	*attempt
	to   outgoing
	next int // identity of the last request
}

// message is a request, a notification or a reply.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  any             `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *rpcError       `json:"error,omitempty"`
}

type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// request makes a request and gives the result of the reply to it.
func (p *peer) request(ctx context.Context, method string, params any) (any, http.Header, error) {
	all, header, err := p.requestAll(ctx, method, params, false)
	if err != nil {
		return nil, nil, err
	}
	return all[0], header, nil
}

// requestAll gives the results of all replies: where a method streams, there is more than one.
func (p *peer) requestAll(ctx context.Context, method string, params any, stream bool) ([]any, http.Header, error) {
	p.next++
	id, _ := encodeJSON(p.next) // a number
	o, err := p.post(message{ID: id, Method: method, Params: params})
	if err != nil {
		return nil, nil, err
	}
	p.keyed(&o)
	response, err := p.open(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	defer response.Body.Close()
	c := collector{peer: p, name: method, id: id, stream: stream}
	if mediaType(response.Header) == "text/event-stream" && good(response.StatusCode, false) {
		err = c.events(ctx, response)
	} else {
		err = c.body(response, o)
	}
	return c.results, response.Header, err
}

// post makes the request that carries a message.
func (p *peer) post(m message) (outgoing, error) {
	m.Version = "2.0"
	body, err := encodeJSON(m)
	if err != nil {
		return outgoing{}, configuration("the parameters of %s are no JSON", m.Method)
	}
	o := p.to
	o.method, o.body, o.header = http.MethodPost, body, p.to.header.Clone()
	o.header.Set("Content-Type", "application/json")
	o.header.Set("Accept", "application/json, text/event-stream")
	return o, nil
}

// collector gathers the results of one request.
type collector struct {
	*peer
	name    string
	id      json.RawMessage
	stream  bool
	results []any
}

// body takes one reply.
func (c *collector) body(response *http.Response, o outgoing) error {
	body, err := c.read(response.Body, o.name(), c.Reply)
	if err != nil {
		return err
	}
	var m message
	parsed := json.Unmarshal(body, &m) == nil && m.Version == "2.0"
	switch {
	case !good(response.StatusCode, false) && (!parsed || m.Error == nil):
		o.auth.refused(response.StatusCode)
		return refused(o, &answer{response.StatusCode, response.Header, body, response.Request})
	case !parsed:
		return communication(http.StatusBadGateway, "%s did not answer as JSON-RPC 2.0", o.name())
	}
	if _, err := c.take(m); err != nil {
		return err
	}
	return c.enough()
}

// events takes replies from a stream of events, until it ends or the one reply is there.
func (c *collector) events(ctx context.Context, response *http.Response) error {
	var failed error
	size := 0
	err := readEvents(response.Body, c.Reply, func(e event) bool {
		var m message
		size++
		switch {
		case json.Unmarshal([]byte(c.mask(e.data)), &m) != nil || m.Version != "2.0":
			failed = communication(http.StatusBadGateway, "%s streams what is no JSON-RPC 2.0", c.to.name())
		case size > maxStream:
			failed = tooLarge("the stream of "+c.name, c.Reply)
		case m.Method != "":
			failed = c.respond(ctx, m)
		default:
			var mine bool
			mine, failed = c.take(m)
			return failed == nil && (!mine || c.stream)
		}
		return failed == nil
	})
	switch {
	case failed != nil:
		return failed
	case errors.Is(err, errTooLong):
		return tooLarge("the stream of "+c.name, c.Reply)
	case err != nil:
		return unreachable(c.to.name(), err)
	}
	return c.enough()
}

// take takes a reply, if it is one to the request.
func (c *collector) take(m message) (mine bool, err error) {
	anonymous := m.Error != nil && (len(m.ID) == 0 || string(m.ID) == "null") // the request could not be read
	if !bytes.Equal(m.ID, c.id) && !anonymous {
		return false, nil
	}
	if m.Error != nil {
		return true, fail("runtime", 500, "%s failed with error %d: %s", c.name, m.Error.Code, brief(m.Error.Message))
	}
	result, err := decodeJSON(m.Result)
	if err != nil {
		return true, communication(http.StatusBadGateway, "the reply to %s has neither result nor error", c.name)
	}
	c.results = append(c.results, result)
	return true, nil
}

// enough wants at least one reply.
func (c *collector) enough() error {
	if len(c.results) == 0 && !c.stream {
		return communication(http.StatusBadGateway, "there was no reply to %s", c.name)
	}
	if c.results == nil {
		c.results = []any{}
	}
	return nil
}

// respond answers what the other side asks meanwhile: it is alive, and can do nothing else.
func (c *collector) respond(ctx context.Context, m message) error {
	if len(m.ID) == 0 {
		return nil // a notification
	}
	reply := message{ID: m.ID, Error: &rpcError{Code: -32601, Message: "this client offers no " + brief(m.Method)}}
	if m.Method == "ping" {
		reply.Error, reply.Result = nil, json.RawMessage("{}")
	}
	return c.notify(ctx, reply)
}

// notify sends what there is no reply to.
func (p *peer) notify(ctx context.Context, m message) error {
	o, err := p.post(m)
	if err != nil {
		return err
	}
	got, err := p.send(ctx, o, p.Reply)
	if err == nil && !good(got.status, false) {
		err = refused(o, got)
	}
	return err
}
