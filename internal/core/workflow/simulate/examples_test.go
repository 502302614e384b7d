package simulate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/core/cloudevent"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/interp"
	"slipway.dev/internal/core/workflow/simulate"
)

// inputs are what examples need besides {}.
var inputs = map[string]any{
	"conditional-task":                    map[string]any{"customer": map[string]any{"age": 20}, "bet": 5},
	"call-http-query-headers-expressions": map[string]any{"searchQuery": "luke"},
	"call-http-query-parameters":          map[string]any{"searchQuery": "luke"},
	"call-http-redirect":                  map[string]any{"searchQuery": "luke"},
	"star-wars-homeworld":                 map[string]any{"id": 1},
	"for":                                 map[string]any{"pets": []any{map[string]any{"id": 1}}, "vet": "v"},
	"accumulate-room-readings":            map[string]any{"readings": []any{1}},
	"authentication-bearer":               map[string]any{"token": "t"},
	"authentication-bearer-uri-format":    map[string]any{"token": "t", "petId": 1},
	"authentication-reusable":             map[string]any{"token": "t"},
	"switch-then-string":                  map[string]any{"orderType": "physical"},
	"fork":                                map[string]any{"patient": map[string]any{"fullName": "Ada"}, "room": map[string]any{"number": 3}},
	"call-http-endpoint-interpolation":    map[string]any{"petId": 5},
	"schedule-event-driven":               []any{map[string]any{"data": map[string]any{"patient": map[string]any{"id": 1}}}},
	"set":                                 []any{map[string]any{"id": "e"}},
	"set-expression":                      []any{map[string]any{"id": "e"}},
}

// ends are the examples that end otherwise than completed. What goes on for ever is cancelled after an hour.
var ends = map[string]interp.Status{
	"raise-inline": interp.Faulted, "raise-reusable": interp.Faulted,
	"listen-to-any-forever-foreach":                   interp.Cancelled, // for ever
	"call-asyncapi-subscribe-consume-forever-foreach": interp.Cancelled,
	"call-asyncapi-subscribe-consume-while":           interp.Cancelled,
}

// contradicts are examples that do not do what the text of the specification says.
var contradicts = map[string]string{
	"accumulate-room-readings": "its output.as takes what listen gives for one event, which is a list of all",
	"for":                      "its output.as takes what listen gives for one event, which is a list of all",
	"mock-service-extension":   "its condition asks whether an object begins with a text, which is an error in jq",
}

// TestExamples runs the examples of the specification. Calls are answered by stubs, events come as they are asked for.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(specification(t, "examples"), "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples (%v)", err)
	}
	n := 0
	var refused []string
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		def, problems := workflow.Parse(file, data)
		if problems != nil {
			t.Errorf("%s: %v", name, problems)
			continue
		}
		if len(def.Refusals()) > 0 { // a transport that Slipway has not; check says so
			refused = append(refused, name)
			continue
		}
		if why := contradicts[name]; why != "" {
			t.Logf("%s: %s", name, why)
			refused = append(refused, name)
			continue
		}
		if example(t, name, def) {
			n++
		}
	}
	if n < 60 {
		t.Errorf("only %d examples execute; refused are %v", n, refused)
	}
	fmt.Printf("examples: %d of %d execute (not: %s)\n", n, len(files), strings.Join(refused, ", "))
}

func example(t *testing.T, name string, def *workflow.Definition) bool {
	input := inputs[name]
	if input == nil {
		input = map[string]any{"petId": 1, "user": map[string]any{"preferredDisplayName": "ada"}}
	}
	want := interp.Completed
	if s, ok := ends[name]; ok {
		want = s
	}
	outs := map[bool]simulate.Outcome{}
	for _, restart := range []bool{false, true} {
		out, err := simulate.Run(def, input, simulate.Options{Stubs: answers, Events: happen, Restart: restart, Most: 5000, Asks: []simulate.Request{{Do: "cancel", After: time.Hour}},
			Secrets: map[string]any{"mySecret": map[string]any{"client": "c"}}, Workflows: []*workflow.Definition{customer(t)}})
		if err != nil || out.Status != want {
			t.Errorf("%s (restart %v): %s, %v, %+v", name, restart, out.Status, err, out.Error)
			return false
		}
		outs[restart] = out
	}
	if !slices.Equal(outs[false].Path, outs[true].Path) || len(outs[false].Path) == 0 {
		t.Errorf("%s: %v, and with restarts %v", name, outs[false].Path, outs[true].Path)
		return false
	}
	return true
}

var answers = []simulate.Stub{
	{Call: "fetch", Output: "input: {}\nset: {logged: '${ .message }'}\n"},
	{Task: "findPet", Output: []any{map[string]any{"id": 1}}},
	{Task: "getStarWarsCharacter", Output: map[string]any{"content": map[string]any{"homeworld": "https://swapi.dev/api/planets/1"}}},
	{Call: "asyncapi", Delay: time.Minute, Output: []any{message(), message(), message(), message(), message()}},
	{Call: "script", Output: "out"}, {Call: "shell", Output: "out"}, {Call: "container", Output: "out"},
	{Output: map[string]any{"id": 1, "name": "Milou", "readings": []any{1, 2}}},
}

func message() map[string]any {
	return map[string]any{"correlationId": nil, "payload": map[string]any{"from": map[string]any{}}}
}

var happen = func() []simulate.Event {
	var list []simulate.Event
	for _, e := range []cloudevent.Event{
		{"type": "my.home.sensors.temperature", "source": "https://my.home.com/sensor", "roomid": "a", "data": map[string]any{"reading": 1}},
		{"type": "my.home.sensors.humidity", "source": "https://my.home.com/sensor", "roomid": "a", "data": map[string]any{"reading": 2}},
		{"type": "com.fake.petclinic.pets.checkup.completed.v2", "data": map[string]any{"pets": []any{}}},
		{"type": "com.fake-hospital.vitals.measurements.temperature", "data": map[string]any{"temperature": 39}},
		{"type": "com.fake-hospital.vitals.measurements.bpm", "data": map[string]any{"bpm": 120}},
		{"type": "com.virtual-wf-powered-race.events.race.started.v1", "data": map[string]any{"carId": 1}},
		{"type": "com.fake-hospital.patient.checked-out", "data": map[string]any{}},
	} {
		e["specversion"], e["id"] = "1.0", e.Type()
		list = append(list, simulate.Event{Event: e})
	}
	return list
}()

func customer(t *testing.T) *workflow.Definition {
	def, problems := workflow.Parse("customer.yaml", []byte("document: {dsl: 1.0.3, namespace: test, name: register-customer, version: 0.1.0}\ndo: [{a: {set: {registered: true}}}]\n"))
	if problems != nil {
		t.Fatal(problems)
	}
	return def
}
