package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slipway.dev/client/model"
)

// tomorrow freezes prod for tomorrow, once, and asks how its door will stand then.
func (s *stage) tomorrow(ctx context.Context) error {
	y, m, d := s.start.AddDate(0, 0, 1).Date()
	from := time.Date(y, m, d, 8, 0, 0, 0, time.Local)
	if !s.frozen.Swap(true) {
		s.say("prod  is to be left alone tomorrow, when the winter tour goes on sale: a Freeze is applied.")
		if err := s.freeze(ctx, from); err != nil {
			return err
		}
	}
	g, err := s.whatIf(ctx, "prod", from.Add(saleLasts/2))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(g.Conditions, func(c model.Condition) bool { return c.Name == "freeze" && c.Verdict == "fail" }) {
		return &Otherwise{fmt.Sprintf("prod is frozen tomorrow, and its door would be %s", g.Verdict)}
	}
	return nil
}

// whatIf tells how a door would stand at another time.
func (s *stage) whatIf(ctx context.Context, environment string, at time.Time) (model.Gate, error) {
	g, err := s.house.client.Gate(ctx, model.GateQuery{Service: service, Environment: environment, At: at})
	if err != nil {
		return g, err
	}
	s.say("%s  what if it were then? slipway gate explain %s %s --at %s", environment, service, environment, at.Format(clockLayout))
	var rows []row
	for _, r := range conditions(g) {
		if r.name == "freeze" {
			rows = append(rows, r)
		}
	}
	s.table(rows)
	return g, nil
}

// freeze declares a time in which nothing goes into prod, as those do who run the platform.
// It only asks for more, so that nobody has to approve it.
func (s *stage) freeze(ctx context.Context, from time.Time) error {
	const layout = "2006-01-02T15:04:05Z07:00"
	return s.apply(ctx, "calendar", fmt.Sprintf(`apiVersion: slipway.dev/v1
kind: Freeze
metadata: {name: on-sale}
spec:
  environments: [prod]
  from: %q
  until: %q
  reason: the winter tour goes on sale
`, from.Format(layout), from.Add(saleLasts).Format(layout)))
}

// saleLasts is how long prod stays frozen.
const saleLasts = 12 * time.Hour
