package gate

import (
	"encoding/json"
	"strings"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/release"
	"slipway.dev/internal/core/task"
	driverelease "slipway.dev/internal/drive/release"
	"slipway.dev/internal/engine"
	"slipway.dev/internal/store"
)

const head = "apiVersion: slipway.dev/v1\n"

const team = head + "kind: Team\nmetadata: {name: shop}\nspec: {members: []}\n"

// environment is a manifest; rest are more fields of its spec.
func environment(name, rest string) string {
	return "---\n" + head + "kind: Environment\nmetadata: {name: " + name + "}\nspec: {target: {process: {}}" + rest + "}\n"
}

// app is the manifest of a service; rest are more lines of its spec.
func app(name string, rest ...string) string {
	return "---\n" + head + "kind: Service\nmetadata: {name: " + name + ", team: shop}\nspec:\n  source: {path: " + name + "}\n" +
		"  build: {run: \"cp app $OUT/\"}\n  run: {command: [./app]}\n  strategy: {blueGreen: {}}\n  rollback: {observe: 1ms}\n" + strings.Join(rest, "")
}

// prod is the door that most tests are about.
const prod = ", after: dev, gate: {approvals: {count: 1}, concurrency: 1, breakGlass: {criteria: [outage], exempt: [outage]}}"

func (w *world) submit(id, event string, a machine.Actor, data any) error {
	e := machine.Event{Type: event, Actor: a}
	if data != nil {
		e.Data = machine.Must(data)
	}
	_, err := w.engine.Submit(w.Context(), engine.To{Machine: id, Event: e})
	return err
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) refused(err error, says string) {
	w.Helper()
	if err == nil || fault.CodeOf(err) == fault.Internal || !strings.Contains(err.Error(), says) {
		w.Errorf("want a refusal that says %q, got %v", says, err)
	}
}

func person(name string) machine.Actor { return machine.Actor{Kind: "person", Name: name} }

// apply brings manifests of the platform in; what it does not name goes.
func (w *world) apply(texts ...string) {
	w.Helper()
	w.push(config.SourceSpec{Name: "platform", Kind: config.Platform}, config.Pushed{}, strings.Join(texts, ""))
}

// commit brings services in, with a commit whose name begins with n.
func (w *world) commit(n string, texts ...string) {
	w.Helper()
	p := config.Pushed{Commit: (n + strings.Repeat("0", 40))[:40], CommittedAt: w.engine.Now()}
	w.push(config.SourceSpec{Name: "git", Kind: config.Services, URL: "/srv/shop.git", Branch: "main"}, p, strings.Join(texts, ""))
}

func (w *world) push(s config.SourceSpec, p config.Pushed, text string) {
	w.Helper()
	found, problems := manifest.Parse("f.yaml", []byte(text))
	if len(problems) > 0 {
		w.Fatal(problems)
	}
	for _, r := range found {
		try(w.engine.Blobs().Put(w.Context(), r.Document()))(w)
		p.Items = append(p.Items, try(config.ItemOf(r, func(string) bool { return true }))(w))
	}
	before, _, err := engine.Load[config.SourceState](w.Context(), w.engine, config.SourceID(s.Name))
	if fault.Is(err, fault.NotFound) {
		w.must(w.submit(config.SourceID(s.Name), config.EventSourceAdded, machine.System("test"), s))
	}
	p.Previous = before.Commit
	w.must(w.submit(config.SourceID(s.Name), config.EventPushed, machine.System("test"), p))
}

func (w *world) lane(service, environment string) deploy.State {
	w.Helper()
	s, _, err := engine.Load[deploy.State](w.Context(), w.engine, deploy.MachineID(service, environment))
	if err != nil && !fault.Is(err, fault.NotFound) {
		w.Fatal(err)
	}
	return s
}

// ask has the gates of a lane evaluated. It says what the lane thinks of that.
func (w *world) ask(service, environment string) error {
	return w.submit(deploy.MachineID(service, environment), deploy.EventAsked, machine.System("gate"), nil)
}

// arrives waits until a commit is completed, and has its door asked until it is open.
func (w *world) arrives(service, environment, n string) {
	w.Helper()
	w.await(n+" of "+service+" runs in "+environment, func() bool {
		s := w.lane(service, environment)
		if len(s.Queue) > 0 && s.Active == nil {
			_ = w.ask(service, environment)
		}
		return s.Active == nil && s.Current != nil && strings.HasPrefix(s.Current.Commit, n)
	})
	w.rests()
}

func (w *world) released(service, n string) release.State {
	w.Helper()
	var s release.State
	w.await(n+" is built", func() bool {
		rows := try(w.engine.List(w.Context(), release.MachineID(service, n), store.ListOptions{}))(w)
		if len(rows) == 1 {
			s, _, _ = engine.Load[release.State](w.Context(), w.engine, rows[0].ID)
		}
		return s.Status == release.Built
	})
	return s
}

// request asks for a release to go in, as a person's promotion does.
func (w *world) request(service, environment, n string, change ...func(*deploy.Request)) string {
	w.Helper()
	s := w.released(service, n)
	digest, c, err := driverelease.Resolver{Engine: w.engine}.Resolve(w.Context(), s.Spec, environment)
	w.must(err)
	r := deploy.Request{Service: service, Environment: environment, Release: s.ID, Artifact: s.Artifact.Digest, Commit: s.Commit,
		CommittedAt: s.CommittedAt, Order: s.Order, Config: digest, Rollout: c.Rollout, Reason: deploy.ReasonManual}
	for _, f := range change {
		f(&r)
	}
	w.must(w.submit(deploy.MachineID(service, environment), deploy.EventRequested, person("ann"), r))
	q := w.lane(service, environment).Queue
	return q[len(q)-1].Deployment
}

// answer has a person answer the approval task of a deployment.
func (w *world) answer(deployment, who, decision string) error {
	s, _, err := engine.Load[task.State](w.Context(), w.engine, task.MachineID(deployment))
	if err != nil {
		return err
	}
	return w.submit(task.MachineID(deployment), task.EventAnswered, person(who), task.Answer{Decision: decision, Digests: s.Digests})
}

// waiting brings tickets a1 to dev and has it wait before prod, with everything there but what
// a test takes away: the approval of bob is given.
func (w *world) waiting() (deployment string) {
	w.Helper()
	w.accounts("ann developer", "bob approver", "cid approver", "gus operator")
	w.apply(team, environment("dev", ""), environment("prod", prod))
	try(w.vault.Put(w.Context(), machine.System("test"), "key", []byte("1")))(w)
	w.commit("a1", app("tickets", "  secrets: {KEY: {from: key}}\n"))
	w.arrives("tickets", "dev", "a1")
	deployment = w.request("tickets", "prod", "a1")
	w.must(w.ask("tickets", "prod")) // opens the task
	w.must(w.answer(deployment, "bob", "approve"))
	w.rests()
	return deployment
}

// rests waits until no effect is under way, whose outcome would be a step of its machine.
func (w *world) rests() {
	w.Helper()
	w.await("nothing is under way", func() bool {
		busy := false
		w.must(w.store.Pending(w.Context(), func(s store.Snapshot) error {
			var has struct {
				Effects []json.RawMessage `json:"effects"`
			}
			busy = busy || json.Unmarshal(s.Envelope, &has) != nil || len(has.Effects) > 0
			return nil
		}))
		return !busy
	})
}
