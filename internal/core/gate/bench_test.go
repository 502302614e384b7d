package gate

import "testing"

// Every evaluation of a strict gate, with a rule on the time of day and all its approvals
// but one, must take well under 30 µs: 10,000 services in 3 environments are to take less
// than a second.
func BenchmarkEvaluate(b *testing.B) {
	rules := []Rule{{Name: "reversible", Expr: "release.migration != 'irreversible'"}, {Name: "no-friday", Expr: "now.getDayOfWeek('Europe/Berlin') != 5"}}
	people := directory()
	for name, l := range map[string]look{
		"open": {strict(), subject(), satisfied(), monday}, "shut": {strict(), subject(), Facts{Answers: satisfied().Answers[:1]}, monday.AddDate(0, 0, 5)},
	} {
		b.Run(name, func(b *testing.B) {
			l.policy.Rules = rules
			c := Compile(l.policy)
			b.ReportAllocs()
			for b.Loop() {
				if d := c.Evaluate(l.subject, l.facts, people, l.now); d.Open() != (name == "open") {
					b.Fatal(d)
				}
			}
		})
	}
}
