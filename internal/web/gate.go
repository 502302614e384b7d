package web

import (
	"fmt"
	"strings"
	"time"

	"slipway.dev/client/model"
)

// verdicts are how a condition's verdict is shown; the word says the same as the colour.
var verdicts = map[string]status{
	"pass":          {"pass", "check", good},
	"fail":          {"fail", "cross", bad},
	"unknown":       {"unknown", "question", warn},
	"waived":        {"waived", "pause", warn},
	"notApplicable": {"not applicable", "none", quiet},
}

func verdictOf(word string) status {
	if s, known := verdicts[word]; known {
		return s
	}
	return status{word, "question", warn}
}

// gateStatus says how a gate stands as a whole; or stood, when the release was before it.
func gateStatus(g model.Gate, past bool) status {
	is, enters := "is", "it may enter"
	if past {
		is, enters = "was", "it entered"
	}
	switch {
	case g.Verdict == "pass":
		return status{"The gate " + is + " open", "check", good}
	case g.Glass != "":
		return status{"The glass " + is + " broken: " + enters + " all the same", "glass", bad}
	}
	return status{"The gate " + is + " closed", "pause", warn}
}

// unmet gives the conditions that keep a gate closed.
func unmet(g model.Gate) []model.Condition {
	var list []model.Condition
	for _, c := range g.Conditions {
		if c.Verdict == "fail" || c.Verdict == "unknown" {
			list = append(list, c)
		}
	}
	return list
}

// missing says in few words what a gate waits for.
func missing(g model.Gate) string {
	var names []string
	for _, c := range unmet(g) {
		names = append(names, c.Name)
	}
	switch {
	case len(names) == 0 && g.Verdict == "pass":
		return "about to go in"
	case len(names) == 0:
		return ""
	case len(names) > 3:
		return fmt.Sprintf("for %s and %d more", strings.Join(names[:2], ", "), len(names)-2)
	}
	return "for " + strings.Join(names, ", ")
}

// lasting says how long something takes.
func lasting(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second)).Round(time.Second)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return strings.TrimSuffix(fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60), " 0 s")
	}
	return strings.TrimSuffix(fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60), " 0 min")
}

// glassTone and glassWord say how a break-glass stands.
func glassTone(g model.Glass) tone {
	if g.Overdue || g.Status == "open" {
		return bad
	}
	return warn
}

func glassWord(g model.Glass) string {
	switch {
	case g.Overdue:
		return "A broken glass is overdue for review"
	case g.Status == "waiting":
		return "Somebody wants to break the glass"
	case g.Status == "review":
		return "A broken glass waits for its review"
	}
	return "The glass is broken"
}

// glassStory says in one line who broke a glass, and what is to come.
func glassStory(g model.Glass) string {
	story := "Asked for by " + person(g.By)
	if g.Confirmed != "" {
		story += ", with " + person(g.Confirmed)
	}
	if g.Status != "review" && !g.Until.IsZero() {
		story += " · until " + clock(g.Until)
	}
	if len(g.Used) > 0 {
		story += " · used for " + strings.Join(g.Used, ", ")
	}
	if !g.ReviewBy.IsZero() {
		story += " · to be reviewed until " + clock(g.ReviewBy)
	}
	return story
}
