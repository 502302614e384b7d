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
