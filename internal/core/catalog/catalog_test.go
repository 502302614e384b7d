package catalog

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/manifest"
)

var update = flag.Bool("update", false, "record the findings in testdata anew")

// compact makes resources of lines "Kind name spec", with the team box.
func compact(t testing.TB, lines string) []manifest.Resource {
	t.Helper()
	var text strings.Builder
	for line := range strings.SplitSeq(strings.TrimSpace(lines), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		parts := strings.SplitN(line, " ", 3)
		team := ", team: box"
		if strings.HasSuffix(parts[1], "!") {
			team, parts[1] = "", strings.TrimSuffix(parts[1], "!")
		}
		text.WriteString("--- {apiVersion: slipway.dev/v1, kind: " + parts[0] + ", metadata: {name: " + parts[1] + team + "}, spec: " + parts[2] + "}\n")
	}
	found, problems := manifest.Parse("f", []byte(text.String()))
	if problems != nil {
		t.Fatal(problems)
	}
	return found
}

func (f Finding) line() string {
	return fmt.Sprintf("%s %s/%s %s at %d:%d: %s", f.Severity, f.Kind, f.Name, f.Code, f.At.Line, f.At.Column, f.Text)
}

// Each file in testdata is resources, and after "-- findings --" what is found in them.
func TestFindings(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			input, want, _ := strings.Cut(string(data), "-- findings --\n")
			var got strings.Builder
			c := Of(compact(t, input))
			all := c.Findings()
			for _, flow := range c.Flows() {
				var its []Finding
				for _, f := range all {
					if f.Kind == manifest.KindFlow && f.Name == flow.Name {
						its = append(its, f)
					}
				}
				if diff := cmp.Diff(its, c.FindingsOf(flow.Name)); diff != "" {
					t.Errorf("findings of %s:\n%s", flow.Name, diff)
				}
				checkAttributes(t, c, flow.Name)
			}
			for _, f := range all {
				if f.Text == "" || f.Looked == "" || f.Hint == "" || f.Kind == "" || f.At.Line == 0 {
					t.Errorf("incomplete: %+v", f)
				}
				fmt.Fprintln(&got, f.line())
			}
			if *update {
				if err := os.WriteFile(file, []byte(input+"-- findings --\n"+got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, got.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The order in which resources come changes nothing.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	all := compact(t, shop)
	want := Of(all).Findings()
	for range all {
		all = append(all[1:], all[0])
		if diff := cmp.Diff(want, Of(all).Findings()); diff != "" {
			t.Fatal(diff)
		}
	}
}

const shop = `
Team box {members: [{name: Ada, person: ada}], onCall: [ada]}
Environment prod {prices: {cpuHour: 0.04 EUR}}
Service tickets {image: "a:1", needs: [ledger], run: {replicas: 2}}
Service payments {image: "a:1", run: {replicas: 2}}
Service ledger {image: "a:1"}
Component bank {type: service, availability: 99.5%}
Component city {type: service, dependsOn: [bank, grid]}
Component grid {type: resource, availability: 99%}
Flow sign-in {type: user, criticality: medium, start: a, end: b, steps: [{service: payments, request: "POST /login"}], targets: {reliability: {availability: 99.8%}}}
Flow by-phone {type: user, criticality: low, start: a, end: b, steps: [{event: call}], targets: {reliability: {availability: 90%, measure: {good: "g[window]", total: "t[window]"}}}}
Flow buy {type: user, criticality: high, start: a, end: b, steps: [{service: tickets, request: "POST /orders"}, {service: bank, request: "POST /pay"}], dependsOn: [sign-in], fallback: [by-phone], targets: {reliability: {availability: 99.9%}}}
Flow browse {type: user, criticality: low, start: a, end: b, steps: [{service: city, request: "GET /"}], regions: 2}
UseCase buying {purpose: a, start: a, end: b, flows: [buy, browse]}
BusinessProcess selling {stages: [{useCase: buying}]}`

func TestCatalog(t *testing.T) {
	t.Parallel()
	c := Of(compact(t, shop))
	var flows []string
	for _, f := range c.Flows() {
		flows = append(flows, f.Name)
	}
	if got := fmt.Sprint(flows); got != "[browse buy by-phone sign-in]" {
		t.Error(got)
	}
	if of := c.FlowsOf("payments"); len(of) != 1 || of[0].Name != "sign-in" {
		t.Errorf("flows of payments: %v", of)
	}
	if of := c.FlowsOf("nobody"); len(of) != 0 {
		t.Errorf("flows of nobody: %v", of)
	}
	if f, ok := c.Flow("buy"); !ok || f.Team != "box" || len(f.Steps) != 2 {
		t.Errorf("flow: %+v", f)
	}
	states := ""
	for _, a := range c.Attributes("browse") {
		states += string(a.State) + " "
	}
	if want := "ok ok ok finding notAssessed notAssessed notAssessed notAssessed finding "; states != want {
		t.Errorf("attributes of browse: %s", states)
	}
	if c.Attributes("sell") != nil || c.FindingsOf("sell") != nil {
		t.Error("attributes and findings of a flow that nobody declared")
	}
	if _, ok := c.Flow("sell"); ok {
		t.Error("there is a flow that nobody declared")
	}
	u, _ := c.UseCase("buying")
	p, _ := c.Process("selling")
	m, _ := c.Component("bank")
	if u.Spec.Purpose != "a" || len(p.Spec.Stages) != 1 || m.Spec.Type != "service" || fmt.Sprint(c.UseCasesOf("buy")) != "[buying]" {
		t.Errorf("%+v %+v %+v", u, p, m)
	}
}

// However many parts are looked at, all findings are there, in the same order.
func TestParts(t *testing.T) {
	t.Parallel()
	c := Of(append(compact(t, shop), manifest.Resource{Kind: "Flow", Name: "odd", Spec: []byte(`{"steps": 7}`)}))
	want := c.Findings()
	for parts := range 7 {
		found := make([][]Finding, parts+1)
		for i := range found {
			found[i] = c.FindingsIn(i, parts+1)
		}
		if diff := cmp.Diff(want, Ordered(found...)); diff != "" {
			t.Errorf("in %d parts:\n%s", parts+1, diff)
		}
	}
}

// What cannot be read is told, and does not take the rest with it.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	all := compact(t, shop)
	all = append(all, manifest.Resource{Kind: "Flow", Name: "odd", Spec: []byte(`{"steps": 7}`)})
	c := Of(all)
	if f := c.Findings()[0]; f.Code != Unreadable || f.Name != "odd" || len(c.Flows()) != 4 {
		t.Errorf("%+v", f)
	}
}

// checkAttributes wants the nine attributes, each with what was looked at, and a reason where
// it was not found in order.
func checkAttributes(t *testing.T, c *Catalog, flow string) {
	t.Helper()
	var names []string
	for _, a := range c.Attributes(flow) {
		names = append(names, a.Name)
		if a.Looked == "" || (a.State == OK) != (len(a.Texts) == 0) || a.Hint == "" {
			t.Errorf("%s: %+v", flow, a)
		}
	}
	if got := strings.Join(names, " "); got != "scoped logical maintainable defined reliable scalable secure efficient userCentric" {
		t.Errorf("%s has the attributes %s", flow, got)
	}
}
