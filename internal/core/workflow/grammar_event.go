package workflow

// attributes of an event that is emitted or waited for. Others are extensions.
var attributes = fields{
	"id": text, "source": dynamicOr(uri), "type": text, "time": dynamicOr(moment), "subject": text,
	"datacontenttype": text, "dataschema": dynamicOr(uri), "data": anything,
}

var (
	emitted = object{what: "an event", fields: attributes, others: anything, need: []string{"type"}}
	filter  = object{
		what: "an event filter",
		need: []string{"with"},
		fields: fields{
			"with": object{what: "a filter", fields: attributes, others: anything, some: true},
			"correlate": mapOf("correlate", object{
				what:   "a correlation",
				fields: fields{"from": expression, "expect": text},
				need:   []string{"from"},
			}),
		},
	}
)

// consume says which events are waited for.
var consume = checked(func(r *reader, n *node) {
	strategy := object{
		what:   "what is listened to",
		fields: fields{"all": listOf(filter), "any": listOf(filter), "one": filter},
		one:    []string{"all", "any", "one"},
	}
	if n.get("any") != nil {
		strategy.fields["until"] = textOr(expression, stop)
	} else if until := n.get("until"); until != nil {
		strategy.fields["until"] = anything
		r.say(until, "`until` goes with `any` only")
	}
	strategy.check(r, n)
})

// stop is the events that end listening.
var stop = object{
	what:   "until",
	fields: fields{"all": listOf(filter), "any": listOf(filter), "one": filter},
	one:    []string{"all", "any", "one"},
}

var iterator = object{
	what: "foreach",
	fields: fields{
		"item": variable, "at": variable, "do": tasks{}, "output": output, "export": export,
	},
}
