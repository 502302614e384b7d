package main

import (
	"bytes"
	"fmt"
)

type file struct {
	name string
	data string
}

// perFile is how many manifests are in one file. A file has at most 1000, and 1 MB.
const perFile = 900

// town is the manifests of a large company: a team owns ten services and the hundred flows
// that cross them. All that they name is there.
func town(services, flows int) []file {
	var t writer
	teams := max(1, services/10)
	for i := range teams {
		t.put("Team", fmt.Sprintf("team-%d", i), "", "  members:\n    - {name: Ada, person: ada}\n  onCall: [ada]\n")
	}
	t.put("Environment", "prod", "", "  prices: {cpuHour: 0.04 EUR, million: 0.60 EUR}\n")
	for i := range services {
		t.put("Service", fmt.Sprintf("service-%d", i), fmt.Sprintf("team-%d", i%teams), service(i))
	}
	useCases := max(1, flows/10)
	for i := range flows {
		t.put("Flow", fmt.Sprintf("flow-%d", i), fmt.Sprintf("team-%d", i%teams), flow(i, services, useCases))
	}
	for i := range useCases {
		var of bytes.Buffer
		for j := i; j < flows; j += useCases {
			fmt.Fprintf(&of, "    - flow-%d\n", j)
		}
		t.put("UseCase", fmt.Sprintf("use-case-%d", i), "", "  purpose: People get what they came for.\n  start: they come\n  end: they go\n"+
			"  execution: {frequency: 20000/d, peak: 2/s}\n  flows:\n"+of.String())
	}
	for i := range max(1, useCases/10) {
		var of bytes.Buffer
		for j := i; j < useCases; j += max(1, useCases/10) {
			fmt.Fprintf(&of, "    - {useCase: use-case-%d}\n", j)
		}
		t.put("BusinessProcess", fmt.Sprintf("process-%d", i), "", "  owner: Head of sales\n  stages:\n"+of.String())
	}
	return t.done()
}

func service(i int) string {
	return fmt.Sprintf(`  source: {path: services/service-%d}
  build: {run: go build -o $OUT/app .}
  run:
    command: [./app]
    replicas: 2
    limits: {memory: 128Mi, cpu: "0.5"}
  health: {http: /healthz}
  strategy: {canary: {}}
`, i)
}

// flow is one of a user, with three steps, an error path and targets. Each tenth depends on
// another one, of which the target is stricter.
func flow(i, services, useCases int) string {
	criticality, availability, on := []string{"high", "medium", "low"}[i%3], "99.9%", ""
	if i%10 == 0 {
		availability = "99.99%"
	} else if i%10 == 1 {
		on = fmt.Sprintf("  dependsOn: [flow-%d]\n", i-1)
	}
	return fmt.Sprintf(`  type: user
  description: A customer does what flow %[1]d is for.
  process: process-%[2]d
  criticality: %[3]s
  impact: Customers cannot go on; every minute loses sales.
  start: customer asks for it
  end: customer has got it
  steps:
    - {service: service-%[4]d, request: POST /orders/%[1]d}
    - {service: service-%[5]d, request: "GET /orders/%[1]d/{id}"}
    - {name: done, service: service-%[5]d, request: "DELETE /orders/%[1]d/hold"}
  alternatives:
    - {name: refused, when: the card is refused, error: true, end: customer is told}
%[6]s  targets:
    reliability: {availability: %[7]s, latency: {p99: 300ms}, window: 30d}
    operations: {recovery: 15m}
    performance: {throughput: 10/s}
`, i, (i%useCases)%max(1, useCases/10), criticality, i%services, (i*7+1)%services, on, availability)
}

// writer puts manifests into files.
type writer struct {
	files []file
	now   bytes.Buffer
	n     int
}

func (w *writer) put(kind, name, team, spec string) {
	if w.n == perFile {
		w.cut()
	}
	fmt.Fprintf(&w.now, "---\napiVersion: slipway.dev/v1\nkind: %s\nmetadata:\n  name: %s\n", kind, name)
	if team != "" {
		fmt.Fprintf(&w.now, "  team: %s\n", team)
	}
	fmt.Fprintf(&w.now, "spec:\n%s", spec)
	w.n++
}

func (w *writer) cut() {
	w.files = append(w.files, file{fmt.Sprintf("catalog-%03d.yaml", len(w.files)), w.now.String()})
	w.now.Reset()
	w.n = 0
}

func (w *writer) done() []file {
	w.cut()
	return w.files
}
