package starter

import (
	"cmp"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Guess is what a repository seems to have.
type Guess struct {
	Team     string
	Services []Service
	Notes    []string // what to check, or what was not taken for a service
}

// Service is a service that the repository seems to have.
type Service struct {
	Name    string
	Path    string // folder; "." is the top
	Because string // why it is taken for one
	Build   string
	Command []string
	Health  string   // path; empty: none was found
	Notes   []string // what to check
}

// Look guesses what is in a repository.
func Look(dir string) (Guess, error) {
	root, err := open(dir)
	if err != nil {
		return Guess{}, err
	}
	defer root.Close()
	t, err := newTree(root.FS())
	if err != nil {
		return Guess{}, err
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return Guess{}, err
	}
	return look(t, label(filepath.Base(full))), nil
}

// look guesses with each language's rules. A folder belongs to the first that knows it.
func look(t *tree, name string) Guess {
	g := Guess{Team: name}
	taken := map[string]bool{}
	for _, find := range []func(*tree, *Guess) []Service{goServices, rustServices, nodeServices, pythonServices, procfileServices} {
		found := find(t, &g)
		for _, s := range found {
			switch {
			case !taken[s.Path]:
				g.Services = append(g.Services, s)
			case !strings.HasPrefix(s.Because, "Procfile"):
				g.Notes = append(g.Notes, fmt.Sprintf("In %s there is something else, too, that was not taken for a service: %s.", s.Path, s.Because))
			}
		}
		for _, s := range found {
			taken[s.Path] = true
		}
	}
	for i := range g.Services {
		s := &g.Services[i]
		s.Name = unique(g.Services[:i], label(cmp.Or(s.Name, nameOf(s.Path, name))))
		applyProcfile(t, s)
		lookInside(t, s)
	}
	if t.cut {
		g.Notes = append(g.Notes, "The repository is large; not all of its folders were looked at.")
	}
	for _, folder := range t.order {
		if t.has(folder, "Dockerfile") {
			g.Notes = append(g.Notes, fmt.Sprintf("%s is not used: Slipway builds without it. To run an image that something else builds, write image: instead of build:.",
				path.Join(folder, "Dockerfile")))
		}
	}
	return g
}

func nameOf(folder, repository string) string {
	if folder == "." {
		return repository
	}
	return path.Base(folder)
}

var unlike = regexp.MustCompile(`[^a-z0-9]+`)

// label makes a name that manifests allow of any text.
func label(s string) string {
	s = strings.Trim(unlike.ReplaceAllString(strings.ToLower(s), "-"), "-")
	if s == "" || s[0] < 'a' {
		s = strings.TrimRight("app-"+s, "-")
	}
	return strings.TrimRight(s[:min(len(s), 40)], "-")
}

// unique adds a number to a name that is taken.
func unique(others []Service, name string) string {
	candidate := name
	for i := 2; slices.ContainsFunc(others, func(s Service) bool { return s.Name == candidate }); i++ {
		candidate = fmt.Sprintf("%s-%d", name, i)
	}
	return candidate
}
