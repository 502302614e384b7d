package release

import (
	"encoding/json"
	"maps"
	"strings"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
)

// Machine is the machine of a release.
type Machine struct{}

var _ machine.Machine[State] = Machine{}

type next = machine.Next[State]

// Step takes the events of a release.
func (Machine) Step(s State, e machine.Event) (next, error) {
	if e.Type == EventRequested {
		return with(e, func(r config.Release) (next, error) { return s.request(r, e) })
	}
	if s.Status == "" {
		return next{}, fault.New(fault.NotFound, "there is no such release")
	}
	switch e.Type {
	case EventRetry:
		return s.retry(e)
	case EventCancel:
		return with(e, s.cancel)
	case EventRevoke:
		return with(e, func(r Reason) (next, error) { return s.revoke(r, e.Actor) })
	case EventSuperseded:
		return with(e, s.supersede)
	case EffectBuild + ".done", EffectImport + ".done", EffectBuild + ".failed", EffectImport + ".failed",
		EffectBuild + ".unknown", EffectImport + ".unknown":
		return with(e, func(o machine.Outcome) (next, error) { return s.ended(o, e) })
	case EffectCancel + ".done", EffectCancel + ".failed", EffectCancel + ".unknown":
		return next{State: s}, nil // what was cancelled says how it ended
	case "message.refused":
		return with(e, s.refused)
	}
	return next{}, fault.New(fault.Invalid, "a release takes no %s", e.Type)
}

// with decodes an event's data.
func with[D any](e machine.Event, take func(D) (next, error)) (next, error) {
	d, err := machine.Decode[D](e)
	if err != nil {
		return next{}, fault.New(fault.Invalid, "%s cannot be read", e.Type).Because(err)
	}
	return take(d)
}

// request begins a release. One that there is already begins again if it is asked for with
// a higher order: its branch went back to that commit.
func (s State) request(r config.Release, e machine.Event) (next, error) {
	switch {
	case r.ID == "" || r.Service == "" || (r.Build == nil) == (r.Image == ""):
		return next{}, fault.New(fault.Invalid, "a release needs a service, an identity, and either a build or an image")
	case r.Build != nil && (r.URL == "" || r.Commit == ""):
		return next{}, fault.New(fault.Invalid, "the release %s of %s cannot be built without a repository and a commit", r.ID, r.Service)
	case s.Status != "" && r.Order <= s.Order:
		return next{}, fault.New(fault.Refused, "the release %s of %s is there already", r.ID, r.Service)
	}
	if s.Status == "" {
		s.CreatedAt, s.By = e.At, e.Actor
	}
	s.Release = r
	return s.begin(), nil
}

// begin starts the build, or has it started when the one under way ends.
func (s State) begin() next {
	s.Again = s.Running && s.Status != Building
	s.Status, s.Error, s.Problems = Building, "", nil
	if s.Running {
		return next{State: s}
	}
	s.Running = true
	return next{State: s, Effects: []machine.Effect{s.effect()}}
}

func (s State) effect() machine.Effect {
	if s.Image != "" {
		return machine.Effect{Kind: EffectImport, Class: machine.Repeatable,
			Input: machine.Must(ImportInput{Service: s.Service, Release: s.ID, Image: s.Image})}
	}
	return machine.Effect{Kind: EffectBuild, Class: machine.Repeatable, Input: machine.Must(BuildInput{
		Service: s.Service, Release: s.ID, Source: s.Source, URL: s.URL, Commit: s.Commit, Path: s.Path, Build: *s.Build, Workflow: s.Workflow})}
}

// retry begins again what did not succeed: the build, or going into an environment.
func (s State) retry(e machine.Event) (next, error) {
	switch {
	case s.Status == Building:
		return next{}, fault.New(fault.Refused, "the release %s of %s is being built", s.ID, s.Service)
	case s.Status != Built:
		return s.begin(), nil
	case len(s.Problems) == 0:
		return next{}, fault.New(fault.Refused, "the release %s of %s is built", s.ID, s.Service).
			WithHint("slipway deploy %s --release %s", s.Service, s.ID)
	}
	stuck := s.Problems
	return s.place(e, func(environment string) bool { return stuck[environment] != "" })
}

