package call

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// httpArguments are those of call: http.
type httpArguments struct {
	Method   scalar
	Endpoint endpoint
	Headers  map[string]scalar
	Body     json.RawMessage
	Query    map[string]any
	Output   string
	Redirect bool
}

func (a *attempt) http(ctx context.Context) (any, error) {
	var with httpArguments
	if err := a.decode(&with); err != nil {
		return nil, err
	}
	o := outgoing{method: strings.ToUpper(string(with.Method))}
	var err error
	if o.url, o.shown, err = a.address(with.Endpoint.URI); err != nil {
		return nil, err
	}
	if o.header, err = headers(with.Headers); err != nil {
		return nil, err
	}
	if err := query(&o, with.Query); err != nil {
		return nil, err
	}
	if len(with.Body) > 0 {
		body, err := decodeJSON(with.Body)
		if err != nil {
			return nil, configuration("the body is no JSON")
		}
		if err := o.setBody(body); err != nil {
			return nil, err
		}
	}
	return a.exchange(ctx, o, a.policy(with.Endpoint.Authentication), with.Output, with.Redirect)
}

// setBody puts a body in, of the type that the headers say.
func (o *outgoing) setBody(body any) error {
	b, media, err := encode(body, o.header.Get("Content-Type"))
	if err != nil {
		return err
	}
	if o.body = b; media != "" {
		o.header.Set("Content-Type", media)
	}
	return nil
}

// policy is the call's own, before the one that an endpoint says.
func (a *attempt) policy(said *policy) any {
	if a.Authentication != nil || said == nil {
		return a.Authentication
	}
	return said
}

// exchange makes a call over HTTP and gives its output in the form that is wanted.
func (a *attempt) exchange(ctx context.Context, o outgoing, auth any, output string, redirect bool) (any, error) {
	if !httpguts.ValidHeaderFieldName(o.method) || o.method == http.MethodConnect || o.method == http.MethodTrace {
		return nil, configuration("%q is no method to call", brief(o.method))
	}
	a.keyed(&o)
	var err error
	if o.auth, err = a.credentials(ctx, auth); err != nil {
		return nil, err
	}
	got, err := a.send(ctx, o, a.Reply)
	if err != nil {
		return nil, err
	}
	if !good(got.status, redirect) {
		o.auth.refused(got.status)
		return nil, refused(o, got)
	}
	return shape(o, got, output)
}

// shape gives the output of a call: raw, content or response.
func shape(o outgoing, got *answer, output string) (any, error) {
	if output == "raw" {
		return base64.StdEncoding.EncodeToString(got.body), nil
	}
	body, err := content(o.name(), got.header, got.body)
	switch {
	case err != nil:
		return nil, err
	case output == "" || output == "content":
		return body, nil
	case output != "response":
		return nil, configuration("output is raw, content or response, not %q", brief(output))
	}
	return map[string]any{
		"request": map[string]any{
			"method": strings.ToLower(o.method), "uri": o.url.String(), "headers": visible(got.request.Header),
		},
		"statusCode": json.Number(statusText(got.status)), "headers": flat(got.header), "content": body,
	}, nil
}
