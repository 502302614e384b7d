package starter

import (
	"regexp"
	"strings"
)

var webLine = regexp.MustCompile(`(?m)^web:\s*(\S.*?)\s*$`)

// web gives the command of a Procfile's web process.
func web(t *tree, folder string) string {
	if m := webLine.FindSubmatch(t.read(folder, "Procfile")); m != nil {
		return string(m[1])
	}
	return ""
}

// procfileServices finds what says how it is started and needs no build.
func procfileServices(t *tree, _ *Guess) []Service {
	var out []Service
	for _, folder := range t.order {
		if command := web(t, folder); command != "" {
			out = append(out, Service{Path: folder, Because: "Procfile has a web process", Build: `cp -R . "$OUT"`,
				Command: []string{"sh", "-c", "exec " + command}})
		}
	}
	return out
}

// applyProcfile takes the command from the service's Procfile, if it has one, except for
// compiled programs, which are elsewhere in the artifact.
func applyProcfile(t *tree, s *Service) {
	command := web(t, s.Path)
	if command == "" || strings.HasPrefix(s.Because, "Procfile") || strings.HasPrefix(s.Command[0], "./") {
		return
	}
	prefix := ""
	if strings.Contains(s.Build, ".deps") {
		prefix = "PYTHONPATH=.deps PATH=.deps/bin:$PATH "
	}
	s.Command = []string{"sh", "-c", prefix + "exec " + command}
	s.Because += "; its command is the Procfile's"
}
