package call

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// Times of a subscription.
const (
	pollEvery = time.Second            // between questions to a service that has no stream
	lull      = 200 * time.Millisecond // without a message ends a batch whose length only an expression knows
)

// lastID is the header of a message that has its identity, where the service gives any.
const lastID = "Last-Event-ID"

// subscribe gathers one batch of messages, in their order: as many as the amount says, or what
// comes in the time it says. Where neither is said, or only an expression knows when there is enough, it is
// what came until there was a lull. Who wants more asks again, after the last one.
//
// Over HTTP a channel is a stream of server-sent events or of JSON lines; or it answers with one
// message or a list of them, and is asked again each second.
func (a *attempt) subscribe(ctx context.Context, o outgoing, s subscription) (any, error) {
	amount, wait := max(s.Amount, s.Consume.Amount), defaultTime
	if amount > maxStream {
		return nil, configuration("the amount of messages to consume is at most %d", maxStream)
	}
	open := s.Consume.While != nil || s.Consume.Until != nil || s.Filter != nil
	said := s.For
	if said == nil {
		said = s.Consume.For
	}
	if said != nil {
		var err error
		if wait, err = durationOf(said); err != nil {
			return nil, configuration("the time to consume messages for: %s", err)
		}
	}
	o.header.Set("Accept", "text/event-stream, application/x-ndjson, application/json;q=0.5")
	within, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	b := &batch{attempt: a, amount: amount, open: open || said == nil, messages: []any{}, to: o, last: s.After, stop: cancel}
	for !b.full() {
		if err := b.ask(within); err != nil {
			if within.Err() != nil && ctx.Err() == nil {
				break // its time is over, or there was a lull: that is no error
			}
			return nil, err
		}
		if b.full() || !pause(within, pollEvery) {
			break
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return b.messages, nil
}

// batch is the messages so far.
type batch struct {
	*attempt
	to       outgoing
	amount   int  // 0: any
	open     bool // ends with a lull
	messages []any
	size     int64
	last     string
	stop     context.CancelFunc
	quiet    *time.Timer
}

func (b *batch) full() bool {
	return b.amount > 0 && len(b.messages) >= b.amount || len(b.messages) >= maxStream
}

// ask makes one request and takes what comes of it.
func (b *batch) ask(ctx context.Context) error {
	o := b.to
	o.header = o.header.Clone()
	if b.last != "" {
		o.header.Set(lastID, b.last)
	}
	response, err := b.attempt.open(ctx, o)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	media := mediaType(response.Header)
	switch {
	case response.StatusCode == http.StatusNoContent:
		return nil
	case !good(response.StatusCode, false):
		body, err := b.read(response.Body, o.name(), b.Reply)
		if err != nil {
			return err
		}
		o.auth.refused(response.StatusCode)
		return refused(o, &answer{response.StatusCode, response.Header, body, response.Request})
	case media == "text/event-stream":
		return b.events(response)
	case media == "application/x-ndjson" || media == "application/jsonl" || media == "application/json-seq":
		return b.lines(response)
	}
	body, err := b.read(response.Body, o.name(), b.Reply)
	if err != nil {
		return err
	}
	payload, err := content(o.name(), response.Header, body)
	if err != nil {
		return err
	}
	list, isList := payload.([]any)
	if !isList && payload != nil {
		list = []any{payload}
	}
	for _, p := range list {
		if err := b.take(p, response.Header, int64(len(body)/max(1, len(list)))); err != nil || b.full() {
			return err
		}
	}
	return nil
}

// take adds a message.
func (b *batch) take(payload any, header http.Header, size int64) error {
	if b.size += size; b.size > b.Reply {
		return tooLarge("what came from "+b.to.name(), b.Reply)
	}
	m := map[string]any{"payload": payload, "headers": flat(header)}
	if id := header.Get("Correlation-Id"); id != "" {
		m["correlationId"] = id
	}
	b.messages = append(b.messages, m)
	if b.open {
		if b.quiet != nil {
			b.quiet.Stop()
		}
		b.quiet = time.AfterFunc(lull, b.stop)
	}
	return nil
}

// events takes server-sent events. One whose data is an object with a payload is a whole
// message; of others, the data is the payload.
func (b *batch) events(response *http.Response) error {
	var failed error
	err := readEvents(response.Body, b.Reply, func(e event) bool {
		header := http.Header{}
		if e.id != "" {
			b.last = e.id
			header.Set(lastID, e.id)
		}
		failed = b.text(e.data, header)
		return failed == nil && !b.full()
	})
	return b.ended(failed, err)
}

// lines takes a JSON value of each line.
func (b *batch) lines(response *http.Response) error {
	l := newLines(response.Body, b.Reply)
	for l.Scan() {
		line := strings.TrimSpace(strings.TrimPrefix(l.Text(), "\x1e"))
		if line == "" {
			continue
		}
		if err := b.text(line, http.Header{}); err != nil || b.full() {
			return err
		}
	}
	return b.ended(nil, l.failure())
}

func (b *batch) ended(failed, err error) error {
	switch {
	case failed != nil:
		return failed
	case errors.Is(err, errTooLong):
		return tooLarge("the stream of "+b.to.name(), b.Reply)
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return unreachable(b.to.name(), err)
	}
	return nil // a stream that breaks off is asked for again
}

// text takes a message of a stream.
func (b *batch) text(text string, header http.Header) error {
	text = b.mask(text)
	payload, err := decodeJSON([]byte(text))
	if err != nil {
		return b.take(text, header, int64(len(text)))
	}
	if whole, ok := payload.(map[string]any); ok && whole["payload"] != nil {
		var m asyncMessage
		if raw, err := encodeJSON(whole); err == nil && json.Unmarshal(raw, &m) == nil {
			for name, value := range m.Headers {
				header.Set(name, string(value))
			}
			if m.CorrelationID != "" {
				header.Set("Correlation-Id", m.CorrelationID)
			}
			return b.take(whole["payload"], header, int64(len(text)))
		}
	}
	return b.take(payload, header, int64(len(text)))
}

// pause waits; false: the time is over.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
