package examples_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slipway.dev/examples"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/simulate"
)

// newRunbook is the shop with the runbook.
func newRunbook(t *testing.T) shop {
	t.Helper()
	s := newShop(t)
	if err := examples.AddRunbook(s.dir); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s shop) read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(s.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestRunbookScenarios runs the scenarios that are beside the runbook.
func TestRunbookScenarios(t *testing.T) {
	t.Parallel()
	s := newRunbook(t)
	d, problems := workflow.Parse("pay-the-bands.yaml", s.read(t, "workflows/pay-the-bands.yaml"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if refused := d.Refusals(); len(refused) > 0 {
		t.Errorf("it would not run: %v", refused)
	}
	suite, problems := simulate.ParseSuite("pay-the-bands.test.yaml", s.read(t, "workflows/pay-the-bands.test.yaml"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if len(suite.Scenarios) < 6 {
		t.Errorf("%d scenarios", len(suite.Scenarios))
	}
	for i := range suite.Scenarios {
		t.Run(suite.Scenarios[i].Name, func(t *testing.T) {
			t.Parallel()
			for _, failure := range suite.Scenarios[i].Test(d).Failures {
				t.Error(failure)
			}
		})
	}
}

// TestRunbookManifest sees that the runbook's manifest is sound beside the shop's, and names files that are there.
func TestRunbookManifest(t *testing.T) {
	t.Parallel()
	s := newRunbook(t)
	all := resources(t, s, "platform")
	const name = ".slipway/pay-the-bands.yaml"
	found, problems := manifest.Parse(name, s.read(t, name))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	if problems := manifest.Check(append(all, found...), nil, false); len(problems) > 0 {
		t.Error(problems)
	}
	for _, r := range found {
		spec, err := r.Service()
		if err != nil {
			t.Fatal(err)
		}
		if r.Name == "pay-the-bands" && spec.Workflow == nil {
			t.Error("the runbook is no workflow")
		}
		if w := spec.Workflow; w != nil {
			s.read(t, filepath.Join(string(spec.Source.Path), string(w.File)))
		}
	}
}

// TestPayouts sees that the bank is busy twice for each run, and counts.
func TestPayouts(t *testing.T) {
	t.Parallel()
	p := start(t, newRunbook(t).build(t, "payouts")).up(t)
	const reserve = `{"run":"dev.pay-the-bands.1","cents":100}`
	for i, want := range []int{http.StatusServiceUnavailable, http.StatusServiceUnavailable, http.StatusCreated} {
		if status, body := p.post(t, "/reservations", reserve); status != want {
			t.Errorf("%d: status %d, want %d: %s", i, status, want, body)
		}
	}
	for _, c := range []struct {
		path, body string
		status     int
		says       string
	}{
		{"/transfers", `{"run":"dev.pay-the-bands.2","reservation":"R-1"}`, http.StatusConflict, "nothing is reserved"},
		{"/transfers", `{"run":"dev.pay-the-bands.1","reservation":"R-1"}`, http.StatusCreated, `"T-1"`},
		{"/reservations", `{"run":"dev.pay-the-bands.3","cents":0}`, http.StatusUnprocessableEntity, "more than nothing"},
		{"/reservations", `{"cents":5}`, http.StatusBadRequest, "names the run"},
	} {
		if status, body := p.post(t, c.path, c.body); status != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s %s: %d %s", c.path, c.body, status, body)
		}
	}
	if _, body := p.get(t, "/accounts"); !strings.Contains(body, `"dev.pay-the-bands.1":{"asked":3,"reserved":1,"transfers":1}`) {
		t.Errorf("accounts: %s", body)
	}
}
