package workflow

// asked is what approval and form have both.
var asked = []fieldSchema{
	must("title", line("what is asked, in a line")),
	may("text", words("more about it, as Markdown")),
	must("from", some("who may answer: teams, roles, or person:NAME", line("a team, a role, or person:NAME"))),
	may("fourEyes", yes("who began the run may not answer")),
	may("deadline", span("how long it may take; then it ends as expired")),
	may("escalation", listing("who is told, and when", objectSchema("a step",
		must("after", span("how long nobody has answered")),
		must("tell", some("who is told", line("team:NAME, onCall:NAME, role:NAME or person:NAME"))),
	))),
	may("digests", byName("what answers are bound to, such as the artifact", words("a digest"))),
}

var answers = listing("who answered what", objectSchema("an answer",
	must("person", words("who")), must("decision", words("approve, reject or submit")),
	may("comment", words("why")), must("at", instant("when")),
))

// peopleFunctions ask people, and tell them.
var peopleFunctions = []Function{
	{
		Name:    "approval",
		Summary: "Asks people to approve, and goes on when enough of them did. Rejected, expired and withdrawn are errors, so that a forgotten check is no approval.",
		Example: `- mayGoOn:
    call: approval
    with:
      title: Take ticket sales to the new data centre?
      from: [operations]
      quorum: 2
      deadline: {hours: 4}
`,
		With: takes(append(asked,
			may("quorum", count("how many different people must approve; 1 unless said", 1, 100)),
			may("expire", span("how long an answer counts")),
		)...),
		Output:  gives(must("outcome", oneOf("how it ended", "approved")), must("answers", answers)),
		Repeats: "It is one task of the run, however often it is asked for.",
	},
	{
		Name:    "form",
		Summary: "Asks a person to fill in a form, and gives what they did.",
		Example: `- whichWindow:
    call: form
    with:
      title: When may the database be moved?
      from: [operations]
      schema:
        type: object
        required: [begin]
        properties:
          begin: {type: string, format: date-time, title: Begin of the window}
`,
		With: takes(append(asked,
			must("schema", map[string]any{"type": "object", "description": "JSON Schema of what is filled in"}),
			may("quorum", count("how many different people must fill it in; 1 unless said", 1, 100)),
		)...),
		Output: gives(must("outcome", oneOf("how it ended", "approved")), must("answers", answers),
			must("value", whatever("what was filled in, last"))),
		Repeats: "It is one task of the run, however often it is asked for.",
	},
	{
		Name:    "notify",
		Summary: "Tells people through the integrations that are set up.",
		Example: `- tellThem:
    call: notify
    with: {to: [box-office], title: The sale has moved, text: All lanes are open again.}
`,
		With: takes(
			must("to", some("who is told: teams, integrations, or person:NAME", line("a team, an integration, or person:NAME"))),
			must("title", line("what happened, in a line")),
			may("text", words("more about it, as Markdown")),
			may("team", line("whose thing it is about")),
		),
		Output:  gives(),
		Repeats: "It is one notice, told once through each integration.",
	},
	{
		Name:    "incident",
		Summary: "Calls people: an alert goes up the escalation path until somebody takes it on.",
		Example: `- callThem:
    call: incident
    with: {title: Payments are slow, severity: high, flow: purchase-ticket}
`,
		With: takes(
			must("title", line("what is wrong, in a line")),
			must("severity", oneOf("how bad it is", "critical", "high", "medium", "low")),
			may("flow", line("the flow that suffers")),
			may("service", line("the service that causes it")),
			may("team", line("who is called; the owner of flow or service unless said")),
			may("from", listing("who may take it on, if not the team", line("a team, a role, or person:NAME"))),
			may("text", words("what is known, as Markdown")),
		),
		Output:  gives(must("task", words("the task that people take on"))),
		Repeats: "It is one alert, however often it is called.",
	},
}
