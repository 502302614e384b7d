package deploy

import "testing"

func TestMade(t *testing.T) {
	t.Parallel()
	s := State{Service: "tickets", Environment: "dev", Number: 12}
	for id, want := range map[string]bool{
		"tickets.dev.12.0": true, "tickets.dev.1.3": true, "tickets.dev.12b.0": true,
		"tickets.dev.13b.0": false, "tickets.dev.12c.0": false, "tickets.dev.b.0": false,
		"tickets.dev.13.0": false, "tickets.dev.0.0": false, "tickets.dev.-1.0": false,
		"tickets.prod.12.0": false, "payments.dev.12.0": false,
		"tickets.dev.12": false, "tickets.dev.12.x": false, "tickets.dev.12.0.0": false, "": false,
	} {
		if got := s.Made(id); got != want {
			t.Errorf("%q: %v", id, got)
		}
	}
}
