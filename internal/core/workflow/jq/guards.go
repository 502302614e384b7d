package jq

import (
	"strings"

	"github.com/itchyny/gojq"
)

// Guards stand before instructions of the interpreter that may cost more than one step. They
// give back what they were given, the very same, so that they may stand in paths.

// enter pays for what a function that calls itself leaves on the interpreter's stacks.
func enter(b *budget, v any, _ []any) any { return b.past(v, 30) }

// made pays for an object that was written out.
func made(b *budget, v any, _ []any) any { return b.past(v, 16) }

func (b *budget) past(v any, steps int) any {
	if !b.pay(steps) {
		return b.cause
	}
	return v
}

// caughtSteps is what an error of the interpreter's own costs if it is caught: it shows the
// value that it is about, of which it reads as much as there may be.
const caughtSteps = Fuel / 25

func caught(b *budget, v any, _ []any) any {
	s, _ := v.(string)
	for _, its := range []string{"invalid path", "expected a"} {
		if strings.HasPrefix(s, its) {
			return b.past(v, caughtSteps)
		}
	}
	return v
}

// key stands behind what names a member.
func key(b *budget, v any, _ []any) any {
	if name, ok := v.(string); ok {
		return b.past(v, len(name)/hashBytes)
	}
	return failure("cannot use " + show(v) + " as the name of an object's member")
}

// object stands before .name, where errors are caught.
func object(_ *budget, v any, _ []any) any {
	switch v.(type) {
	case nil, map[string]any:
		return v
	}
	return failure("cannot look up a name in: " + show(v))
}

// each stands before .[].
func each(b *budget, v any, _ []any) any {
	switch v := v.(type) {
	case []any:
		return b.past(v, 2*len(v))
	case map[string]any:
		if !b.names(v) {
			return b.cause
		}
		return b.past(v, 2*len(v))
	}
	return failure("cannot iterate over " + show(v))
}

// isContainer says whether there is something in a value to go through.
func isContainer(_ *budget, v any, _ []any) any { return container(v) }

// at stands before .[k].
func at(b *budget, v any, args []any) any {
	if _, ok := args[0].(map[string]any); ok {
		return failure("cannot look up an object: use .[from:to] for a part of an array")
	}
	text, name := args[0].(string)
	_, number := gojq.ToInt(args[0])
	switch v := v.(type) {
	case nil:
		if name || number {
			return v
		}
	case map[string]any:
		if name {
			return b.past(v, len(text)/hashBytes)
		}
	case []any:
		if number {
			return v
		}
		if x, ok := args[0].([]any); ok {
			if err := costProduct(b, v, []any{x}); err != nil {
				return err
			}
			return v
		}
	case string:
		if number {
			return b.past(v, len(v)/stepScan)
		}
	}
	return failure("cannot look up " + show(args[0]) + " in: " + show(v))
}

// part stands before .[from:to].
func part(b *budget, v any, args []any) any {
	for _, end := range args {
		if _, ok := gojq.ToInt(end); !ok && end != nil {
			return failure("cannot take a part from " + show(args[0]) + " to " + show(args[1]))
		}
	}
	switch v := v.(type) {
	case nil, []any:
		return v
	case string:
		return b.past(v, len(v)/stepScan)
	}
	return failure("cannot take a part of: " + show(v))
}

// paid stands behind path(…).
func paid(b *budget, v any, _ []any) any { return b.past(v, length(v)) }

// numeric stands before range: numbers beyond those of the machine would be slow to count.
func numeric(_ *budget, v any, args []any) any {
	for _, arg := range args {
		switch arg.(type) {
		case int, float64:
		default:
			return failure("range cannot count with: " + show(arg))
		}
	}
	return v
}

// concat is a string with expressions in it.
func concat(b *budget, _ any, args []any) any {
	var s strings.Builder
	for _, arg := range args {
		t, ok := arg.(string)
		if !ok {
			made := tostring(b, arg, nil)
			if t, ok = made.(string); !ok {
				return made
			}
		}
		if !b.buy(2 * len(t)) {
			return b.cause
		}
		s.WriteString(t)
	}
	return s.String()
}
