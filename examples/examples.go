// Package examples holds example repositories, for `slipway demo` and for tests.
package examples

import (
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

//go:embed all:concerts
var files embed.FS

// goMod makes the copy a module of its own. It is not a file of the example, because what
// is in another module cannot be embedded.
const goMod = "module concerts\n\ngo 1.24\n"

// WriteConcerts writes the repository of the ticket shop into dir, which it makes if need
// be. It does not make it a git repository.
func WriteConcerts(dir string) error {
	if err := writeTree("concerts", dir); err != nil {
		return err
	}
	return write(filepath.Join(dir, "go.mod"), []byte(goMod))
}

// AddRunbook adds to the shop's repository in dir a workflow, its scenarios, and the service
// that it asks.
func AddRunbook(dir string) error { return writeTree("concerts/_runbook", dir) }

// writeTree writes a folder of the examples into dir, but for the folders in it that begin
// with "_": those are other versions of it, and additions.
func writeTree(folder, dir string) error {
	tree, err := fs.Sub(files, folder)
	if err != nil {
		return err
	}
	err = fs.WalkDir(tree, ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(path, "_"):
			return fs.SkipDir
		case entry.IsDir():
			return nil
		}
		content, err := fs.ReadFile(tree, path)
		if err != nil {
			return err
		}
		return write(filepath.Join(dir, filepath.FromSlash(path)), content)
	})
	if err != nil {
		return fmt.Errorf("write the example to %s: %w", dir, err)
	}
	return nil
}

var strategyLine = regexp.MustCompile(`(?m)^  strategy: .*$`)

// Judge gives services of the shop in dir a canary without steps: the evidence decides how far
// a release gets, and how fast. Users stay with the release that they had.
func Judge(dir string, services ...string) error {
	path := filepath.Join(dir, "slipway.yaml")
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	documents := strings.Split(string(content), "\n---\n")
	for _, service := range services {
		at := slices.IndexFunc(documents, func(d string) bool { return strings.Contains(d, "\nmetadata: {name: "+service+",") })
		if at < 0 {
			return fmt.Errorf("the example has no service %s", service)
		}
		documents[at] = strategyLine.ReplaceAllString(documents[at], "  strategy: {canary: {sticky: {cookie: true}}}")
	}
	return write(path, []byte(strings.Join(documents, "\n---\n")))
}

// Variant is another version of one of the shop's services.
type Variant struct {
	Name    string
	Service string
	Subject string // of its commit, as a developer who means well would put it
	Good    bool
}

// Variants gives the versions that there are besides the first, good ones first.
func Variants() []Variant {
	return []Variant{
		{"good-1", "concerts", "Add a concert to the list", true},
		{"good-2", "tickets", "Stop when the house is sold out", true},
		{"some-orders-fail", "tickets", "Seat customers side by side", false},
		{"slow-to-publish", "concerts", "Ask the halls before a concert is published", false},
		{"errors-under-load", "tickets", "Hold seats while an order is paid", false},
		{"no-start", "payments", "Rename the payment key's variable", false},
		{"smoke-fails", "concerts", "Load concerts by month", false},
		{"leaks", "telemetry", "Keep events for later analysis", false},
	}
}

var versionLine = regexp.MustCompile(`(?m)^const version = ".*"$`)

// Apply writes the variant into the shop's repository at dir, in place of whatever version
// of that service is there. The release calls itself version, so that a variant that is
// applied again is a change, too.
func (v Variant) Apply(dir, version string) error {
	path := "services/" + v.Service + "/version.go"
	content, err := files.ReadFile("concerts/_variants/" + v.Name + "/" + path)
	if err != nil {
		return fmt.Errorf("variant %s of %s: %w", v.Name, v.Service, err)
	}
	line := fmt.Sprintf("const version = %q", version)
	content = versionLine.ReplaceAll(content, []byte(strings.ReplaceAll(line, "$", "$$")))
	return write(filepath.Join(dir, filepath.FromSlash(path)), content)
}

func write(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}
