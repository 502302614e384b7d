package workflow

// process is what a run task runs.
var process = object{
	what: "run",
	one:  []string{"container", "script", "shell", "workflow"},
	fields: fields{
		"await": truth, "return": among("stdout", "stderr", "code", "all", "none"),
		"container": object{
			what: "a container",
			need: []string{"image"},
			fields: fields{
				"image": name, "name": text, "command": text, "ports": data, "volumes": data, "environment": data,
				"stdin": text, "arguments": listOf(text), "lifetime": checked(lifetime),
				"pullPolicy": among("ifNotPresent", "always", "never"),
			},
		},
		"script": object{
			what: "a script",
			need: []string{"language"},
			one:  []string{"code", "source"},
			fields: fields{
				"language": name, "code": text, "source": resource, "stdin": text, "arguments": listOf(text), "environment": data,
			},
		},
		"shell": object{
			what:   "a shell command",
			need:   []string{"command"},
			fields: fields{"command": text, "stdin": text, "arguments": listOf(text), "environment": data},
		},
		"workflow": object{
			what:   "a workflow that is run",
			need:   []string{"namespace", "name", "version"},
			fields: fields{"namespace": text, "name": text, "version": text, "input": data},
		},
	},
}

// lifetime says when a container is cleaned up; after some time only if that is said.
func lifetime(r *reader, n *node) {
	object{
		what:   "a lifetime",
		need:   []string{"cleanup"},
		fields: fields{"cleanup": among("always", "never", "eventually"), "after": duration},
	}.check(r, n)
	switch eventually := n.get("cleanup").text() == "eventually"; {
	case eventually && n.get("after") == nil:
		r.say(n, "a container that is cleaned up eventually needs the field `after`")
	case !eventually && n.get("after") != nil:
		r.say(n.get("after"), "`after` goes with `cleanup: eventually` only")
	}
}
