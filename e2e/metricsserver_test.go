package e2e

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slipway.dev/client/model"
	"slipway.dev/e2e/house"
	"slipway.dev/internal/freeport"
	"slipway.dev/internal/loadgen"
)

// server is a real Prometheus that scrapes a control plane.
type server struct {
	address, dir string
	cmd          *exec.Cmd
}

func newServer(t *testing.T, h *house.House) *server {
	t.Helper()
	if _, err := exec.LookPath("prometheus"); err != nil {
		t.Skip("no prometheus is installed")
	}
	ports, err := freeport.Addresses(1)
	must(t, err)
	s := &server{address: ports[0], dir: t.TempDir()}
	must(t, os.WriteFile(filepath.Join(s.dir, "prometheus.yml"), []byte(fmt.Sprintf(`scrape_configs:
  - job_name: slipway
    honor_labels: true
    scrape_interval: 5s
    authorization: {credentials_file: %s}
    static_configs: [{targets: [%q]}]
`, filepath.Join(h.Data(), "token"), h.API())), 0o600))
	t.Cleanup(s.kill)
	return s
}

func (s *server) start(t *testing.T, ctx context.Context) {
	t.Helper()
	s.cmd = exec.Command("prometheus", "--config.file", filepath.Join(s.dir, "prometheus.yml"), "--storage.tsdb.path", filepath.Join(s.dir, "data"), "--web.listen-address", s.address)
	must(t, s.cmd.Start())
	must(t, house.Wait(ctx, "Prometheus is ready", func() (bool, error) {
		r, err := http.Get("http://" + s.address + "/-/ready")
		if err != nil {
			return false, nil //nolint:nilerr // it comes up
		}
		r.Body.Close()
		return r.StatusCode == http.StatusOK, nil
	}))
}

func (s *server) kill() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
		s.cmd = nil
	}
}

// TestMetricsServerAway has the figures of an environment in a Prometheus that goes away.
// Then nobody knows how its flows do, and the door stays shut until it is back.
func TestMetricsServerAway(t *testing.T) {
	t.Parallel()
	if !heavy() {
		t.Skip("with SLIPWAY_HEAVY=1")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	h := newHouse(t, house.Options{})
	must(t, h.Up(ctx, ""))
	server := newServer(t, h)
	server.start(t, ctx)
	repo, err := h.Found(ctx, t.TempDir()+"/repo", house.Version{Name: "v0", Flows: sale})
	must(t, err)
	with := strings.Replace(prod, "after: dev,", fmt.Sprintf("after: dev, metrics: {prometheus: {url: %q, private: true}},", "http://"+server.address), 1)
	_, err = h.Apply(ctx, model.ApplyRequest{Source: "platform", Files: []model.File{{Name: "platform.yaml", Content: house.Platform + "---\n" + with}}})
	must(t, err)
	promote(t, ctx, h, "", "completed")
	load := loadgen.Start(ctx, loadgen.Options{Address: h.HTTP, Rate: 20, Clients: 2, Next: loadgen.Mix("prod."+house.Host, 1, "/orders")})
	defer load.Stop()
	_, err = h.Deliver(ctx, repo, house.Version{Name: "v1", Flows: sale})
	must(t, err)
	becomes := func(verdict, text string) {
		t.Helper()
		var c model.Condition
		err := house.Wait(ctx, "the budget is "+verdict, func() (bool, error) {
			c = condition(t, ctx, h, "budget")
			return c.Verdict == verdict && strings.Contains(c.Reason, text), nil
		})
		if err != nil {
			t.Fatalf("%v; last seen: %+v", err, c)
		}
		t.Log(c.Verdict, c.Reason)
	}
	becomes("pass", "left")
	server.kill()
	becomes("unknown", "")
	_, err = h.Promote(ctx, model.PromoteRequest{Service: house.Service, Environment: "prod", Fix: "it mends much"})
	must(t, err)
	inProd(t, ctx, h, "waiting")
	becomes("unknown", "")
	server.start(t, ctx)
	inProd(t, ctx, h, "completed")
}
