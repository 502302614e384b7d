package access

import (
	"testing"

	"slipway.dev/internal/core/machine"
)

func TestAllowed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, name string
		op         Operation
		want       bool
	}{
		{"token", "admin", Deploy, true},
		{"token", "admin", Keys, true},
		{"person", "ada", Secrets, true},
		{"system", "source", Ingest, true},
		{"system", "source", Deploy, false},
		{"system", "engine", Read, false},
		{"system", "*", Ingest, false},
		{"token", "", Read, false},
		{"token", "*", Read, false},
		{"robot", "r2", Read, false},
		{"", "", Read, false},
		{"token", "admin", "launch rockets", false},
	} {
		if got := Allowed(machine.Actor{Kind: c.kind, Name: c.name}, c.op); got != c.want {
			t.Errorf("%s:%s %s: %v", c.kind, c.name, c.op, got)
		}
	}
}

// Every operation can be done by somebody, and an unknown actor can do none.
func TestEveryOperationHasSomebody(t *testing.T) {
	t.Parallel()
	for _, op := range everything {
		if !Allowed(machine.Actor{Kind: "token", Name: "admin"}, op) || Allowed(machine.Actor{Kind: "guest", Name: "x"}, op) {
			t.Error(op)
		}
	}
}
