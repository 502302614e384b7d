package docs_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"slipway.dev/internal/cli"
)

// A command line in a page: after a prompt, or in a code span.
var commandLine = regexp.MustCompile("(?m)^ *\\$ (.*)$|`((?:bin/)?slipway [a-z][^`]*)`")

// TestCommandsInPages sees that each command line in the pages is one that there is, with
// all its flags.
func TestCommandsInPages(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, page := range append(pages, "../README.md") {
		if page == "architecture.md" {
			continue // speaks of processes, too
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range commandLine.FindAllStringSubmatch(string(text), -1) {
			for _, args := range slipways(found[1] + found[2]) {
				tried++
				var out bytes.Buffer
				status := cli.Run(t.Context(), append(args, "--help"), nil, &out, &out)
				if status != 0 || strings.Contains(out.String(), "Usage:\n  slipway [flags]") { // help of the root: no such command
					t.Errorf("%s: slipway %s: %s", page, strings.Join(args, " "), out.String())
				}
			}
		}
	}
	if tried < 20 {
		t.Errorf("found %d command lines only", tried)
	}
}

// slipways gives the arguments of each call of slipway in a line of shell.
func slipways(line string) [][]string {
	line, _, _ = strings.Cut(line, " #")
	var calls [][]string
	for _, part := range regexp.MustCompile(`&&| \| | > `).Split(line, -1) {
		words := strings.Fields(part)
		if len(words) > 1 && filepath.Base(words[0]) == "slipway" {
			calls = append(calls, words[1:])
		}
	}
	return calls
}