func (s State) cancel(r Reason) (next, error) {
	if s.Status != Building {
		return next{}, fault.New(fault.Refused, "the release %s of %s is %s; there is no build to cancel", s.ID, s.Service, s.Status)
	}
	s.Status, s.Error, s.Again = Cancelled, r.Text, false
	stop := machine.Effect{Kind: EffectCancel, Class: machine.Repeatable, Input: machine.Must(CancelInput{Service: s.Service, Release: s.ID})}
	return next{State: s, Effects: []machine.Effect{stop}}, nil
}

func (s State) supersede(r Reason) (next, error) {
	if s.Status != Building {
		return next{}, fault.New(fault.Refused, "the release %s of %s is %s already", s.ID, s.Service, s.Status)
	}
	s.Status, s.Error, s.Again = Superseded, r.Text, false
	return next{State: s}, nil
}

// revoke is for good: a commit that must not run is followed by another one.
func (s State) revoke(r Reason, by machine.Actor) (next, error) {
	switch {
	case s.Revoked != "":
		return next{}, fault.New(fault.Refused, "the release %s of %s was revoked by %s: %s", s.ID, s.Service, s.RevokedBy, s.Revoked)
	case strings.TrimSpace(r.Text) == "":
		return next{}, fault.New(fault.Invalid, "a release is revoked for a reason").WithHint("say it with --reason")
	}
	s.Revoked, s.RevokedBy = r.Text, by.String()
	return next{State: s}, nil
}

// ended takes the outcome of a build or import.
func (s State) ended(o machine.Outcome, e machine.Event) (next, error) {
	s.Running, s.FinishedAt = false, e.At
	switch {
	case s.Again:
		s.Again, s.Running = false, true
		return next{State: s, Effects: []machine.Effect{s.effect()}}, nil
	case s.Status != Building: // cancelled meanwhile
		return next{State: s}, nil
	case o.Error != "" || len(o.Output) == 0:
		return s.fail(o.Error), nil
	}
	artifact := artifactOf(o)
	if artifact.Digest == "" {
		return s.fail("the build gave no artifact"), nil
	}
	s.Status, s.Artifact = Built, artifact
	return s.place(e, func(string) bool { return true })
}

// artifactOf reads what a build gave. What cannot be read is no artifact.
func artifactOf(o machine.Outcome) (a Artifact) {
	if json.Unmarshal(o.Output, &a) != nil {
		return Artifact{}
	}
	return a
}

// longestError is how much of a build's log is kept with a release, from its end. The
// whole log is a file.
const longestError = 3000

func (s State) fail(why string) next {
	if why == "" {
		why = "nobody knows how the build ended"
	}
	if len(why) > longestError {
		why = "…" + string([]rune(why[len(why)-longestError:])[1:])
	}
	s.Status, s.Error = Failed, why
	return next{State: s}
}

// place sends the release to the lanes of the environments in the event's facts.
func (s State) place(e machine.Event, which func(environment string) bool) (next, error) {
	facts, err := machine.Decode[Facts](machine.Event{Type: e.Type, Data: e.Facts})
	if err != nil {
		return next{}, err
	}
	out := next{}
	s.Problems = map[string]string{}
	for _, env := range facts.Environments {
		switch {
		case s.Revoked != "":
			s.Problems[env.Name] = "it was revoked: " + s.Revoked
		case !which(env.Name):
		case env.Problem != "":
			s.Problems[env.Name] = env.Problem
		default:
			out.Messages = append(out.Messages, machine.Message{To: deploy.MachineID(s.Service, env.Name),
				Type: deploy.EventRequested, Data: machine.Must(s.ask(env))})
		}
	}
	out.State = s
	return out, nil
}

func (s State) ask(env Environment) deploy.Request {
	if s.To != "" {
		return s.Into(env, deploy.ReasonManual)
	}
	return s.Into(env, deploy.ReasonPush)
}

// Into is the request by which the release asks to go into an environment. Reason is one of
// deploy's.
func (s State) Into(env Environment, reason string) deploy.Request {
	return deploy.Request{Service: s.Service, Environment: env.Name, Release: s.ID, Artifact: s.Artifact.Digest,
		Commit: s.Commit, CommittedAt: s.CommittedAt, Order: s.Order, Config: env.Config, Rollout: env.Rollout, Reason: reason}
}

// refused keeps why a lane does not take the release.
func (s State) refused(r machine.Refused) (next, error) {
	problems := maps.Clone(s.Problems)
	if problems == nil {
		problems = map[string]string{}
	}
	problems[strings.TrimPrefix(r.To, deploy.MachineID(s.Service, ""))] = r.Reason
	s.Problems = problems
	return next{State: s}, nil
}
