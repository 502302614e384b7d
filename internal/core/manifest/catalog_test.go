package manifest

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// compact makes manifests of lines "Kind name {metadata} {spec}".
func compact(t *testing.T, file, lines string) []Resource {
	t.Helper()
	found, problems := Parse(file, []byte(compactText(lines)))
	if problems != nil {
		t.Fatal(problems)
	}
	return found
}

func compactText(lines string) string {
	var text strings.Builder
	for line := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
		parts := strings.SplitN(strings.TrimSpace(line), " ", 3)
		text.WriteString("--- {apiVersion: slipway.dev/v1, kind: " + parts[0] + ", metadata: {name: " + parts[1] + ", team: box}, spec: " + parts[2] + "}\n")
	}
	return text.String()
}

// missing is what a problem says is not there.
var missing = regexp.MustCompile("^there is no (?:Flow|UseCase|BusinessProcess|Service or Component|Component) `(.*)`;")

func TestCheck(t *testing.T) {
	t.Parallel()
	platform := `
		Team box {}
		Environment dev {}
		Environment prod {after: dev, host: "{host}"}`
	for name, c := range map[string]struct {
		found, known string
		partial      bool
		want         []string
	}{
		"fine": {found: `Service a {image: "a:1", routes: [{host: x}], overrides: {prod: {}}}`, known: platform},
		"twice": {found: "Service a {image: \"a:1\"}\nService a {image: \"a:2\"}", known: platform,
			want: []string{"f:2:66: Service `a` is already there, at f:1:5"}},
		"unknown names": {found: "Environment qa {after: deev}\nService a {image: \"a:1\", overrides: {prdo: {}, other: {}}}", known: platform, want: []string{
			"f:1:100: there is no Environment `deev`; did you mean `dev`?",
			"f:2:120: there is no Environment `prdo`; did you mean `prod`?",
			"f:2:131: there is no Environment `other`; known here: `dev`, `prod`, `qa`"}},
		"no team": {found: "Environment qa {}", want: []string{"f:1:80: there is no Team `box`; there are none here"}},
		"partial": {found: "Service a {image: \"a:1\", overrides: {stage: {}, pord: {}}}", known: "Environment prod {}", partial: true,
			want: []string{"f:1:131: there is no Environment `pord`; did you mean `prod`?"}},
		"cycle": {found: "Environment a {after: c}\nEnvironment b {after: a}\nEnvironment c {after: b}\nEnvironment d {after: d}", known: "Team box {}", want: []string{
			"f:1:99: environments wait for one another: a after c after b after a",
			"f:2:99: environments wait for one another: b after a after c after b",
			"f:3:99: environments wait for one another: c after b after a after c",
			"f:4:99: environments wait for one another: d after d"}},
		"cycle behind": {found: "Environment a {after: b}", known: "Team box {}\nEnvironment b {after: c}\nEnvironment c {after: b}"},
		"governing": {found: `Environment qa {after: dev, gate: {approvals: {count: 1, from: [box, approver]}, parity: {with: prod, atLeast: 90%}}}
			Team ops {escalation: {steps: [{tell: [onCall, "team:box", "onCall:ops", "person:nobody-knows"]}]}}
			Freeze f {environments: [prod], from: "2026-12-20T00:00", until: "2027-01-04T06:00", reason: a}
			Policy p {environments: [qa], rules: [{name: a, expr: "true"}]}
			System s {description: a, environment: prod, breakGlass: {criteria: [a]}}
			Integration i {slack: {url: {from: a}}, for: [box]}`, known: platform},
		"governing names nobody": {found: `Environment qa {after: dev, gate: {approvals: {count: 1, from: [bax, aprover, quality]}, parity: {with: pord, atLeast: 90%}}}
			Environment qb {gate: {parity: {with: qb, atLeast: 90%}}}
			Team ops {escalation: {steps: [{tell: [onCall, "team:boxx", "onCall:op"]}]}}
			Freeze f {environments: [prod, prud], from: "2026-12-20T00:00", until: "2027-01-04T06:00", reason: a}
			Policy p {environments: [live], rules: [{name: a, expr: "true"}]}
			System s {description: a, environment: pro, breakGlass: {criteria: [a]}}
			Integration i {slack: {url: {from: a}}, for: [ops, bx]}`, known: platform,
			want: []string{
				"f:1:141: there is no Team or role `bax`; did you mean `box`?",
				"f:1:146: there is no Team or role `aprover`; did you mean `approver`?",
				"f:1:155: there is no Team or role `quality`; known here: `admin`, `approver`, `box`, `developer`, `operator`, `ops`, `security`, `viewer`",
				"f:1:181: there is no Environment `pord`; did you mean `prod`?",
				"f:2:115: an environment is always like itself; name another one",
				"f:3:124: there is no Team `boxx`; did you mean `box`?",
				"f:3:137: there is no Team `op`; did you mean `ops`?",
				"f:4:108: there is no Environment `prud`; did you mean `prod`?",
				"f:5:102: there is no Environment `live`; known here: `dev`, `prod`, `qa`, `qb`",
				"f:6:116: there is no Environment `pro`; did you mean `prod`?",
				"f:7:128: there is no Team `bx`; did you mean `box`?"}},
		"a team is no role": {found: `Team security {}`, known: platform,
			want: []string{"f:1:63: security is the name of a role; a gate that asks for it asks for the role, so give the team another name"}},
		"needs": {found: `Service a {image: "a:1", needs: [b, c]}
			Service b {image: "a:1", needs: [c]}`, known: platform + "\n" + `Service c {image: "a:1"}`},
		"needs nobody": {found: `Service a {image: "a:1", needs: [x-ray, payments]}`, known: platform + "\n" + `Service payment {image: "a:1"}`, want: []string{
			"f:1:110: there is no Service `x-ray`; known here: `a`, `payment`", "f:1:117: there is no Service `payments`; did you mean `payment`?"}},
		"needs in a circle": {found: `Service a {image: "a:1", needs: [x, b]}
			Service b {image: "a:1", needs: [c]}
			Service d {image: "a:1", needs: [d]}
			Service e {image: "a:1", needs: [a]}`, known: platform + "\n" + "Service c {image: \"a:1\", needs: [a]}\nService x {image: \"a:1\"}", want: []string{
			"f:1:109: services need one another: a needs b needs c needs a",
			"f:2:109: services need one another: b needs c needs a needs b",
			"f:3:109: services need one another: d needs d"}},
		"routes collide": {found: `Service b {image: "a:1", routes: [{host: y}, {host: x, path: /p/}], overrides: {prod: {routes: [{host: z}]}}}`,
			known: platform + "\n" + `Service a {image: "a:1", routes: [{host: x, path: /p}]}`,
			want:  []string{"f:1:122: service `b` in `dev` would be at dev.x/p/, where service `a` in `dev` already is"}},
		"override collides": {found: `Service b {image: "a:1", overrides: {prod: {routes: [{host: x}]}}}`,
			known: platform + "\n" + `Service a {image: "a:1", routes: [{host: x}]}`,
			want:  []string{"f:1:130: service `b` in `prod` would be at x/, where service `a` in `prod` already is"}},
		"environment takes hosts": {found: `Environment live {host: "{host}"}`,
			known: platform + "\n" + `Service a {image: "a:1", routes: [{host: x}]}`,
			want:  []string{"f:1:101: service `a` in `live` would be at x/, where service `a` in `prod` already is; give the environment a host pattern of its own"}},
		"flows": {found: `Flow a {type: user, criticality: low, start: a, end: b, process: p, escalation: box, dependsOn: [b], fallback: [c], steps: [{service: s, request: "GET /"}, {service: m, request: "GET /"}], alternatives: [{name: x, when: y, steps: [{service: s, event: z}]}]}
			Component m {type: service, partOf: [n], dependsOn: [s, d], provides: [i], consumes: [i]}
			UseCase u {purpose: a, start: a, end: b, dependsOn: [v], flows: [a]}
			BusinessProcess p {stages: [{useCase: u}, {useCase: v}]}`, known: platform + `
			Flow b {type: user, criticality: low, start: a, end: b, steps: [{event: c}]}
			Flow c {type: user, criticality: low, start: a, end: b, steps: [{event: c}]}
			UseCase v {purpose: a, start: a, end: b}
			Component n {type: system}
			Component d {type: resource}
			Component i {type: api}
			Service s {image: "a:1"}`},
		"flows name nothing": {found: `Flow a {type: user, criticality: low, start: a, end: b, process: p, escalation: bax, dependsOn: [b], fallback: [c], steps: [{service: s, request: "GET /"}], alternatives: [{name: x, when: y, steps: [{event: z}, {service: t, event: z}]}]}
			Component m {type: service, partOf: [m], dependsOn: [s, m2], provides: [m], consumes: [i]}
			UseCase u {purpose: a, start: a, end: b, dependsOn: [v], flows: [a2]}
			BusinessProcess q {stages: [{useCase: u}, {useCase: v}]}`, known: platform, want: []string{
			"f:1:142: there is no BusinessProcess `p`; did you mean `q`?",
			"f:1:157: there is no Team `bax`; did you mean `box`?",
			"f:1:174: there is no Flow `b`; did you mean `a`?",
			"f:1:189: there is no Flow `c`; did you mean `a`?",
			"f:1:211: there is no Service or Component `s`; did you mean `m`?",
			"f:1:298: there is no Service or Component `t`; did you mean `m`?",
			"f:2:113: components are part of one another: m of m",
			"f:2:114: the Component `m` is of type service; partOf asks for one of type system or domain",
			"f:2:130: there is no Service or Component `s`; did you mean `m`?",
			"f:2:133: there is no Service or Component `m2`; did you mean `m`?",
			"f:2:149: the Component `m` is of type service; provides asks for one of type api",
			"f:2:164: there is no Component `i`; did you mean `m`?",
			"f:3:130: there is no UseCase `v`; did you mean `u`?",
			"f:3:142: there is no Flow `a2`; did you mean `a`?",
			"f:4:129: there is no UseCase `v`; did you mean `u`?"}},
		"flows of other repositories": {found: `Flow a {type: user, criticality: low, start: a, end: b, process: elsewhere, dependsOn: [far-away], steps: [{service: tickets, request: "GET /"}, {service: payment, request: "GET /"}]}
			Service payments {image: "a:1"}`, partial: true, want: []string{
			"f:1:232: there is no Service or Component `payment`; did you mean `payments`?"}},
		"flows in a circle": {found: `Flow a {type: user, criticality: low, start: a, end: b, steps: [{event: c}], dependsOn: [b]}
			Flow d {type: user, criticality: low, start: a, end: b, steps: [{event: c}], dependsOn: [a]}
			UseCase u {purpose: a, start: a, end: b, dependsOn: [u]}
			Component x {type: system, dependsOn: [y], partOf: [y]}
			Component y {type: system, dependsOn: [x]}`, known: platform + `
			Flow b {type: user, criticality: low, start: a, end: b, steps: [{event: c}], fallback: [a]}`, want: []string{
			"f:1:165: flows depend on one another: a on b on a",
			"f:3:129: use cases depend on one another: u on u",
			"f:4:115: components depend on one another: x on y on x",
			"f:5:115: components depend on one another: y on x on y"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var known []Resource
			if c.known != "" {
				known = compact(t, "known", c.known)
			}
			var got []string
			lines := strings.Split(compactText(c.found), "\n")
			for _, p := range Check(compact(t, "f", c.found), known, c.partial) {
				got = append(got, p.String())
				if m := missing.FindStringSubmatch(p.Text); m != nil && !strings.Contains(lines[p.Line-1][p.Column-1:][:min(len(m[1])+8, len(lines[p.Line-1])-p.Column+1)], m[1]) {
					t.Errorf("%s is not at %s", m[1], p.Position)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A place is found in a file however it was read, and however far down it is.
func TestWhere(t *testing.T) {
	t.Parallel()
	data := corpus(t, "good")["flows.yaml"]
	for name, file := range map[string]string{"quick": string(data), "library": "\ufeff" + string(data), "in part": strings.Replace(string(data), "impact: C", "impact: >-\n    C", 1)} {
		found, problems := Parse("f", []byte(file))
		if problems != nil {
			t.Fatal(name, problems)
		}
		lines := strings.Split(file, "\n")
		for want, path := range map[string][]string{
			"tickets, request: \"GET /orders/{id}\"": {"spec", "steps", "[1]", "service"},
			"the card is refused":                    {"spec", "alternatives", "[0]", "when"}, "48h}": {"spec", "targets", "operations", "notice"},
			"{name: order,": {"spec", "steps", "[0]", "nothing"}, "[purchase-by-phone]": {"spec", "fallback", "[9]"},
		} {
			at := found[0].Where(path...)
			if !strings.HasPrefix(lines[at.Line-1][at.Column-1:], want) {
				t.Errorf("%s: %v is at %s: %q", name, path, at, lines[at.Line-1][at.Column-1:])
			}
		}
		if last := found[len(found)-1]; !strings.HasPrefix(lines[last.Where("spec", "prices").Line-1], "  prices") {
			t.Errorf("%s: the last is at %s", name, last.Where("spec", "prices"))
		}
	}
	stored, err := Load([]byte(`{"apiVersion":"slipway.dev/v1","kind":"Team","metadata":{"name":"a"},"spec":{}}`))
	if err != nil || stored.Where("spec") != (Position{}) {
		t.Errorf("what was stored is at %v (%v)", stored.Where("spec"), err)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"replicas", "run", "rollback", "routes"}
	for word, want := range map[string]string{
		"replica": "replicas", "Replicas": "replicas", "rolback": "rollback", "urn": "run", "ruotes": "routes",
		"banana": "", "x": "", strings.Repeat("r", 5000): "",
	} {
		if got := nearest(word, known); got != want {
			t.Errorf("nearest(%.20q) = %q, want %q", word, got, want)
		}
	}
}
