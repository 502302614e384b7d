package manifest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// compact makes manifests of lines "Kind name {metadata} {spec}".
func compact(t *testing.T, file, lines string) []Resource {
	t.Helper()
	var text strings.Builder
	for line := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
		parts := strings.SplitN(strings.TrimSpace(line), " ", 3)
		text.WriteString("--- {apiVersion: slipway.dev/v1, kind: " + parts[0] + ", metadata: {name: " + parts[1] + ", team: box}, spec: " + parts[2] + "}\n")
	}
	found, problems := Parse(file, []byte(text.String()))
	if problems != nil {
		t.Fatal(problems)
	}
	return found
}

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
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var known []Resource
			if c.known != "" {
				known = compact(t, "known", c.known)
			}
			var got []string
			for _, p := range Check(compact(t, "f", c.found), known, c.partial) {
				got = append(got, p.String())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
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
