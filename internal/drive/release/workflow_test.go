package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway.dev/internal/core/config"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/release"
)

const head = "document: {dsl: '1.0.3', namespace: shop, name: restart, version: '1.0.0'}\n"

// workflowOf asks for a release of a workflow, as its manifest does.
func (w *world) workflowOf(id, file string) release.State {
	w.Helper()
	found, problems := manifest.Parse("f.yaml", []byte(`apiVersion: slipway.dev/v1
kind: Service
metadata: {name: tickets, team: shop}
spec: {source: {path: tickets}, workflow: {file: "`+file+`"}, secrets: {TOKEN: {from: token}}}
`))
	w.must(problems.Err())
	s, err := found[0].Service()
	w.must(err)
	build, item := config.BuildOf(s)
	w.tell(release.MachineID("tickets", id), release.EventRequested, config.Release{ID: id, Service: "tickets", Source: "shop", URL: "/srv/shop.git",
		Commit: w.commit, Path: "tickets", Build: build, Workflow: item, Spec: w.digest, Order: 1})
	return w.ended(id)
}

// TestWorkflow: what is taken is the file, as it was written.
func TestWorkflow(t *testing.T) {
	text := head + "use: {secrets: [TOKEN]}\ndo: [{a: {set: {b: 1}}}]\n"
	w := newWorld(t, "it's $HOME.yaml", text)
	s := w.workflowOf("r1", "it's $HOME.yaml")
	if s.Status != release.Built {
		t.Fatalf("%s: %s", s.Status, s.Error)
	}
	root, err := w.driver.Artifacts.Unpack(t.Context(), s.Artifact.Digest)
	w.must(err)
	if b, err := os.ReadFile(filepath.Join(root, config.WorkflowFile)); err != nil || string(b) != text {
		t.Errorf("%q, %v", b, err)
	}
}

// TestBadWorkflow: what is wrong with it fails its build, with the place in its log.
func TestBadWorkflow(t *testing.T) {
	for name, c := range map[string]struct{ text, file, want string }{
		"wrong":   {head + "do: [{a: {cal: http}}]\n", "r.yaml", "tickets/r.yaml:2:"},
		"refused": {head + "do: [{a: {run: {script: {language: cobol, code: x}}}}]\n", "r.yaml", "would be refused when it runs"},
		"missing": {head + "do: [{a: {set: {b: 1}}}]\n", "other.yaml", "there is no file tickets/other.yaml"},
		"secret":  {head + "use: {secrets: [PIN]}\ndo: [{a: {set: {b: 1}}}]\n", "r.yaml", "it uses the secret PIN"},
		"folder":  {head + "do: [{a: {set: {b: 1}}}]\n", "sub", "tickets/sub is no file"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "r.yaml", c.text, "sub/x.yaml", "x")
			s := w.workflowOf("r1", c.file)
			if s.Status != release.Failed || !strings.Contains(s.Error, c.want) || !strings.Contains(w.log("r1"), c.want) {
				t.Errorf("%s: %s\n%s", s.Status, s.Error, w.log("r1"))
			}
		})
	}
}
