package release

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/deploy"
	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
)

// house delivers messages between the machines of a release's path as the engine does: at
// once, and what is refused goes back to the sender. Lanes only note what they get.
type house struct {
	t         *testing.T
	sources   map[string]config.SourceState
	resources map[string]config.ResourceState
	releases  map[string]State
	lanes     map[string][]deploy.Request
	effects   map[string][]string // kinds, by machine
}

func newHouse(t *testing.T) *house {
	return &house{t, map[string]config.SourceState{}, map[string]config.ResourceState{}, map[string]State{}, map[string][]deploy.Request{}, map[string][]string{}}
}

func (h *house) send(to, event string, data, facts any) error {
	h.t.Helper()
	e := machine.Event{Type: event, At: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC), Data: machine.Must(data)}
	if facts != nil {
		e.Facts = machine.Must(facts)
	}
	return h.deliver(to, e)
}

func (h *house) deliver(to string, e machine.Event) error {
	h.t.Helper()
	switch machine.Kind(to) {
	case "source":
		return take(h, config.Source{}, h.sources, to, e)
	case "resource":
		return take(h, config.Resource{}, h.resources, to, e)
	case "release":
		return take(h, Machine{}, h.releases, to, e)
	case "deploy":
		r, err := machine.Decode[deploy.Request](e)
		if r.Service == "unwanted" {
			return fmt.Errorf("rolled back here")
		}
		h.lanes[to] = append(h.lanes[to], r)
		return err
	}
	return fmt.Errorf("no machine %s", to)
}

func take[S any](h *house, m machine.Machine[S], states map[string]S, id string, e machine.Event) error {
	next, err := m.Step(states[id], e)
	if err != nil {
		return err
	}
	states[id] = next.State
	for _, f := range next.Effects {
		h.effects[id] = append(h.effects[id], f.Kind)
	}
	for _, msg := range next.Messages {
		if err := h.deliver(msg.To, machine.Event{Type: msg.Type, At: e.At, Data: msg.Data}); err != nil {
			back := machine.Event{Type: "message.refused", At: e.At, Data: machine.Must(machine.Refused{To: msg.To, Type: msg.Type, Reason: err.Error()})}
			if err := h.deliver(id, back); err != nil {
				h.t.Fatalf("%s does not take a refusal: %v", id, err)
			}
		}
	}
	return nil
}

func (h *house) push(source, commit, previous string, items ...config.Item) {
	h.t.Helper()
	err := h.send(config.SourceID(source), config.EventPushed, config.Pushed{Commit: commit, Previous: previous, Items: items}, nil)
	if err != nil {
		h.t.Fatal(err)
	}
}

// item makes the item of a service as a watcher does, from its manifest.
func item(t *testing.T, name string, changed bool) config.Item {
	t.Helper()
	found, problems := manifest.Parse("slipway.yaml", []byte("apiVersion: slipway.dev/v1\nkind: Service\nmetadata: {name: "+name+", team: box}\nspec: {build: {run: make}, run: {command: [./x]}}"))
	if problems != nil {
		t.Fatal(problems)
	}
	i, err := config.ItemOf(found[0], func(string) bool { return changed })
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func commit(letter string) string { return strings.Repeat(letter, 40) }

// From a push to the lane: what is sent from machine to machine fits together.
func TestPathFromPushToLane(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, name := range []string{"shop", "other"} {
		if err := h.send(config.SourceID(name), config.EventSourceAdded, config.SourceSpec{Name: name, Kind: config.Services, URL: "/repo", Branch: "main"}, nil); err != nil {
			t.Fatal(err)
		}
	}
	h.push("shop", commit("a"), "", item(t, "tickets", true), item(t, "unwanted", true))
	h.push("shop", commit("b"), commit("a"), item(t, "tickets", true), item(t, "unwanted", false))

	// Another repository has a service of the same name: it gets no release, and is told.
	h.push("other", commit("c"), "", item(t, "tickets", true))
	if p := h.sources["source/other"].Problem(); !strings.Contains(p, "belongs to the source shop") {
		t.Errorf("the problem of the other source: %q", p)
	}
	if len(h.releases) != 3 {
		t.Errorf("releases: %v", h.releases)
	}

	// The older build ends last; its order says that it is older.
	facts := Facts{Environments: []Environment{{Name: "dev", Config: "sha256:c", Rollout: config.Rollout{Replicas: 2}}}}
	for _, id := range []string{MachineID("tickets", commit("b")[:12]), MachineID("tickets", commit("a")[:12]), MachineID("unwanted", commit("a")[:12])} {
		if err := h.send(id, EffectBuild+".done", machine.Outcome{Output: machine.Must(Artifact{Digest: "sha256:" + id})}, facts); err != nil {
			t.Fatal(err)
		}
		if len(h.effects[id]) != 1 || h.effects[id][0] != EffectBuild {
			t.Errorf("effects of %s: %v", id, h.effects[id])
		}
	}
	lane := h.lanes["deploy/tickets/dev"]
	if len(lane) != 2 || lane[0].Order != 2 || lane[1].Order != 1 || lane[0].Release != commit("b")[:12] || lane[0].Rollout.Replicas != 2 {
		t.Errorf("the lane got %+v", lane)
	}
	if s := h.releases[MachineID("unwanted", commit("a")[:12])]; s.Status != Built || s.Problems["dev"] != "rolled back here" {
		t.Errorf("what the lane refused: %+v", s)
	}

	// The branch goes back to its first commit: the same release, but now it is the newest.
	h.push("shop", commit("a"), commit("b"), item(t, "tickets", true), item(t, "unwanted", false))
	if err := h.send(MachineID("tickets", commit("a")[:12]), EffectBuild+".done", machine.Outcome{Output: machine.Must(Artifact{Digest: "sha256:again"})}, facts); err != nil {
		t.Fatal(err)
	}
	if lane = h.lanes["deploy/tickets/dev"]; len(lane) != 3 || lane[2].Order != 3 {
		t.Errorf("the lane got %+v", lane)
	}

	// The source is removed; the other one may take its service now.
	if err := h.send(config.SourceID("shop"), config.EventSourceRemoved, nil, nil); err != nil {
		t.Fatal(err)
	}
	h.push("other", commit("d"), commit("c"), item(t, "tickets", false))
	if s := h.resources["resource/Service/tickets"]; s.Source != "other" || s.Releases != 4 || h.sources["source/other"].Problem() != "" {
		t.Errorf("after it was taken over: %+v; %q", s, h.sources["source/other"].Problem())
	}
}
