package workflow

import (
	"regexp"
	"slices"
	"time"

	"slipway.dev/internal/core/workflow/jq"
)

var identifier = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// secretName has no dots: they part it from a key in the secret.
var secretName = matching("a name of a secret, without dots and spaces", regexp.MustCompile(`^[^.\s]+$`))

// variable is the name of one, without "$".
var variable = checked(func(r *reader, n *node) {
	switch s := n.text(); {
	case n.form != isText:
		a("the name of a variable", isText).check(r, n)
	case !identifier.MatchString(s):
		r.say(n, "%q is no name of a variable; it is written without $, of letters, digits and _", short(s))
	case slices.Contains(jq.Everywhere, s):
		r.say(n, "$%s is in every expression already; give the variable another name", s)
	}
})

// moment is a time as events have it.
var moment = checked(func(r *reader, n *node) {
	if text.check(r, n); n.form != isText {
		return
	}
	if _, err := time.Parse(time.RFC3339Nano, n.text()); err != nil {
		r.say(n, "%q is no time like 2026-01-31T09:00:00Z", short(n.text()))
	}
})
