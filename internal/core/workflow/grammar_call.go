package workflow

import "regexp"

// callWith is the shape of what a call is made with; nil: a function, which has a schema of
// its own, and may need nothing.
func callWith(task *node) shape {
	s, ok := protocols[task.get("call").text()]
	if !ok {
		if with := task.get("with"); with != nil && with.form != isObject {
			return data
		}
		return nil
	}
	return s
}

// protocols are what can be called besides functions.
var protocols = map[string]shape{
	"http": object{
		what: "an HTTP call",
		need: []string{"method", "endpoint"},
		fields: fields{
			"method": name, "endpoint": endpoint, "headers": dynamicOr(texts), "body": anything, "query": dynamicOr(texts),
			"output": httpOutput, "redirect": truth,
		},
	},
	"openapi": object{
		what: "an OpenAPI call",
		need: []string{"document", "operationId"},
		fields: fields{
			"document": resource, "operationId": text, "parameters": data, "authentication": authentication,
			"output": httpOutput, "redirect": truth,
		},
	},
	"grpc": object{
		what: "a gRPC call",
		need: []string{"proto", "service", "method"},
		fields: fields{
			"proto": resource, "method": name, "arguments": data,
			"service": object{
				what: "a service",
				need: []string{"name", "host"},
				fields: fields{
					"name": name, "host": host, "port": port, "authentication": authentication,
				},
			},
		},
	},
	"asyncapi": checked(asyncAPI),
	"a2a": object{
		what: "an A2A call",
		need: []string{"method"},
		fields: fields{
			"agentCard": resource, "server": endpoint,
			"method": among("message/send", "message/stream", "tasks/get", "tasks/list", "tasks/cancel", "tasks/resubscribe",
				"tasks/pushNotificationConfig/set", "tasks/pushNotificationConfig/get", "tasks/pushNotificationConfig/list",
				"tasks/pushNotificationConfig/delete", "agent/getAuthenticatedExtendedCard"),
			"parameters": textOr(text, object{what: "parameters", others: anything, some: true}),
		},
	},
	"mcp": object{
		what: "an MCP call",
		need: []string{"method", "transport"},
		fields: fields{
			"protocolVersion": text, "timeout": duration, "parameters": textOr(text, data),
			"method":    among("tools/list", "tools/call", "prompts/list", "prompts/get", "resources/list", "resources/read", "resources/templates/list"),
			"client":    object{what: "a client", fields: fields{"name": text, "version": text}, need: []string{"name", "version"}},
			"transport": transport,
		},
	},
}

var (
	texts      = mapOf("headers and the like", text)
	httpOutput = among("raw", "content", "response")
	host       = matching("the name of a host", regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9-.]{0,61}[a-zA-Z0-9])?$`))
	port       = checked(func(r *reader, n *node) {
		if integer.check(r, n); n.form == isNumber && (n.integer() < 0 || n.integer() > 65535) {
			r.say(n, "%v is no port: they go from 0 to 65535", n.scalar)
		}
	})
	transport = object{
		what: "a transport",
		one:  []string{"http", "stdio"},
		fields: fields{
			"http": object{
				what:   "the transport http",
				need:   []string{"endpoint"},
				fields: fields{"endpoint": endpoint, "headers": texts},
			},
			"stdio": object{
				what:   "the transport stdio",
				need:   []string{"command"},
				fields: fields{"command": text, "arguments": listOf(text), "environment": texts},
			},
			"options": texts,
		},
	}
)

// asyncAPI publishes a message or subscribes to some, of an operation (3.0) or a channel (2.6).
func asyncAPI(r *reader, n *node) {
	o := object{
		what: "an AsyncAPI call",
		need: []string{"document"},
		fields: fields{
			"document": resource, "channel": text, "operation": text, "authentication": authentication,
			"server":       object{what: "a server", fields: fields{"name": text, "variables": data}, need: []string{"name"}},
			"protocol":     among(asyncProtocols...),
			"message":      object{what: "a message", fields: fields{"payload": data, "headers": data}},
			"subscription": subscription,
		},
		one: []string{"operation", "channel"},
	}
	o.check(r, n)
	if n.form == isObject {
		object{what: o.what, fields: o.fields, one: []string{"message", "subscription"}}.complete(r, n)
	}
}

var asyncProtocols = []string{
	"amqp", "amqp1", "anypointmq", "googlepubsub", "http", "ibmmq", "jms", "kafka", "mercure", "mqtt",
	"mqtt5", "nats", "pulsar", "redis", "sns", "solace", "sqs", "stomp", "ws",
}

var subscription = object{
	what: "a subscription",
	need: []string{"consume"},
	fields: fields{
		"filter": dynamic,
		"consume": object{
			what:   "consume",
			fields: fields{"for": duration, "amount": positive, "while": dynamic, "until": dynamic},
			one:    []string{"amount", "while", "until"},
		},
		"foreach": iterator,
	},
}
