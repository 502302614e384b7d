package workflow

var (
	aService     = must("service", line("name of the service, workflow or asset"))
	anEnviroment = must("environment", line("name of the environment"))
	wait         = may("wait", yes("go on when it has ended only, and fail if it did not end well; true unless said"))
	force        = may("force", yes("also if it was rolled back there before"))
	aFix         = may("fix", words("what it mends: no error budget holds it up"))
)

// entered is what deploy, promote and rollback give.
var entered = gives(
	must("deployment", words("its name")),
	may("release", words("what was deployed")),
	may("outcome", words("how it ended, if it was waited for")),
	may("reason", words("why it ended so")),
)

// deliveryFunctions bring releases into environments, through their gates.
var deliveryFunctions = []Function{
	{
		Name:    "deploy",
		Summary: "Deploys a release, through the gate of the environment.",
		Example: `- toStaging:
    call: deploy
    with: {service: tickets, environment: staging}
`,
		With: takes(aService, anEnviroment, wait, force, aFix,
			may("release", line("the release, or the beginning of its commit; the newest unless said")),
			may("image", line("an image instead of a release")),
		),
		Output:  entered,
		Repeats: "It is one deployment, however often it is asked for.",
	},
	{
		Name:    "rollback",
		Summary: "Goes back to a release that was completed in the environment.",
		Example: `- back:
    call: rollback
    with: {service: tickets, environment: prod, reason: "${ .finding }"}
`,
		With: takes(aService, anEnviroment, wait,
			must("reason", line("why")),
			may("to", line("the release; the one before unless said")),
			may("force", yes("also across a migration that cannot be taken back")),
		),
		Output:  entered,
		Repeats: "It is one rollback, however often it is asked for.",
	},
	{
		Name:    "promote",
		Summary: "Takes a release from one environment into the next, through its gate.",
		Example: `- toProd:
    call: promote
    with: {service: tickets, environment: prod, reason: The drill went well.}
`,
		With: takes(aService, anEnviroment, wait, force, aFix,
			must("reason", line("why")),
			may("release", line("the release; the one that runs in the environment before unless said")),
			may("at", instant("not before")),
			may("window", yes("not before the next window")),
			may("expedite", yes("a hotfix: no soak, no window")),
		),
		Output:  entered,
		Repeats: "It is one promotion, however often it is asked for.",
	},
	{
		Name:    "gate",
		Summary: "Says whether a release would get through the gate of an environment, and what is missing.",
		Example: `- wouldItPass:
    call: gate
    with: {service: tickets, environment: prod}
`,
		With: takes(aService, anEnviroment,
			may("release", line("the release; the one that would come next unless said")),
			may("at", instant("at that moment; now unless said")),
		),
		Output: gives(
			must("verdict", oneOf("what the gate says", "pass", "fail", "unknown")),
			must("conditions", listing("what it depends on", map[string]any{"type": "object"})),
		),
		Repeats: "It only reads.",
	},
	{
		Name:    "smoke",
		Summary: "Runs the smoke checks of what serves now, and fails if one of them does.",
		Example: `- stillWell:
    call: smoke
    with: {service: tickets, environment: prod}
`,
		With: takes(aService, anEnviroment),
		Output: gives(
			must("passed", oneOf("all did", true)),
			may("deployment", words("what was checked")), may("instances", count("how many were", 0, 1_000_000)),
		),
		Repeats: "The checks run again.",
	},
}
