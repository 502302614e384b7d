package docs_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"slipway.dev/internal/cli"
)

var yamlBlock = regexp.MustCompile("(?ms)^ *```yaml\n(.*?)^ *```$")

// TestManifestsInPages sees that each example of a manifest is one that can be applied as it
// stands: a reader copies it.
func TestManifestsInPages(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, page := range append(pages, "../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, found := range yamlBlock.FindAllStringSubmatch(string(text), -1) {
			tried++
			if problem := checkManifest(t, found[1]); problem != "" {
				t.Errorf("%s, manifest %d: %s", page, i+1, problem)
			}
		}
	}
	if tried < 10 {
		t.Errorf("found %d manifests only", tried)
	}
}

// checkManifest says what `slipway check` finds wrong with an example.
func checkManifest(t *testing.T, text string) string {
	t.Helper()
	if !strings.Contains(text, "apiVersion:") {
		return "it is only part of one"
	}
	file := filepath.Join(t.TempDir(), "example.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if status := cli.Run(t.Context(), []string{"check", file}, nil, &out, &out); status != 0 {
		return fmt.Sprintf("exit code %d: %s", status, out.String())
	}
	return ""
}
