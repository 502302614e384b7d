package source_test

import (
	"context"
	"strings"
	"testing"

	"slipway.dev/internal/core/access"
	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/task"
	drive "slipway.dev/internal/drive/source"
	"slipway.dev/internal/engine"
)

func (w *world) directory(context.Context) (*access.Directory, error) {
	return access.NewDirectory(w.people), nil
}

const laws = `apiVersion: slipway.dev/v1
kind: Team
metadata: {name: shop}
spec: {}
---
apiVersion: slipway.dev/v1
kind: Environment
metadata: {name: dev}
spec: {}
---
apiVersion: slipway.dev/v1
kind: Environment
metadata: {name: prod}
spec: {after: dev, host: "{host}", gate: {approvals: {count: 2}}}
`

// governed is a world with a platform's repository whose first commit, by ann@example.org,
// is in force, and in which prod asks for approvals. Ann and Grace hold the role security,
// Root the role admin; Bob holds none.
func governed(t *testing.T) *world {
	w := newWorld(t)
	for _, name := range []string{"ann", "bob", "grace", "root"} {
		w.people.People = append(w.people.People, access.Person{Name: name, Addresses: []string{name + "@example.org"}})
	}
	w.people.Bindings = []access.Binding{{Subject: "person:ann", Role: access.Security}, {Subject: "person:grace", Role: access.Security}, {Subject: "person:root", Role: access.Admin}}
	w.repo = t.TempDir()
	w.git("init", "-q", "-b", "main")
	w.tell("source.added", w.laws())
	w.law(laws)
	return w
}

func (w *world) laws() config.SourceSpec {
	s := w.spec()
	s.Name, s.Kind, s.URL = "laws", config.Platform, w.repo
	return s
}

// law commits what is in force from now on, if it is taken; as somebody.
func (w *world) law(text string, as ...string) string {
	w.Helper()
	w.write("slipway.yaml", text)
	w.git("add", "-A")
	w.git(append(as, "commit", "-q", "--allow-empty", "-m", "Change the law")...)
	if err := w.driver.Look(w.Context(), w.laws()); err != nil {
		w.Fatal(err)
	}
	return w.git("rev-parse", "HEAD")
}

func as(name string) []string {
	return []string{"-c", "user.name=" + name, "-c", "user.email=" + name + "@example.org"}
}

func (w *world) resource(kind, name string) config.ResourceState {
	w.Helper()
	s, _, err := engine.Load[config.ResourceState](w.Context(), w.engine, config.ResourceID(kind, name))
	if err != nil && !fault.Is(err, fault.NotFound) {
		w.Fatal(err)
	}
	return s
}

func (w *world) task(kind, name string) task.State {
	w.Helper()
	s, _, err := engine.Load[task.State](w.Context(), w.engine, task.MachineID(config.TaskName(kind, name)))
	if err != nil {
		w.Fatal(err)
	}
	return s
}

// answer answers the task about a resource as an account.
func (w *world) answer(person, kind, name, decision string) error {
	s := w.task(kind, name)
	_, err := w.engine.Submit(w.Context(), engine.To{Machine: task.MachineID(s.Name), Event: machine.Event{Type: task.EventAnswered,
		Actor: machine.Actor{Kind: "person", Name: person}, Data: machine.Must(task.Answer{Decision: decision, Digests: s.Digests})}})
	return err
}

func (w *world) approvals() int {
	w.Helper()
	all, err := w.inForce()
	if err != nil {
		w.Fatal(err)
	}
	for _, r := range all {
		if r.ID() == "Environment/prod" {
			p, err := config.PolicyFor(r, all)
			if err != nil {
				w.Fatal(err)
			}
			return p.Approvals.Count
		}
	}
	return -1
}

