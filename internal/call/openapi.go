package call

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// openAPIArguments are those of call: openapi.
type openAPIArguments struct {
	Document       resource
	OperationID    string
	Parameters     map[string]any
	Authentication *policy
	Output         string
	Redirect       bool
}

// operation is one that a document describes.
type operation struct {
	method, path string
	item         *openapi3.PathItem
	*openapi3.Operation
}

func (a *attempt) openapi(ctx context.Context) (any, error) {
	var with openAPIArguments
	if err := a.decode(&with); err != nil {
		return nil, err
	}
	described, err := a.fetch(ctx, with.Document)
	if err != nil {
		return nil, err
	}
	o, err := a.prepare(described, with)
	if err != nil {
		return nil, err
	}
	return a.exchange(ctx, o, a.policy(with.Authentication), with.Output, with.Redirect)
}

// prepare makes the request of an operation that a document describes.
func (a *attempt) prepare(described *text, with openAPIArguments) (outgoing, error) {
	api, err := made(&a.documents, "openapi", described, parseOpenAPI)
	if err != nil {
		return outgoing{}, err
	}
	op, err := find(api, with.OperationID)
	if err != nil {
		return outgoing{}, err
	}
	return op.request(api, described, with.Parameters)
}

// find finds an operation by its identity. Documents that give it twice get the first by path and method.
func find(api *openapi3.T, id string) (*operation, error) {
	var known []string
	for _, path := range slices.Sorted(maps.Keys(api.Paths.Map())) {
		item := api.Paths.Value(path)
		operations := item.Operations()
		for _, method := range slices.Sorted(maps.Keys(operations)) {
			op := operations[method]
			if op.OperationID == id && id != "" {
				return &operation{method, path, item, op}, nil
			}
			known = append(known, op.OperationID)
		}
	}
	slices.Sort(known)
	return nil, configuration("the OpenAPI document has no operation %q; it has %s", brief(id), brief(strings.Join(known, ", ")))
}

// request makes the request of an operation with its parameters.
func (op *operation) request(api *openapi3.T, described *text, values map[string]any) (outgoing, error) {
	o := outgoing{method: op.method, header: http.Header{"Accept": {op.accept()}}}
	left := maps.Clone(values)
	p := placer{path: op.path, header: o.header}
	for _, parameter := range op.parameters() {
		value, given := left[parameter.Name]
		delete(left, parameter.Name)
		if !given || value == nil {
			if parameter.Required {
				return o, validation("the operation %s needs the parameter %q", op.OperationID, parameter.Name)
			}
			continue
		}
		if err := p.place(parameter, value); err != nil {
			return o, err
		}
	}
	if len(p.cookies) > 0 {
		o.header.Set("Cookie", strings.Join(p.cookies, "; "))
	}
	server, err := op.server(api, described)
	if err != nil {
		return o, err
	}
	if climbs(p.path) > climbs(op.path) {
		return o, validation("a parameter of %s would lead out of its path: it is \".\" or \"..\"", op.OperationID)
	}
	server = strings.TrimSuffix(server, "/")
	if o.url, err = parseURL(server + p.path); err != nil {
		return o, err
	}
	o.shown = server + op.path
	o.addQuery(strings.Join(p.query, "&"))
	return o, op.body(&o, left)
}

// parameters gives the parameters of an operation, and those of its path that it does not override.
func (op *operation) parameters() (list []*openapi3.Parameter) {
	seen := map[string]bool{}
	for _, refs := range []openapi3.Parameters{op.Parameters, op.item.Parameters} {
		for _, ref := range refs {
			if ref != nil && ref.Value != nil && !seen[ref.Value.In+" "+ref.Value.Name] {
				seen[ref.Value.In+" "+ref.Value.Name] = true
				list = append(list, ref.Value)
			}
		}
	}
	return list
}

// accept asks for JSON where there is a choice.
func (op *operation) accept() string {
	types := map[string]bool{}
	for _, ref := range op.Responses.Map() {
		if ref != nil && ref.Value != nil {
			for media := range ref.Value.Content {
				types[media] = true
			}
		}
	}
	if len(types) == 0 || types["application/json"] {
		return "application/json, */*;q=0.5"
	}
	return strings.Join(slices.Sorted(maps.Keys(types)), ", ")
}

// server gives the address of the first server that is reached over https, or else of the
// first: the operation's, its path's or the document's. One that is relative is beside the document.
func (op *operation) server(api *openapi3.T, described *text) (string, error) {
	servers := api.Servers
	if len(op.item.Servers) > 0 {
		servers = op.item.Servers
	}
	if op.Servers != nil && len(*op.Servers) > 0 {
		servers = *op.Servers
	}
	servers = slices.DeleteFunc(slices.Clone(servers), func(s *openapi3.Server) bool { return s == nil })
	chosen := &openapi3.Server{URL: "/"}
	if i := slices.IndexFunc(servers, func(s *openapi3.Server) bool { return strings.HasPrefix(s.URL, "https:") }); i >= 0 {
		chosen = servers[i]
	} else if len(servers) > 0 {
		chosen = servers[0]
	}
	address := chosen.URL
	for name, variable := range chosen.Variables {
		if variable != nil {
			address = strings.ReplaceAll(address, "{"+name+"}", variable.Default)
		}
	}
	u, err := url.Parse(address)
	if err != nil {
		return "", configuration("the OpenAPI document's server is no URI")
	}
	if described.at != nil {
		u = described.at.ResolveReference(u)
	}
	u.RawQuery, u.Fragment = "", ""
	return u.String(), nil
}
