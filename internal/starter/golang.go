package starter

import (
	"bytes"
	"fmt"
	"go/parser"
	"go/token"
	"path"
	"regexp"
	"strings"
)

// goServices finds the main packages of Go modules. If some of them look like servers, the
// others are taken for tools.
func goServices(t *tree, g *Guess) []Service {
	var servers, others []Service
	for _, module := range t.order {
		if !t.has(module, "go.mod") {
			continue
		}
		for _, folder := range t.below(module) {
			if moduleOf(t, folder) != module || !isMain(t, folder) {
				continue
			}
			s := goService(module, folder)
			if listens(t, folder) {
				servers = append(servers, s)
			} else {
				others = append(others, s)
			}
		}
	}
	if len(servers) == 0 {
		return others
	}
	for _, s := range others {
		g.Notes = append(g.Notes, fmt.Sprintf("%s does not seem to listen, so it is taken for a tool.", s.Because))
	}
	return servers
}

func goService(module, folder string) Service {
	inside := "."
	if folder != module {
		inside = "./" + strings.TrimPrefix(strings.TrimPrefix(folder, module), "/")
		if module == "." {
			inside = "./" + folder
		}
	}
	name := ""
	if folder != "." {
		name = label(path.Base(folder))
	}
	s := Service{Name: name, Path: module, Because: "the Go program " + inside + " of " + path.Join(module, "go.mod")}
	program := "app"
	if name != "" {
		program = name
	}
	s.Build = fmt.Sprintf("go build -trimpath -o \"$OUT/%s\" %s", program, inside)
	s.Command = []string{"./" + program}
	return s
}

// moduleOf gives the folder of the module that a folder belongs to.
func moduleOf(t *tree, folder string) string {
	for {
		if t.has(folder, "go.mod") || folder == "." {
			return folder
		}
		folder = path.Dir(folder)
	}
}

// isMain says whether a folder has a Go program.
func isMain(t *tree, folder string) bool {
	for _, name := range t.folders[folder] {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		source := t.read(folder, name)
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.PackageClauseOnly)
		if err == nil && file.Name.Name == "main" && bytes.Contains(source, []byte("func main()")) && !bytes.Contains(source, []byte("//go:build ignore")) {
			return true
		}
	}
	return false
}

var listening = regexp.MustCompile(`ListenAndServe|net\.Listen|http\.Serve\b|http\.Server\{|httpserver|grpc\.NewServer|gin\.|echo\.New|fiber\.New|chi\.|"PORT"`)

func listens(t *tree, folder string) bool {
	for _, name := range t.folders[folder] {
		if strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && listening.Match(t.read(folder, name)) {
			return true
		}
	}
	return false
}
