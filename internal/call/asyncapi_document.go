package call

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// asyncAPI is what is read of an AsyncAPI document, of version 2 or 3: where its channels are
// over HTTP.
type asyncAPI struct {
	AsyncAPI   string
	Servers    map[string]asyncHost
	Channels   map[string]asyncChannel
	Operations map[string]struct {
		Action   string
		Channel  asyncRef
		Bindings asyncBindings
	}
}

type asyncRef struct {
	Ref string `json:"$ref"`
}

type asyncHost struct {
	URL       string // of version 2
	Host      string // of version 3
	Pathname  string
	Protocol  string
	Variables map[string]struct {
		Default string
		Enum    []string
	}
}

type asyncChannel struct {
	Address            string          // of version 3
	Servers            json.RawMessage // names in version 2, references in version 3
	Publish, Subscribe *struct{ Bindings asyncBindings }
}

type asyncBindings struct {
	HTTP struct{ Method string }
}

// asyncOperation is where and how an operation is done.
type asyncOperation struct {
	address, method string
	servers         []string // names; empty: any
}

// parseAsyncAPI reads a document in JSON or YAML.
func parseAsyncAPI(t *text) (*asyncAPI, error) {
	v, err := decodeYAML(t.body) // JSON is YAML
	if err != nil {
		return nil, configuration("the AsyncAPI document is neither JSON nor YAML: %s", brief(err.Error()))
	}
	body, err := encodeJSON(v)
	if err != nil {
		return nil, configuration("the AsyncAPI document is no JSON")
	}
	var api asyncAPI
	if err := json.Unmarshal(body, &api); err != nil {
		return nil, misfit("the AsyncAPI document", err)
	}
	if !strings.HasPrefix(api.AsyncAPI, "2.") && !strings.HasPrefix(api.AsyncAPI, "3.") {
		return nil, configuration("the document is not AsyncAPI 2 or 3")
	}
	return &api, nil
}

// operation finds the channel and method of an operation.
func (api *asyncAPI) operation(with asyncArguments, sends bool) (asyncOperation, error) {
	if strings.HasPrefix(api.AsyncAPI, "2.") {
		return api.channelOperation(with, sends)
	}
	op, ok := api.Operations[with.Operation]
	if !ok {
		return asyncOperation{}, configuration("the AsyncAPI document has no operation %q; it has %s", brief(with.Operation), names(api.Operations))
	}
	if want := map[bool]string{true: "send", false: "receive"}[sends]; op.Action != "" && op.Action != want {
		return asyncOperation{}, configuration("the action of the operation %q is %q: it does not %s messages", brief(with.Operation), brief(op.Action), want)
	}
	name := strings.TrimPrefix(op.Channel.Ref, "#/channels/")
	channel, ok := api.Channels[unescapePointer(name)]
	if !ok {
		return asyncOperation{}, configuration("the AsyncAPI document has no channel %q", brief(op.Channel.Ref))
	}
	var refs []asyncRef
	if len(channel.Servers) > 0 && json.Unmarshal(channel.Servers, &refs) != nil {
		return asyncOperation{}, configuration("the servers of the channel %q are no references", brief(name))
	}
	found := asyncOperation{address: channel.Address, method: strings.ToUpper(op.Bindings.HTTP.Method)}
	for _, r := range refs {
		found.servers = append(found.servers, unescapePointer(strings.TrimPrefix(r.Ref, "#/servers/")))
	}
	return found, nil
}

// channelOperation is for version 2, where what a client may do is an operation of a channel.
func (api *asyncAPI) channelOperation(with asyncArguments, sends bool) (asyncOperation, error) {
	channel, ok := api.Channels[with.Channel]
	if !ok {
		return asyncOperation{}, configuration("the AsyncAPI document has no channel %q; it has %s", brief(with.Channel), names(api.Channels))
	}
	op, what := channel.Subscribe, "subscribe"
	if sends {
		op, what = channel.Publish, "publish"
	}
	if op == nil {
		return asyncOperation{}, configuration("the channel %q has no operation %q", brief(with.Channel), what)
	}
	found := asyncOperation{address: with.Channel, method: strings.ToUpper(op.Bindings.HTTP.Method)}
	if len(channel.Servers) > 0 && json.Unmarshal(channel.Servers, &found.servers) != nil {
		return asyncOperation{}, configuration("the servers of the channel %q are no names", brief(with.Channel))
	}
	return found, nil
}

// server gives the address of the server: the one that is named, or the first of the channel's that has
// the protocol.
func (api *asyncAPI) server(with asyncArguments, allowed []string) (string, error) {
	if len(allowed) == 0 {
		allowed = slices.Sorted(maps.Keys(api.Servers))
	}
	variables := map[string]scalar{}
	if with.Server != nil {
		allowed, variables = []string{with.Server.Name}, with.Server.Variables
	}
	var others []string
	for _, name := range allowed {
		host, ok := api.Servers[name]
		if !ok {
			return "", configuration("the AsyncAPI document has no server %q; it has %s", brief(name), names(api.Servers))
		}
		protocol := strings.ToLower(host.Protocol)
		switch fits := protocol == "http" || protocol == "https"; {
		case !fits:
			others = append(others, host.Protocol)
		case with.Server != nil || with.Protocol == "" || with.Protocol == "http":
			return host.address(protocol, variables)
		}
	}
	if with.Protocol != "" && with.Protocol != "http" && with.Server == nil {
		others = []string{with.Protocol}
	}
	return "", configuration("AsyncAPI is spoken over HTTP here, and not over %s", brief(strings.Join(others, ", ")))
}

// address puts variables into the address of a server.
func (h asyncHost) address(protocol string, said map[string]scalar) (string, error) {
	address := h.URL
	if address == "" {
		address = h.Host + slashed(h.Pathname)
	}
	for name, variable := range h.Variables {
		value := variable.Default
		if v, ok := said[name]; ok {
			value = string(v)
		}
		if len(variable.Enum) > 0 && !slices.Contains(variable.Enum, value) {
			return "", configuration("the variable %q of the server is one of %s", brief(name), brief(strings.Join(variable.Enum, ", ")))
		}
		address = strings.ReplaceAll(address, "{"+name+"}", value)
	}
	if !strings.Contains(address, "://") {
		address = protocol + "://" + address
	}
	return strings.TrimSuffix(address, "/"), nil
}

func slashed(path string) string {
	if path == "" || strings.HasPrefix(path, "/") {
		return path
	}
	return "/" + path
}

func unescapePointer(s string) string {
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(s)
}

// names lists what a document has.
func names[V any](m map[string]V) string {
	return brief(strings.Join(slices.Sorted(maps.Keys(m)), ", "))
}
