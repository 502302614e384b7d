package manifest

import "time"

// defaultMaximum is how long evidence is waited for where a manifest does not say; so is it
// for the numbers of the judge.
const (
	defaultMaximum = time.Hour
	defaultWorse   = 1.5
	defaultHarm    = 2
)

func (c Canary) check(at spot) {
	for i := 1; i < len(c.Steps); i++ {
		if w := c.Steps[i].Weight; w > 0 && w <= c.Steps[i-1].Weight {
			at.in("steps").item(i).in("weight").say("the weights of the steps must grow, and the one before has %d", c.Steps[i-1].Weight)
		}
	}
	if at.has("steps") {
		for _, name := range []string{"minimum", "maximum", "baseline", "synthetic", "judge"} {
			if at.has(name) {
				at.in(name).say("with steps, the weights and pauses are yours, and nothing is judged by evidence; leave out steps or %s", name)
			}
		}
	}
	checkLasts(at, "maximum", c.Maximum)
	if most := c.Maximum.Or(defaultMaximum); c.Minimum != "" && most > 0 && c.Minimum.Value() > most {
		if c.Maximum == "" {
			at.in("minimum").say("%s is longer than maximum, which is 1h if it is left out; say maximum, too", c.Minimum)
		} else {
			at.in("minimum").say("%s is longer than maximum, which is %s", c.Minimum, c.Maximum)
		}
	}
}

func (s Sticky) check(at spot) {
	if at.has("cookie") && !s.Cookie && lookup(at.n, "cookie").Value == "false" {
		at.in("cookie").say("to share out each request by itself, leave out sticky")
	}
}

func (i Internal) check(at spot) { checkLasts(at, "for", i.For) }

func (j Judge) check(at spot) {
	for _, risk := range []struct {
		name  string
		share Percent
		text  string
	}{{"alpha", j.Alpha, "nothing would ever be taken back"}, {"beta", j.Beta, "nothing would ever get through by itself"}} {
		switch {
		case risk.share == "":
		case risk.share.Share() == 0:
			at.in(risk.name).say("with 0%%, %s", risk.text)
		case risk.share.Share() > 0.5:
			at.in(risk.name).say("%s is more than 50%%: a coin would be surer", risk.share)
		}
	}
	worse, harm := j.Worse.Float(), j.Harm.Float()
	switch {
	case j.Worse != "" && (worse <= 0.001 || worse > 1000):
		at.in("worse").say("it is an odds ratio, above 0.001 and at most 1000")
	case j.Harm != "" && (harm <= 1 || harm > 1000):
		at.in("harm").say("it is an odds ratio, above 1 and at most 1000")
	case j.Worse != "" && j.Harm != "" && harm < worse:
		at.in("harm").say("it is less than worse, which is %s: what counts as no worse can be no harm", j.Worse)
	case j.Worse != "" && !at.has("harm") && worse > defaultHarm:
		at.in("worse").say("it is more than harm, which is 2 if it is left out; say harm, too")
	case j.Harm != "" && !at.has("worse") && harm < defaultWorse:
		at.in("harm").say("it is less than worse, which is 1.5 if it is left out; say worse, too")
	}
}
