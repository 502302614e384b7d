package deploy

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/judge"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/notify"
)

// judgedStrategy makes a strategy that is judged: "fresh" or "running" is the baseline; with
// ",internal", ",sticky", ",checks" and ",minimum" it has what these say.
func judgedStrategy(s config.Strategy, words string) config.Strategy {
	s = config.Strategy{Kind: "canary", Judged: true, Maximum: 10 * time.Minute}
	for word := range strings.SplitSeq(words, ",") {
		switch word {
		case "internal":
			s.Internal = &config.Internal{Header: "X-Internal", Value: "yes", For: time.Minute}
		case "sticky":
			s.Sticky = &config.Sticky{Cookie: true}
		case "checks":
			s.Synthetic = true
		case "minimum":
			s.Minimum = 2 * time.Minute
		default:
			s.Baseline = word
		}
	}
	return s
}

// says makes the judge's word: VERDICT WEIGHT TICK REASON.
func says(s State, args []string) (machine.Event, error) {
	j := Judged{Verdict: judge.Outcome(args[0]), Digest: "sha256:d"}
	if s.Active != nil {
		j.Deployment = s.Active.Deployment
	}
	var err error
	if len(args) > 1 {
		j.Weight, err = strconv.Atoi(args[1])
	}
	if len(args) > 2 && err == nil {
		j.Tick, err = strconv.ParseInt(args[2], 10, 64)
	}
	if len(args) > 3 {
		j.Reason = strings.Join(args[3:], " ")
		name, _, _ := strings.Cut(j.Reason, ":")
		j.UsersHit = uint64(j.Tick)
		j.Flows = []FlowEvidence{{Flow: name, Criticality: judge.High, Canary: judge.Side{N: 100, Errors: uint64(j.Tick)}, Verdict: j.Verdict}}
	}
	return event(EventJudged, j), err
}

// judgings says what is asked of the judge, when that changes.
func judgings(before, after State) string {
	was, is := asksJudge(before), asksJudge(after)
	switch {
	case was == is:
		return ""
	case is == "":
		return "  judge: no more\n"
	}
	return "  judge: " + is + "\n"
}

func asksJudge(s State) string {
	for _, d := range (Lane{}).Desired(s) {
		if d.Kind != DesiredJudge {
			continue
		}
		var spec JudgeSpec
		if err := json.Unmarshal(d.Spec, &spec); err != nil {
			panic(err)
		}
		text := fmt.Sprintf("%s against %s, at %d%% of at most %d%%, new %s", short(spec.Deployment), short(spec.Baseline), spec.Weight, spec.Most, short(strings.Join(spec.New, " ")))
		for _, c := range spec.Checks {
			text += ", checks " + targets(c.Instances)
		}
		return strings.TrimSpace(text)
	}
	return ""
}

func notices(effects []machine.Effect) string {
	var out strings.Builder
	for _, e := range effects {
		if e.Kind == notify.EffectNotice {
			var n notify.Notice
			if err := json.Unmarshal(e.Input, &n); err != nil {
				panic(err)
			}
			fmt.Fprintf(&out, "  notice: %s\n", n.Title)
		}
	}
	return out.String()
}
