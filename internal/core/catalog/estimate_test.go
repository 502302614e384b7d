package catalog

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func (e Estimate) text() string {
	var parts []string
	for _, p := range e.Parts {
		parts = append(parts, fmt.Sprintf("%s %s %s %.4g %s", p.Role, p.Kind, p.Name, p.Availability, p.Basis))
	}
	return fmt.Sprintf("complete %v, %d regions: %s", e.Complete, e.Regions, strings.Join(parts, ", "))
}

func TestEstimate(t *testing.T) {
	t.Parallel()
	c := Of(compact(t, shop+`
Flow empty {type: system, criticality: low, start: a, end: b, steps: [{event: c}]}
Flow round {type: system, criticality: low, start: a, end: b, steps: [{event: c}], dependsOn: [trip]}
Flow trip {type: system, criticality: low, start: a, end: b, steps: [{service: bank, request: "GET /"}], dependsOn: [round]}
Flow above {type: system, criticality: low, start: a, end: b, steps: [{event: c}], dependsOn: [browse]}`))
	city := 0.995 * 0.99
	for name, want := range map[string]struct {
		availability float64
		ok           bool
		text         string
	}{
		"buy": {1 - (1-0.999*0.995*0.998)*(1-0.9), true, "complete true, 1 regions: serial Service tickets 0.999 target, serial Component bank 0.995 promise, " +
			"serial Flow sign-in 0.998 target, fallback Flow by-phone 0.9 target"},
		"sign-in": {0.998, true, "complete true, 1 regions: serial Service payments 0.998 target"},
		"browse":  {1 - math.Pow(1-city, 2), true, "complete true, 2 regions: serial Component city 0.985 estimate"},
		"above":   {1 - math.Pow(1-city, 2), true, "complete true, 1 regions: serial Flow browse 0.9998 estimate"},
		"empty":   {0, false, "complete true, 1 regions: "},
		"round":   {0, false, "complete false, 1 regions: serial Flow trip 0 unknown"},
		"trip":    {0.995, true, "complete false, 1 regions: serial Component bank 0.995 promise, serial Flow round 0 unknown"},
		"nothing": {0, false, "complete false, 0 regions: "},
	} {
		e, ok := c.Estimate(name)
		if ok != want.ok || ok && math.Abs(e.Availability-want.availability) > 1e-12 || e.text() != want.text {
			t.Errorf("%s: %.9f, %v: %s\nwant %.9f", name, e.Availability, ok, e.text(), want.availability)
		}
	}
}