func TestAChangeOfTheLawWaits(t *testing.T) {
	w := governed(t)
	weak := strings.Replace(laws, "count: 2", "count: 0", 1)
	w.law(weak, as("bob")...)
	asked := w.task(manifest.KindEnvironment, "prod")
	if w.approvals() != 2 || asked.Status != task.Open {
		t.Fatalf("%d approvals, task %+v", w.approvals(), asked)
	}
	for _, says := range []string{"spec.gate.approvals.count: 2 → 0", "system:source", "the source laws"} {
		if !strings.Contains(asked.Text, says) {
			t.Errorf("the task does not say %q:\n%s", says, asked.Text)
		}
	}
	w.people.Bindings = append(w.people.Bindings, access.Binding{Subject: "person:bob", Role: access.Security})
	if err := w.answer("bob", manifest.KindEnvironment, "prod", task.Approve); !fault.Is(err, fault.Denied) || !strings.Contains(err.Error(), "they wrote it") {
		t.Errorf("the author approves: %v", err)
	}
	if err := w.answer("ann", manifest.KindEnvironment, "prod", task.Approve); err != nil {
		t.Errorf("who wrote the law in force, but not its change: %v", err)
	}
	if w.approvals() != 0 {
		t.Errorf("%d approvals after the change was approved", w.approvals())
	}
	w.law(strings.Replace(laws, "count: 2", "count: 3", 1), as("bob")...)
	if w.approvals() != 3 {
		t.Errorf("%d approvals: nothing asks for any, and still a change waits", w.approvals())
	}
}

// What was refused and stays in the repository is not what a later commit by somebody else
// is judged by alone.
func TestTheAuthorOfWhatWasRefusedStaysExcluded(t *testing.T) {
	w := governed(t)
	w.law(strings.Replace(laws, "count: 2", "count: 0", 1), as("grace")...)
	if err := w.answer("root", manifest.KindEnvironment, "prod", task.Reject); err != nil {
		t.Fatal(err)
	}
	if s := w.resource(manifest.KindEnvironment, "prod"); s.Refused == nil || s.Proposed != nil || w.approvals() != 2 {
		t.Fatalf("%+v", s)
	}
	w.law(strings.Replace(laws, "count: 2", "count: 1", 1), as("bob")...)
	if asked := w.task(manifest.KindEnvironment, "prod"); asked.Status != task.Open || asked.Excluded["grace"] == "" || asked.Excluded["bob"] == "" || asked.Excluded["ann"] != "" {
		t.Errorf("%s: %v", asked.Status, asked.Excluded)
	}
}

func TestAnAuthorNobodyKnowsMayBeTheOneWhoApproves(t *testing.T) {
	w := governed(t)
	w.law(strings.Replace(laws, "count: 2", "count: 0", 1), "-c", "user.name=Mask", "-c", "user.email=mask@example.org")
	asked := w.task(manifest.KindEnvironment, "prod")
	if asked.Quorum != 2 || !strings.Contains(asked.Text, "mask@example.org") {
		t.Fatalf("quorum %d\n%s", asked.Quorum, asked.Text)
	}
	if err := w.answer("grace", manifest.KindEnvironment, "prod", task.Approve); err != nil || w.approvals() != 2 {
		t.Fatalf("one of two: %v, %d", err, w.approvals())
	}
	if err := w.answer("root", manifest.KindEnvironment, "prod", task.Approve); err != nil || w.approvals() != 0 {
		t.Errorf("both: %v, %d", err, w.approvals())
	}
}

func TestNobodyCanApprove(t *testing.T) {
	w := governed(t)
	w.people.Bindings = w.people.Bindings[:1] // ann
	w.law(strings.Replace(laws, "count: 2", "count: 0", 1), as("ann")...)
	if asked := w.task(manifest.KindEnvironment, "prod"); !strings.Contains(asked.Text, "cannot be approved") || !strings.Contains(asked.Text, "slipway user grant") {
		t.Errorf("the task does not say that nobody can:\n%s", asked.Text)
	}
}

