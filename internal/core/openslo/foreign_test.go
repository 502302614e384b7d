package openslo

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"flag"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/manifest"
)

var update = flag.Bool("update", false, "write what comes out into testdata")

// TestForeign reads documents that others may have written. Each archive has what goes in, the
// manifests that come out, and what is noted.
func TestForeign(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			out, err := Import("slo.yaml", archive.Files[0].Data)
			if err != nil {
				t.Fatal(err)
			}
			if len(out.Resources) > 0 {
				t.Errorf("nothing of it is complete: %+v", out.Resources)
			}
			if _, problems := manifest.Parse("out.yaml", out.YAML); len(out.YAML) > 0 && len(problems) == 0 {
				t.Error("it pretends to be complete")
			}
			var notes strings.Builder
			for _, n := range out.Notes {
				fmt.Fprintf(&notes, "%s: %s: %s: %s\n", n.At, n.Object, n.Field, n.Text)
			}
			want := &txtar.Archive{Comment: archive.Comment, Files: []txtar.File{archive.Files[0], {Name: "flows.yaml", Data: out.YAML}, {Name: "notes", Data: []byte(notes.String())}}}
			if *update {
				if err := os.WriteFile(file, txtar.Format(want), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(txtar.Format(archive)), string(txtar.Format(want))); diff != "" {
				t.Errorf("(-want +got, -update writes it)\n%s", diff)
			}
		})
	}
}

func TestCounted(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{ // of a counter; "": it cannot be seen
		"orders_total": "sum(increase(orders_total[window]))",
		`sum(orders_total{code=~"2..|3..",x="}"})`:                            `sum(increase(orders_total{code=~"2..|3..",x="}"}[window]))`,
		"sum(increase(orders_total[window]))":                                 "sum(increase(orders_total[window]))",
		"sum(rate(orders_total[5m]))":                                         "sum(increase(orders_total[window]))",
		`sum(rate(orders_total{a="rate([5m])"}[5m])) - sum(rate(bad[1h30m]))`: `sum(increase(orders_total{a="rate([5m])"}[window])) - sum(increase(bad[window]))`,
		"sum(rate(orders_total[{{.window}}]))":                                "sum(increase(orders_total[window]))",
		"sum(increase(orders_total[{{ .window }}]))":                          "sum(increase(orders_total[window]))",
		"sum(rate(orders_total[$__range]))":                                   "sum(increase(orders_total[window]))",
		"sum(rate(orders_total[5m])) * 300":                                   "",
		"sum(rate(a[5m])) / sum(rate(b[5m]))":                                 "",
		"sum by (job) (rate(orders_total[5m]))":                               "",
		"avg(rate(orders_total[5m]))":                                         "",
		"histogram_quantile(0.9, rate(b_bucket[5m]))":                         "",
		"sum(rate(orders_total[5m] offset 1h))":                               "",
		"sum(irate(orders_total[5m]))":                                        "",
		"sum(rate(orders_total[5m:1m]))":                                      "",
		"sum(max_over_time(x[5m]))":                                           "",
		"sum(a) - sum(b)":                                                     "",
		"orders_total > 5":                                                    "",
		"":                                                                    "",
		"[5m]":                                                                "",
		"rate([5m])":                                                          "",
		`"rate(x[5m])"`:                                                       "",
		`sum(rate(x{a="\"}[5m]"}[5m]))`:                                       `sum(increase(x{a="\"}[5m]"}[window]))`,
		"sum(rate(" + strings.Repeat("x", 2000) + "[5m]))":                    "",
	} {
		got, _, ok := counted(query, true)
		if got != want || ok != (want != "") {
			t.Errorf("%.80s: %.80s, %v; want %.80s", query, got, ok, want)
		}
	}
	if got, _, ok := counted("sum(orders_total)", false); ok {
		t.Errorf("of what is no counter: %s", got)
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"30d": "720h0m0s", "4w": "672h0m0s", "1M": "720h0m0s about", "1Q": "2160h0m0s about", "1Y": "8760h0m0s about", "90m": "1h30m0s",
		"": "", "d": "", "0d": "", "-1d": "", "1.5d": "", "1s": "", "1d ": "", "99999999999999999999d": "", "9999999999999d": "", "1é": ""} {
		d, about, ok := duration(text)
		got := d.String()
		if about {
			got += " about"
		}
		if !ok {
			got = ""
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestManifestName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"main-page": "main-page", "Main.Page_2": "main-page-2", "9lives": "slo-9lives", "": "slo-", "--": "slo-", "é": "slo-"} {
		if got := manifestName(name); got != strings.TrimRight(want, "-") || manifest.CheckName(got) != nil {
			t.Errorf("%q: %q", name, got)
		}
	}
}

// FuzzImport: whatever goes in, what comes out can be read, and what is complete is right.
func FuzzImport(f *testing.F) {
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		if archive, err := txtar.ParseFile(file); err == nil {
			f.Add(archive.Files[0].Data)
		}
	}
	f.Add([]byte("apiVersion: openslo/v1\nkind: SLO\nmetadata: &a {name: *a}\nspec: *a\n"))
	f.Add([]byte("- apiVersion: openslo/v1\n  kind: Service\n  metadata: {name: a, annotations: {slipway.dev/flow: '{}'}}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		out, err := Import("slo.yaml", data)
		if err != nil {
			return
		}
		resources, problems := manifest.Parse("out.yaml", out.YAML)
		for _, r := range out.Resources {
			if _, err := r.FlowSpec(); err != nil {
				t.Error(err)
			}
		}
		if len(resources) < len(out.Resources) {
			t.Errorf("%d of %d can be read: %v\n%s", len(resources), len(out.Resources), problems, out.YAML)
		}
		for _, p := range problems {
			if strings.HasPrefix(p.Text, "not YAML") || strings.Contains(p.Text, "control character") {
				t.Errorf("%v\n%s", p, out.YAML)
			}
		}
		for _, n := range out.Notes {
			if n.At.Line < 1 || n.At.Column < 1 || n.Text == "" {
				t.Errorf("%+v", n)
			}
		}
	})
}
