package starter

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// healthPaths are the usual ones, the most telling first.
var healthPaths = []string{"/healthz", "/health", "/readyz", "/ready", "/livez", "/_health", "/status/health", "/api/health", "/ping"}

var (
	sources  = []string{".go", ".js", ".mjs", ".ts", ".py", ".rs", ".rb", ".java", ".kt", ".php", ".ex"}
	readPort = regexp.MustCompile(`\bPORT\b`)
	fixed    = regexp.MustCompile(`(?i)(?:listen\(|listenandserve\(\s*"|port\s*[:=]\s*|\bbind\(\s*"|addr\s*[:=]\s*")[^0-9\n]{0,20}?:?(\d{4,5})\b`)
)

const maxSources = 300 // files of a service

// lookInside reads a service's sources for the path of its health check and for its port.
func lookInside(t *tree, s *Service) {
	found := map[string]bool{}
	port, reads, n := "", false, 0
	for _, folder := range t.below(s.Path) {
		for _, name := range t.folders[folder] {
			if !slices.Contains(sources, path.Ext(name)) || strings.HasSuffix(name, "_test.go") {
				continue
			}
			if n++; n > maxSources {
				break
			}
			source := t.read(folder, name)
			for _, p := range healthPaths {
				if quotedPath(string(source), p) {
					found[p] = true
				}
			}
			reads = reads || readPort.Match(source)
			if m := fixed.FindSubmatch(source); m != nil && port == "" {
				port = string(m[1])
			}
		}
	}
	for _, p := range healthPaths {
		if found[p] {
			s.Health = p
			break
		}
	}
	notes(s, port, reads || strings.Contains(strings.Join(s.Command, " "), "$PORT"))
}

// notes says what to check of the port and the health.
func notes(s *Service, port string, reads bool) {
	switch {
	case !reads && port != "":
		s.Notes = append(s.Notes, fmt.Sprintf("It seems to listen on port %s. It must listen on the port in the variable PORT.", port))
	case !reads:
		s.Notes = append(s.Notes, "Nothing in it reads the variable PORT. It must listen on that port.")
	}
	if s.Health == "" {
		s.Notes = append(s.Notes, "No health check was found; it counts as healthy when it listens.")
	}
}

// quotedPath says whether a path stands in a source as text of its own.
func quotedPath(source, p string) bool {
	for _, before := range []string{`"`, `'`, "`", `"GET `} {
		for _, after := range []string{`"`, `'`, "`"} {
			if strings.Contains(source, before+p+after) {
				return true
			}
		}
	}
	return false
}
