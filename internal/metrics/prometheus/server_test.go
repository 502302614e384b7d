package prometheus

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"slipway.dev/internal/freeport"
	"slipway.dev/internal/metrics"
	"slipway.dev/internal/metrics/metricstest"
)

// started gives the address of a real server that has the suite's data, and when that begins.
func started(t *testing.T) (url string, from time.Time) {
	t.Helper()
	for _, program := range []string{"prometheus", "promtool"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("there is no %s on this machine: install Debian's package prometheus to run this", program)
		}
	}
	dir := t.TempDir()
	from = time.Now().Add(-6 * time.Hour).Truncate(10 * time.Minute).UTC()
	text := filepath.Join(dir, "data.txt")
	if err := os.WriteFile(text, openMetrics(metricstest.Data(from)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("promtool", "tsdb", "create-blocks-from", "openmetrics", text, filepath.Join(dir, "tsdb")).CombinedOutput(); err != nil {
		t.Fatalf("promtool: %v\n%s", err, out)
	}
	config := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(config, []byte("global: {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ports, err := freeport.Find(1)
	if err != nil {
		t.Fatal(err)
	}
	address := "127.0.0.1:" + strconv.Itoa(ports[0])
	var said bytes.Buffer
	cmd := exec.Command("prometheus", "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "tsdb"), "--web.listen-address="+address)
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if resp, err := http.Get("http://" + address + "/-/ready"); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return "http://" + address, from
			}
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	t.Fatalf("prometheus is not ready:\n%s", said.String())
	return "", from
}

// openMetrics writes data as promtool wants it: all of a series together.
func openMetrics(data []metricstest.Write) []byte {
	lines := map[string]map[string][]string{} // by family, by series
	for _, w := range data {
		for _, s := range w.Samples {
			family := strings.TrimSuffix(strings.TrimSuffix(s.Name, "_total"), "_bucket")
			var labels []string
			for _, name := range slices.Sorted(maps.Keys(s.Labels)) {
				value := strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`).Replace(s.Labels[name])
				labels = append(labels, fmt.Sprintf(`%s="%s"`, name, value))
			}
			id := fmt.Sprintf("%s{%s}", s.Name, strings.Join(labels, ","))
			if lines[family] == nil {
				lines[family] = map[string][]string{}
			}
			lines[family][id] = append(lines[family][id], fmt.Sprintf("%s %v %d\n", id, s.Value, w.At.Unix()))
		}
	}
	var out bytes.Buffer
	for _, family := range slices.Sorted(maps.Keys(lines)) {
		fmt.Fprintf(&out, "# TYPE %s unknown\n", family)
		for _, id := range slices.Sorted(maps.Keys(lines[family])) {
			out.WriteString(strings.Join(lines[family][id], ""))
		}
	}
	out.WriteString("# EOF\n")
	return out.Bytes()
}

func TestARealServer(t *testing.T) {
	t.Parallel()
	url, from := started(t)
	s, err := New(Options{URL: url, Private: true})
	if err != nil {
		t.Fatal(err)
	}
	metricstest.Run(t, s, from)
	t.Run("Eval", func(t *testing.T) { evaluates(t, s, from) })
}

func evaluates(t *testing.T, s *Server, from time.Time) {
	at := from.Add(time.Hour)
	for expr, want := range map[string]float64{
		"42":                                    42,
		"sum(increase(shop_orders_total[10m]))": 780,
	} {
		if got, known, err := s.Eval(context.Background(), expr, at); err != nil || !known || got != want {
			t.Errorf("%s: %v, %t, %v", expr, got, known, err)
		}
	}
	for _, expr := range []string{"nothing_total", "sum(nothing_total)", "0/0", "1/0"} {
		if got, known, err := s.Eval(context.Background(), expr, at); err != nil || known {
			t.Errorf("%s: %v, %t, %v", expr, got, known, err)
		}
	}
	for _, expr := range []string{"sum(", "shop_orders_total", "shop_odd_total[5m]", `"text"`} {
		if got, known, err := s.Eval(context.Background(), expr, at); known || code(err) != "invalid" {
			t.Errorf("%s: %v, %t, %v", expr, got, known, err)
		}
	}
	if _, err := s.Range(context.Background(), metrics.Query{Name: "shop_gap", Of: metrics.Last, From: at.Add(-time.Hour), To: at, Step: time.Second}); err != nil {
		t.Errorf("steps of a second: %v", err)
	}
}
