package examples_test

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/examples"
	"slipway.dev/internal/core/catalog"
	"slipway.dev/internal/core/flow"
	"slipway.dev/internal/core/manifest"
)

func TestManifests(t *testing.T) {
	t.Parallel()
	processes := []string{"BusinessProcess/planning-programme", "BusinessProcess/purchasing-ticket", "BusinessProcess/running-shop"}
	flows := []string{"Flow/collect-telemetry", "Flow/create-upcoming-concerts", "Flow/list-concerts", "Flow/purchase-ticket", "Flow/search-concerts", "Flow/sign-in"}
	services := []string{"Service/concerts", "Service/payments", "Service/signin", "Service/telemetry", "Service/tickets"}
	teams := []string{"Team/box-office", "Team/programme"}
	useCases := []string{"UseCase/buying-a-ticket", "UseCase/finding-a-concert", "UseCase/observing-the-shop", "UseCase/publishing-a-concert", "UseCase/signing-in"}
	for platform, environments := range map[string][]string{
		"platform":         {"Environment/dev"},
		"platform-promote": {"Environment/dev", "Environment/prod", "Environment/staging"},
	} {
		t.Run(platform, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, r := range resources(t, newShop(t), platform) {
				got = append(got, r.ID())
			}
			slices.Sort(got)
			if diff := cmp.Diff(slices.Concat(processes, environments, flows, services, teams, useCases), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// resources gives what the shop and a platform declare, once it is seen to be sound.
func resources(t *testing.T, s shop, platform string) []manifest.Resource {
	t.Helper()
	var all []manifest.Resource
	for _, name := range []string{"slipway.yaml", ".slipway/flows.yaml", ".slipway/use-cases.yaml", platform + "/platform.yaml"} {
		content, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		found, problems := manifest.Parse(name, content)
		if err := problems.Err(); err != nil {
			t.Fatal(err)
		}
		all = append(all, found...)
	}
	if problems := manifest.Check(all, nil, false); len(problems) > 0 {
		t.Error(problems)
	}
	return all
}

// TestFlowsAreServed sends each request of a flow's steps to the service that is to serve it.
func TestFlowsAreServed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	running := map[string]*process{}
	up := func(service string) *process {
		if running[service] == nil {
			running[service] = start(t, s.build(t, service), keyFile(t), "SLIPWAY_URL_PAYMENTS=http://127.0.0.1:1").up(t)
		}
		return running[service]
	}
	for _, r := range resources(t, s, "platform") {
		if r.Kind != manifest.KindFlow {
			continue
		}
		f, err := flow.Of(r)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range f.Steps {
			p := up(step.Service)
			if step.Request == "" {
				if _, figures := p.get(t, "/metrics"); !strings.Contains(figures, "\n"+step.Metric+" ") || !strings.Contains(figures, "\n"+step.Failed+" ") {
					t.Errorf("%s: %s has no metrics %s and %s:\n%s", f.Name, step.Service, step.Metric, step.Failed, figures)
				}
				continue
			}
			method, path, _ := strings.Cut(step.Request, " ")
			status, body := p.ask(t, method, strings.TrimSuffix(path, "{$}"), "{}")
			if status == 0 || status == http.StatusNotFound || status == http.StatusMethodNotAllowed {
				t.Errorf("%s: %s answers %s with %d %s", f.Name, step.Service, step.Request, status, body)
			}
		}
	}
	if len(running) != 5 {
		t.Errorf("flows go through %d services", len(running))
	}
}

// TestFindings holds the shop to the catalog's rules. That orders come in the clear is so: a
// demo has no certificates.
func TestFindings(t *testing.T) {
	t.Parallel()
	var got []string
	for _, f := range catalog.Of(resources(t, newShop(t), "platform")).Findings() {
		got = append(got, f.Name+": "+f.Text)
	}
	if diff := cmp.Diff([]string{"purchase-ticket: it handles payment-card, and its requests may come in the clear"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	if err := examples.Judge(s.dir, "tickets", "concerts"); err != nil {
		t.Fatal(err)
	}
	for _, r := range resources(t, s, "platform") {
		service, err := r.Service()
		if err != nil {
			continue
		}
		c := service.Strategy.Canary
		judged := c != nil && len(c.Steps) == 0
		if want := r.Name == "tickets" || r.Name == "concerts"; judged != want || want && (c.Sticky == nil || !c.Sticky.Cookie) {
			t.Errorf("%s: %+v", r.Name, service.Strategy)
		}
	}
	if err := examples.Judge(s.dir, "nobody"); err == nil {
		t.Error("there is no such service, and no error")
	}
}

// TestVariantsAreOfServices sees that each variant changes a file that is there.
func TestVariantsAreOfServices(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, v := range examples.Variants() {
		file := filepath.Join(s.dir, "services", v.Service, "version.go")
		before, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Apply(s.dir, "2"); err != nil {
			t.Fatal(err)
		}
		after, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if string(before) == string(after) {
			t.Errorf("%s changes nothing", v.Name)
		}
	}
}
