package call

import (
	"context"
	"net/http"
	"time"
)

// asyncArguments are those of call: asyncapi.
type asyncArguments struct {
	Document       resource
	Channel        string // of AsyncAPI 2
	Operation      string // of AsyncAPI 3
	Server         *asyncServer
	Protocol       string
	Message        *asyncMessage
	Subscription   *subscription
	Authentication *policy
}

type asyncServer struct {
	Name      string
	Variables map[string]scalar
}

type asyncMessage struct {
	Payload       any               `json:"payload"`
	Headers       map[string]scalar `json:"headers"`
	CorrelationID string            `json:"correlationId"`
}

// subscription says which messages are consumed. Expressions (filter, while, until) and what is
// done with each message are the interpreter's: see subscribe. It gives amount, for and after
// by themselves; without it they are where the specification has them.
type subscription struct {
	Amount  int
	For     any
	After   string // header Last-Event-ID of the last message of the batch before
	Consume struct {
		Amount       int
		For          any
		While, Until any
	}
	Filter, Foreach any
}

func (a *attempt) asyncapi(ctx context.Context) (any, error) {
	var with asyncArguments
	if err := a.decode(&with); err != nil {
		return nil, err
	}
	if (with.Message == nil) == (with.Subscription == nil) {
		return nil, configuration("asyncapi wants either a message or a subscription")
	}
	described, err := a.fetch(ctx, with.Document)
	if err != nil {
		return nil, err
	}
	api, err := made(&a.documents, "asyncapi", described, parseAsyncAPI)
	if err != nil {
		return nil, err
	}
	o, err := api.request(with, a.Data)
	if err != nil {
		return nil, err
	}
	auth, err := a.credentials(ctx, a.policy(with.Authentication))
	if err != nil {
		return nil, err
	}
	o.auth = auth
	if with.Message != nil {
		return a.publish(ctx, o, *with.Message)
	}
	return a.subscribe(ctx, o, *with.Subscription)
}

// publish sends one message. Its output is what the service answers.
func (a *attempt) publish(ctx context.Context, o outgoing, m asyncMessage) (any, error) {
	ctx, cancel := a.bounded(ctx, defaultTime)
	defer cancel()
	said, err := headers(m.Headers)
	if err != nil {
		return nil, err
	}
	for name, values := range said {
		o.header[name] = values
	}
	if m.CorrelationID != "" {
		o.header.Set("Correlation-Id", m.CorrelationID)
	}
	if err := o.setBody(m.Payload); err != nil {
		return nil, err
	}
	a.keyed(&o)
	got, err := a.send(ctx, o, a.Reply)
	if err != nil {
		return nil, err
	}
	if !good(got.status, false) {
		o.auth.refused(got.status)
		return nil, refused(o, got)
	}
	return content(o.name(), got.header, got.body)
}

// bounded gives a context that ends after a time, if the call has no bound of its own.
func (a *attempt) bounded(ctx context.Context, wait time.Duration) (context.Context, context.CancelFunc) {
	if _, has := ctx.Deadline(); has {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, wait)
}

// request makes the request of an operation, for a message or a subscription.
func (api *asyncAPI) request(with asyncArguments, data any) (outgoing, error) {
	sends := with.Message != nil
	op, err := api.operation(with, sends)
	if err != nil {
		return outgoing{}, err
	}
	server, err := api.server(with, op.servers)
	if err != nil {
		return outgoing{}, err
	}
	path, err := expand(op.address, data)
	if err != nil {
		return outgoing{}, err
	}
	o := outgoing{method: op.method, shown: server + slashed(op.address), header: http.Header{}}
	if o.method == "" {
		o.method = http.MethodGet
		if sends {
			o.method = http.MethodPost
		}
	}
	o.url, err = parseURL(server + slashed(path))
	return o, err
}
