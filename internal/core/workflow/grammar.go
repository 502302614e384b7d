package workflow

import "regexp"

// The grammar of a definition, as the specification's schema has it. Where that allows any
// field, and none but those it names means anything, the others are refused, as they are most
// likely misspelt. A test holds both against each other.

var (
	semver = matching("a version like 1.0.0", regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)`+
		`(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?`+
		`(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$`))
	label = matching("a name of up to 63 letters, digits and hyphens", regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$`))
)

var definition = object{
	what: "a workflow",
	need: []string{"document", "do"},
	fields: fields{
		"document": object{
			what: "the document",
			need: []string{"dsl", "namespace", "name", "version"},
			fields: fields{
				"dsl": semver, "namespace": label, "name": label, "version": semver,
				"title": text, "summary": text, "tags": data, "metadata": data,
			},
		},
		"input":    input,
		"use":      use,
		"do":       tasks{},
		"timeout":  textOr(name, timeout),
		"output":   output,
		"schedule": schedule,
		"evaluate": object{what: "evaluate", fields: fields{"language": among("jq"), "mode": among("strict", "loose")}},
	},
}

var use = object{
	what: "use",
	fields: fields{
		"authentications": mapOf("authentications", policy),
		"errors":          mapOf("errors", problem),
		"extensions":      listOf(named{"an extension", extension}),
		"functions":       mapOf("functions", task{}),
		"retries":         mapOf("retries", retry),
		"secrets":         listOf(secretName),
		"timeouts":        mapOf("timeouts", timeout),
		"catalogs":        mapOf("catalogs", object{what: "a catalog", fields: fields{"endpoint": endpoint}, need: []string{"endpoint"}}),
	},
}

var extension = object{
	what: "an extension",
	need: []string{"extend"},
	fields: fields{
		"extend": among("call", "composite", "emit", "for", "listen", "raise", "run", "set", "switch", "try", "wait", "all"),
		"when":   expression, "before": tasks{}, "after": tasks{},
	},
}

var schedule = object{
	what: "a schedule",
	some: true,
	fields: fields{
		"every": interval, "cron": cronExpression, "after": interval, "on": consume, "read": among("data", "envelope", "raw"),
	},
}

// What tasks and workflows have both.
var (
	input   = object{what: "input", fields: fields{"schema": schema, "from": textOr(expression, data)}}
	output  = object{what: "output", fields: fields{"schema": schema, "as": textOr(expression, data)}}
	export  = object{what: "export", fields: fields{"schema": schema, "as": textOr(expression, data)}}
	timeout = object{what: "a timeout", fields: fields{"after": duration}, need: []string{"after"}}
	schema  = object{
		what:   "a schema",
		fields: fields{"format": text, "document": checked(jsonSchema), "resource": resource},
		one:    []string{"document", "resource"},
	}
)

// What is elsewhere.
var (
	resource = object{what: "a resource", fields: fields{"name": text, "endpoint": endpoint}, need: []string{"endpoint"}}
	endpoint = dynamicOr(textOr(uri, object{
		what:   "an endpoint",
		fields: fields{"uri": dynamicOr(uri), "authentication": authentication},
		need:   []string{"uri"},
	}))
	uri = matching("an address", regexp.MustCompile(`^[^\s?#]+(\?[^\s#]*)?(#\S*)?$|^\?[^\s#]*(#\S*)?$|^#\S*$`))
)

// Errors, and what is done about them.
var (
	problem = object{
		what: "an error",
		need: []string{"type", "status"},
		fields: fields{
			"type": dynamicOr(uri), "status": integer, "instance": dynamicOr(pointer), "title": text, "detail": text,
		},
	}
	retry = object{
		what: "a retry policy",
		fields: fields{
			"when": expression, "exceptWhen": expression, "delay": duration,
			"backoff": object{
				what:   "a backoff",
				fields: fields{"constant": data, "exponential": data, "linear": data},
				one:    []string{"constant", "exponential", "linear"},
			},
			"limit": object{what: "a limit", fields: fields{
				"attempt":  object{what: "a limit of attempts", fields: fields{"count": positive, "duration": duration}},
				"duration": duration,
			}},
			"jitter": object{what: "jitter", fields: fields{"from": duration, "to": duration}, need: []string{"from", "to"}},
		},
	}
	pointer  = matching("a JSON Pointer like /do/0/name", regexp.MustCompile(`^(/([^~]|~[01])*)?$`))
	positive = checked(func(r *reader, n *node) {
		if integer.check(r, n); n.form == isNumber && n.integer() < 1 {
			r.say(n, "%v is not at least 1", n.scalar)
		}
	})
)
