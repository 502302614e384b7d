package h1

import (
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"sync"
)

// streamed leaves a request to http.Transport. That may still inform when it has given
// the answer, or failed; the caller is not disturbed then.
func (t *Transport) streamed(r *http.Request, inform Inform) (*http.Response, error) {
	res, err := t.informed(r, inform)
	if err == nil && res.StatusCode < 100 {
		res.Body.Close()
		return nil, errNoAnswer
	}
	return res, err
}

func (t *Transport) informed(r *http.Request, inform Inform) (*http.Response, error) {
	if inform == nil {
		return t.other.RoundTrip(r)
	}
	var mu sync.Mutex
	over := false
	trace := &httptrace.ClientTrace{Got1xxResponse: func(status int, header textproto.MIMEHeader) error {
		mu.Lock()
		defer mu.Unlock()
		if over {
			return nil
		}
		return inform(status, http.Header(header))
	}}
	res, err := t.other.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), trace)))
	mu.Lock()
	defer mu.Unlock()
	over = true
	return res, err
}
