package deploy

import "slipway.dev/internal/core/machine"

// Desired implements machine.Machine.
func (Lane) Desired(s State) []machine.Desired {
	var out []machine.Desired
	for _, r := range s.releases() {
		for _, c := range r.Copies {
			id := r.id(c)
			out = append(out, machine.Desired{Kind: DesiredInstance, Key: id, Spec: machine.Must(InstanceSpec{
				ID: id, Service: s.Service, Environment: s.Environment, Deployment: r.Deployment,
				Release: r.Release, Artifact: r.Artifact, Config: r.Config,
			})})
		}
	}
	// A route without groups is desired until the edge has it: only then may instances go.
	switch {
	case s.Route.Workflow:
		if s.Route.Deployment != "" || s.Route.Applied < s.Route.Revision {
			out = append(out, machine.Desired{Kind: DesiredWorkflow, Key: "active", Spec: machine.Must(s.active())})
		}
	case len(s.Route.Groups) > 0 || s.Route.Applied < s.Route.Revision:
		out = append(out, machine.Desired{Kind: DesiredRoute, Key: "route", Spec: machine.Must(RouteSpec{
			Service: s.Service, Environment: s.Environment, Revision: s.Route.Revision,
			Config: s.Route.Config, Routes: s.Route.Routes, Groups: s.Route.Groups, Sticky: s.Route.Sticky, Apart: s.Route.Apart,
		})})
	}
	if s.watched() {
		w := WatchSpec{Service: s.Service, Environment: s.Environment, Deployments: []string{s.Active.Target.Deployment}}
		if s.Current != nil {
			w.Deployments = append(w.Deployments, s.Current.Deployment)
		}
		out = append(out, machine.Desired{Kind: DesiredWatch, Key: "traffic", Spec: machine.Must(w)})
	}
	if s.judging() {
		out = append(out, machine.Desired{Kind: DesiredJudge, Key: "judge", Spec: machine.Must(s.judgeSpec())})
	}
	if len(s.Queue) > 0 {
		out = append(out, machine.Desired{Kind: DesiredGate, Key: "gate", Spec: machine.Must(s.stands())})
	}
	return append(out, s.timers()...)
}

// stands is what waits at the gate.
func (s *State) stands() GateSpec {
	g := GateSpec{Service: s.Service, Environment: s.Environment}
	for _, p := range s.Queue {
		g.Waiting = append(g.Waiting, p.Deployment)
	}
	if s.Active != nil {
		g.Behind = s.Active.Deployment
	}
	return g
}

func (s *State) timers() []machine.Desired {
	var out []machine.Desired
	if s.Active != nil && s.Active.Timer != nil {
		out = append(out, machine.After(s.Active.Timer.Key, s.Active.Timer.At))
	}
	for _, k := range s.Kept {
		if k.staying() > 0 {
			out = append(out, machine.After(warmKey(k), k.WarmUntil))
		}
	}
	for _, p := range s.Queue {
		if s.Active == nil && !p.Next.IsZero() { // behind another it is asked when that has ended
			out = append(out, machine.After(gateKey(p), p.Next))
		}
	}
	return out
}

// Summary implements machine.Machine.
func (Lane) Summary(s State) machine.Summary {
	st := s.Status()
	sum := machine.Summary{
		Status: st.Word, Title: st.Text,
		Labels: map[string]string{"service": s.Service, "environment": s.Environment},
		Done:   s.Active == nil && len(s.Queue) == 0, Keeps: append(s.configs(), s.statements()...),
	}
	if s.Current != nil {
		sum.Labels["release"] = s.Current.Release
	}
	return sum
}

// statements are the digests of plans and signed decisions that no record keeps yet.
func (s *State) statements() []string {
	var out []string
	for _, p := range s.Queue {
		out = append(out, statements(Row{Plan: p.Plan})...)
	}
	if s.Active != nil {
		out = append(out, statements(s.Active.Row)...)
	}
	return out
}

// configs are the digests of all configs that may still be needed.
func (s *State) configs() []string {
	return s.distinct(func(r *Release) string { return r.Config }, func(p Pending) string { return p.Config }, s.Route.Config)
}

// Artifacts are the digests of all artifacts that may still be needed: those that run, can
// be gone back to, or wait.
func (s State) Artifacts() []string {
	return s.distinct(func(r *Release) string { return r.Artifact }, func(p Pending) string { return p.Artifact }, "")
}

func (s *State) distinct(of func(*Release) string, waiting func(Pending) string, more string) []string {
	seen := map[string]bool{"": true}
	var out []string
	add := func(digest string) {
		if !seen[digest] {
			seen[digest] = true
			out = append(out, digest)
		}
	}
	for _, r := range s.releases() {
		add(of(r))
	}
	for _, p := range s.Queue {
		add(waiting(p))
	}
	add(more)
	return out
}
