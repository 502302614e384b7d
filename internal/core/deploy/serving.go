package deploy

// Serving gives the instances that serve now, with what their smoke checks need. It is false
// if none is healthy: checks of nothing would pass.
func (s State) Serving() (SmokeInput, bool) {
	if s.Current == nil {
		return SmokeInput{}, false
	}
	r := s.Current
	in := SmokeInput{Deployment: r.Deployment, Artifact: r.Artifact, Config: r.Config, Instances: r.healthy()}
	return in, len(in.Instances) > 0
}
