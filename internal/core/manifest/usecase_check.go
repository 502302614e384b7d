package manifest

func (u UseCase) check(at spot) {
	for _, t := range []string{"purpose", "start", "end"} {
		checkBlank(at, t)
	}
	checkTwice(at.in("dependsOn"), u.DependsOn)
	checkTwice(at.in("flows"), u.Flows)
}

func (e Execution) check(at spot) {
	if e.Peak != "" && e.Frequency != "" && e.Peak.PerSecond() < e.Frequency.PerSecond() {
		at.in("peak").say("%s at most is less than %s on average", e.Peak, e.Frequency)
	}
}

func (p BusinessProcess) check(at spot) {
	seen := map[Name]bool{}
	for i, s := range p.Stages {
		name, where := s.Name, "name"
		if name == "" {
			name, where = s.UseCase, "useCase"
		}
		if name != "" && seen[name] {
			at.in("stages").item(i).in(where).say("there are two stages `%s`; give each a name of its own", name)
		}
		seen[name] = true
	}
}

func (c Component) check(at spot) {
	checkTwice(at.in("partOf"), c.PartOf)
	checkTwice(at.in("dependsOn"), c.DependsOn)
	checkTwice(at.in("provides"), c.Provides)
	checkTwice(at.in("consumes"), c.Consumes)
	if c.Availability != "" && c.Availability.Share() == 0 {
		at.in("availability").say("0%% promises nothing; leave it out")
	}
}
