package deploy

import (
	"slices"
	"strings"

	"slipway.dev/internal/core/gate"
)

// trainCondition is the one by which a gate waits for the others of a train.
const trainCondition = "train"

// readyButTrain says whether a gate asks for nothing but the train.
func readyButTrain(d gate.Decision) bool {
	others := slices.DeleteFunc(slices.Clone(d.Conditions), func(c gate.Condition) bool { return c.Name == trainCondition })
	return d.Open() || d.Verdict != "" && gate.Decide(others) == gate.Pass
}

// missingOf says in one line what keeps a gate shut.
func missingOf(conditions []gate.Condition) string {
	var out []string
	for _, c := range gate.Missing(conditions) {
		out = append(out, strings.TrimSuffix(c.Name+": "+c.Reason, ": "))
	}
	return cut(strings.ReplaceAll(strings.Join(out, "; "), ".; ", "; ")) // one sentence of several
}

func shut(c gate.Condition) bool { return len(gate.Missing([]gate.Condition{c})) > 0 }

// shorten makes a gate's table fit into the state. What keeps the gate shut goes before what
// does not, for a row as well as for its texts; the order stays.
func shorten(table []gate.Condition) []gate.Condition {
	room, kept := maxGate, make([]bool, len(table))
	each := func(do func(i int)) {
		for _, first := range []bool{true, false} {
			for i, c := range table {
				if shut(c) == first {
					do(i)
				}
			}
		}
	}
	table = slices.Clone(table)
	each(func(i int) {
		c := &table[i]
		c.Name, c.Verdict = cutTo(c.Name, maxName), gate.Verdict(cutTo(string(c.Verdict), maxName))
		cost := len(c.Name) + len(c.Verdict) + rowCost
		if kept[i] = cost <= room; kept[i] {
			room -= cost
		}
	})
	var out []gate.Condition
	each(func(i int) {
		if kept[i] {
			room = fit(&table[i], room)
		}
	})
	for i, c := range table {
		if kept[i] {
			out = append(out, c)
		}
	}
	return out
}

// Bytes around the texts of a condition, and around one text.
const rowCost, textCost = 45, 4

// fit shortens the texts of a condition to the room that there is, and gives what is left.
func fit(c *gate.Condition, room int) int {
	keep := func(text string) string {
		if text = cut(text); len(text)+textCost > room {
			return ""
		}
		room -= len(text) + textCost
		return text
	}
	c.Reason = keep(c.Reason)
	var needs []string
	for _, n := range c.Needs {
		if n = keep(n); n != "" {
			needs = append(needs, n)
		}
	}
	c.Needs = needs
	return room
}
