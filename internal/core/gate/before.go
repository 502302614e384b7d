package gate

import (
	"fmt"
	"strings"
)

// revoked keeps a release out that was called back. It is shown only then.
func (e *evaluation) revoked() {
	if e.facts.Revoked != "" {
		e.say("revoked", Fail, fmt.Sprintf("%s was revoked: %s.", e.Release, bare(e.facts.Revoked)), "promote another release")
	}
}

// previous asks that the environment before runs this very release and is well.
func (e *evaluation) previous() {
	if e.After == "" {
		return
	}
	switch p, before := e.facts.Previous, e.After; {
	case p == nil:
		e.say("previous", Fail, fmt.Sprintf("Nothing of %s runs in %s yet.", e.Service, before), e.promoteBefore())
	case p.Release != e.Release:
		e.say("previous", Fail, fmt.Sprintf("%s runs %s, not %s.", before, p.Release, e.Release), e.promoteBefore())
	case p.Artifact != e.Artifact:
		e.say("previous", Fail, fmt.Sprintf("%s runs another build of %s.", before, e.Release), e.promoteBefore())
	case !p.Healthy:
		e.say("previous", Fail, fmt.Sprintf("%s is not healthy in %s%s.", e.Release, before, because(p.Text)), "find out why: slipway status "+e.Service)
	default:
		e.say("previous", Pass, fmt.Sprintf("%s runs in %s and is healthy.", e.Release, before))
	}
}

func (e *evaluation) promoteBefore() string {
	return fmt.Sprintf("slipway promote %s %s --release %s", e.Service, e.After, e.Release)
}

// runsBefore says whether the environment before runs this release.
func (e *evaluation) runsBefore() bool {
	p := e.facts.Previous
	return p != nil && p.Release == e.Release && p.Artifact == e.Artifact
}

// soak asks that the environment before has run it for a time.
func (e *evaluation) soak() {
	switch {
	case e.Soak <= 0:
	case e.Expedite:
		e.say("soak", NotApplicable, "Relaxed, because this is a hotfix.")
	case e.After == "":
		e.say("soak", Unknown, e.Environment+" comes after no environment in which a release could soak.", "have the platform team set after, or take soak away")
	case !e.runsBefore():
		e.say("soak", Fail, fmt.Sprintf("%s does not soak yet, because it does not run in %s.", e.Release, e.After), e.promoteBefore())
	default:
		until := e.facts.Previous.Since.Add(e.Soak)
		e.again(until)
		if e.now.Before(until) {
			e.say("soak", Fail, fmt.Sprintf("%s has run in %s for %s of %s.", e.Release, e.After, span(e.now.Sub(e.facts.Previous.Since)), span(e.Soak)), "wait until "+e.clock(until))
			return
		}
		e.say("soak", Pass, fmt.Sprintf("%s has run in %s for at least %s.", e.Release, e.After, span(e.Soak)))
	}
}

// dependency asks that what the service needs runs here and is well.
func (e *evaluation) dependency() {
	if len(e.facts.Dependencies) == 0 {
		return
	}
	var well, wrong, needs []string
	for _, d := range e.facts.Dependencies {
		switch {
		case !d.Running:
			wrong = append(wrong, fmt.Sprintf("%s does not run in %s", d.Service, e.Environment))
			needs = append(needs, fmt.Sprintf("slipway promote %s %s", d.Service, e.Environment))
		case !d.Healthy:
			wrong = append(wrong, fmt.Sprintf("%s is not healthy%s", d.Service, because(d.Text)))
			needs = append(needs, "find out why: slipway status "+d.Service)
		default:
			well = append(well, d.Service)
		}
	}
	if len(wrong) > 0 {
		e.say("dependency", Fail, fmt.Sprintf("%s needs others: %s.", e.Service, strings.Join(wrong, "; ")), needs...)
		return
	}
	e.say("dependency", Pass, fmt.Sprintf("What %s needs is healthy: %s.", e.Service, some(well)))
}
