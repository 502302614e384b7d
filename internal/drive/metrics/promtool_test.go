package metrics

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"slipway.dev/internal/target"
)

// TestPromtool lets Prometheus' own tool look at what is offered.
func TestPromtool(t *testing.T) {
	if _, err := exec.LookPath("promtool"); err != nil {
		t.Skip("there is no promtool on this machine: install Debian's package prometheus to run this")
	}
	w := newWorld(t)
	w.count(5)
	w.instances = []Instance{{ID: "a", Service: "tickets", Environment: "prod", Release: "r1", State: target.Healthy}}
	w.used["a"] = target.Usage{CPUSeconds: 1.5, MemoryBytes: 1 << 30}
	cmd := exec.Command("promtool", "check", "metrics")
	cmd.Stdin = strings.NewReader(w.text())
	if out, err := cmd.CombinedOutput(); err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}
