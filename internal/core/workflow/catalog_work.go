package workflow

// workFunctions do things, and look at them.
var workFunctions = []Function{
	{
		Name:    "metric",
		Summary: "Asks for figures of the time that has just passed: a series by its name, or how an objective of a flow stands.",
		Example: `- howMany:
    call: metric
    with: {name: slipway_requests_total, match: {service: tickets, code: 5xx}, for: {minutes: 10}}
`,
		With: takes(
			may("name", line("of the series")),
			may("match", byName("labels that it must have", words("a value"))),
			may("by", listing("labels that each have a row of their own", line("a label"))),
			may("of", oneOf("what of it; increase unless said", "increase", "last", "max", "mean")),
			may("for", span("how far back, a minute to 35 days; ten minutes unless said")),
			may("flow", line("a flow instead of a series, with environment and objective")),
			may("environment", line("of the flow")),
			may("objective", line("of the flow: availability, latency …")),
		),
		Output: gives(
			must("value", map[string]any{"type": []any{"number", "null"}, "description": "if there is one row; null: nothing is known, which is not zero"}),
			may("rows", listing("one for each combination of labels", map[string]any{"type": "object"})),
		),
		Repeats: "It only reads.",
	},
	{
		Name:    "job",
		Summary: "Runs a command in the sandbox, with no network unless it is given one.",
		Example: `- migrate:
    call: job
    with: {command: [./migrate, --to, "42"], env: {URL: "${ .url }"}, timeout: PT10M}
`,
		With: takes(
			must("command", some("the program and its arguments", words("an argument"))),
			may("env", byName("its environment; secrets belong here", words("a value"))),
			may("stdin", words("what it reads")),
			may("image", line("an image that it runs in; else the sandbox of this machine")),
			may("timeout", span("how long it may take; ten minutes unless said")),
			may("network", yes("it may reach the network")),
		),
		Output: gives(
			must("code", count("exit code; others than 0 are an error", 0, 255)),
			must("stdout", words("what it wrote")), must("stderr", words("what it complained about")),
		),
		Repeats: "It runs again only if its outcome is known to be lost and the task says `idempotent`.",
	},
	{
		Name:    "load",
		Summary: "Sends requests to a service of an environment of one's own at a bounded rate, and makes evidence of how it did.",
		Example: `- enoughForFriday:
    call: load
    with: {service: tickets, environment: staging, path: /orders, rate: 200, duration: PT2M, maxErrorRate: 0.001, p99: PT0.3S}
`,
		With: takes(aService, anEnviroment,
			must("path", map[string]any{"type": "string", "pattern": "^/", "description": "what is asked for"}),
			may("method", oneOf("how; GET unless said", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")),
			may("headers", byName("of each request", words("a value"))),
			may("body", whatever("of each request")),
			must("rate", number("requests per second", 0.1, 1000)),
			must("duration", span("how long")),
			may("maxErrorRate", number("share of requests that may fail; 0.01 unless said", 0, 1)),
			may("p99", span("how slow the slowest of a hundred may be")),
		),
		Output: gives(
			must("passed", yes("whether it held")),
			must("requests", count("how many were sent", 0, 1_000_000_000)),
			must("errorRate", number("share of them that failed", 0, 1)),
			may("p50", number("seconds", 0, 3600)), may("p99", number("seconds", 0, 3600)),
			may("why", words("it did not hold")),
			may("evidence", map[string]any{"type": "object", "description": "signed statement of the result: its digest, the artifact that it is about, and itself in its envelope"}),
		),
		Repeats: "It begins anew.",
	},
	{
		Name:    "fault",
		Summary: "Stops an instance, or adds latency or errors at the edge for a while. Only where the environment allows it.",
		Example: `- slowDown:
    call: fault
    with: {service: payments, environment: staging, kind: latency, percent: 20, delay: PT0.5S, for: {minutes: 5}}
`,
		With: takes(aService, anEnviroment,
			must("kind", oneOf("what goes wrong", "stop", "latency", "errors")),
			may("percent", number("share of requests that are hit; all unless said", 0, 100)),
			may("delay", span("by how much, with latency")),
			may("status", count("answered instead, with errors; 503 unless said", 500, 599)),
			must("for", span("how long; it ends by itself")),
		),
		Output:  gives(must("until", instant("when it ends by itself"))),
		Repeats: "It is one fault, however often it is asked for.",
	},
	{
		Name:    "log",
		Summary: "Writes a line into the log of the run.",
		Example: `- say:
    call: log
    with: {message: "${ \"moved \\(.count) seats\" }", level: info}
`,
		With: takes(
			must("message", whatever("what is written")),
			may("level", oneOf("info unless said", "debug", "info", "warn", "error")),
		),
		Output:  gives(),
		Repeats: "The line may be there twice.",
	},
}
