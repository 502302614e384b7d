package prometheus

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"

	"slipway.dev/internal/core/fault"
)

// maxAnswer is the longest answer that is read, in bytes.
const maxAnswer = 64 << 20

// ask sends a query and reads its result, of a type ("": any). Whatever keeps the server from
// answering is fault.Unavailable; that it does not understand the query is fault.Invalid. The
// texts have neither the address nor the token.
func (s *Server) ask(ctx context.Context, path string, form url.Values, want string, into any) error {
	raw, status, err := s.post(ctx, path, form)
	if err != nil {
		return err
	}
	var a answer
	if err := json.Unmarshal(raw, &a); err != nil || a.Status == "" {
		return fault.New(fault.Unavailable, "the metrics server answers %d %s with what is not of Prometheus' API", status, http.StatusText(status)).
			WithHint("check its address; it is what comes before /api/v1")
	}
	switch {
	case a.Status == "error" && a.Type == "bad_data":
		return fault.New(fault.Invalid, "the metrics server does not understand the query: %.500s", a.Error)
	case a.Status != "success":
		return fault.New(fault.Unavailable, "the metrics server cannot answer: %s: %.500s", a.Type, a.Error)
	case want != "" && a.Data.Type != want:
		return fault.New(fault.Unavailable, "the metrics server answers with a %q instead of a %s", a.Data.Type, want)
	case want == "" && a.Data.Type != "scalar" && a.Data.Type != "vector":
		return fault.New(fault.Invalid, "the expression gives a %s, not a number", a.Data.Type)
	}
	if err := json.Unmarshal(a.Data.Result, into); err != nil {
		return fault.New(fault.Unavailable, "the answer of the metrics server cannot be read").Because(err)
	}
	return nil
}

func (s *Server) post(ctx context.Context, path string, form url.Values) (raw []byte, status int, err error) {
	// As a form: expressions may be longer than servers let addresses be.
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base.JoinPath(path).String(), strings.NewReader(form.Encode()))
	if err != nil {
		return nil, 0, fault.New(fault.Invalid, "the address of a metrics server is not one of http or https")
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("User-Agent", "Slipway")
	if s.o.Token != nil {
		token, err := s.o.Token(ctx)
		if err != nil {
			return nil, 0, fault.New(fault.Unavailable, "the token for the metrics server cannot be had").Because(err)
		}
		if token = strings.TrimSpace(token); token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
	}
	resp, err := s.http.Do(r)
	if err != nil {
		return nil, 0, away(err)
	}
	defer resp.Body.Close()
	raw, err = io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, 0, away(err)
	case len(raw) > maxAnswer:
		return nil, 0, fault.New(fault.TooLarge, "the metrics server answers with more than %d MiB", maxAnswer>>20).
			WithHint("ask for fewer series, or longer steps")
	case resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden:
		return nil, 0, fault.New(fault.Unavailable, "the metrics server refuses us: %d %s", resp.StatusCode, http.StatusText(resp.StatusCode)).
			WithHint("check the token")
	}
	return raw, resp.StatusCode, nil
}

// away tells why no answer came, without the address: it may be secret.
func away(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return fault.New(fault.Unavailable, "the metrics server does not answer").Because(err)
}