// Removing, renaming, and giving it to another source do not get around it.
func TestWhatIsInForceStays(t *testing.T) {
	w := governed(t)
	before := w.resource(manifest.KindEnvironment, "prod").Digest
	stays := func(how string) {
		t.Helper()
		if s := w.resource(manifest.KindEnvironment, "prod"); !s.InForce() || s.Digest != before {
			t.Errorf("%s: %+v", how, s)
		}
	}
	without, _, _ := strings.Cut(laws, "---\napiVersion: slipway.dev/v1\nkind: Environment\nmetadata: {name: prod}")
	w.law(without, as("bob")...)
	stays("removed")
	if s := w.resource(manifest.KindEnvironment, "prod"); s.Proposed == nil || s.Proposed.Digest != "" {
		t.Errorf("the removal is not proposed: %+v", s)
	}
	w.law(strings.NewReplacer("name: prod", "name: live", "count: 2", "count: 0").Replace(laws), as("bob")...)
	stays("renamed")
	w.law(laws, as("bob")...)
	if s := w.resource(manifest.KindEnvironment, "prod"); s.Proposed != nil || w.task(manifest.KindEnvironment, "prod").Status != task.Done {
		t.Errorf("the source has it again, and its removal is still proposed: %+v", s)
	}
	w.tell("source.removed", w.laws())
	stays("its source was removed")
	w.apply("eve.yaml", []byte(strings.Replace(laws, "count: 2", "count: 0", 1)))
	stays("taken over")
	if s := w.resource(manifest.KindEnvironment, "prod"); s.Source != "platform" || s.Proposed == nil {
		t.Errorf("%+v", s)
	}
}

// An environment may not come to the public place of one whose going is only proposed.
func TestNothingComesToThePlaceOfWhatStays(t *testing.T) {
	w := governed(t)
	shop := w.repo
	w.repo = t.TempDir()
	w.git("init", "-q", "-b", "main")
	w.write("slipway.yaml", strings.ReplaceAll(service, "NAME", "tickets")+"  routes: [{host: shop.localhost}]\n")
	w.write("tickets/app", "1")
	spec := w.spec()
	spec.Name = "tickets"
	w.tell("source.added", spec)
	w.git("add", "-A")
	w.git("commit", "-q", "-m", "First")
	if err := w.driver.Look(t.Context(), spec); err != nil {
		t.Fatal(err)
	}
	w.repo = shop
	w.law(strings.NewReplacer("name: prod", "name: live", "count: 2", "count: 0").Replace(laws), as("bob")...)
	s, _, err := engine.Load[config.SourceState](t.Context(), w.engine, config.SourceID("laws"))
	if err != nil || !strings.Contains(s.Mistakes, "service `tickets` in `live` would be at shop.localhost/, where service `tickets` in `prod` already is") {
		t.Errorf("%v: %q", err, s.Mistakes)
	}
}

func TestATeamIsNotFree(t *testing.T) {
	w := governed(t)
	team := "\n---\napiVersion: slipway.dev/v1\nkind: Team\nmetadata: {name: ops}\nspec: {members: [{name: Bob, person: bob, git: [ann@example.org]}]}\n"
	w.law(laws+team, as("bob")...)
	if s := w.resource(manifest.KindTeam, "ops"); s.InForce() || s.Proposed == nil {
		t.Fatalf("%+v", s)
	}
	if all, err := w.inForce(); err != nil || len(config.TeamsOf(all)) != 1 {
		t.Errorf("teams in force: %+v, %v", config.TeamsOf(all), err)
	}
	if err := w.answer("grace", manifest.KindTeam, "ops", task.Approve); err != nil {
		t.Fatal(err)
	}
	if s := w.resource(manifest.KindTeam, "ops"); !s.InForce() {
		t.Errorf("%+v", s)
	}
	head := w.law(laws+team+"# nothing else\n", as("bob")...)
	s, _, err := engine.Load[config.SourceState](t.Context(), w.engine, config.SourceID("laws"))
	if err != nil || s.Commit != head || len(s.Asked) > 0 || w.resource(manifest.KindTeam, "ops").Proposed != nil {
		t.Errorf("what is in force is asked for again: %+v, %v", s, err)
	}
}

func (w *world) inForce() ([]manifest.Resource, error) {
	owned, err := drive.Owned(w.Context(), w.engine)
	var all []manifest.Resource
	for _, o := range owned {
		all = append(all, o.Resource)
	}
	return all, err
}
