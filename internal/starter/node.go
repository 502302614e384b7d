package starter

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// plainNode is a start script that needs no shell and no npm: without them in between, the
// program has SIGTERM at once.
var plainNode = regexp.MustCompile(`^node [\w./-]+$`)

// nodeServices finds packages with a start script.
func nodeServices(t *tree, _ *Guess) []Service {
	var out []Service
	for _, folder := range t.order {
		if !t.has(folder, "package.json") {
			continue
		}
		var p struct {
			Scripts                       map[string]string
			Dependencies, DevDependencies map[string]any
		}
		if json.Unmarshal(t.read(folder, "package.json"), &p) != nil || p.Scripts["start"] == "" {
			continue
		}
		build, command := nodeInstall(t, folder, p.Scripts["build"] != "")+` && cp -R . "$OUT"`, []string{"npm", "start"}
		if build == `npm install && cp -R . "$OUT"` && len(p.Dependencies)+len(p.DevDependencies) == 0 && none(p.Scripts, "preinstall", "install", "postinstall", "prepare") {
			build = `cp -R . "$OUT"`
		}
		if plainNode.MatchString(p.Scripts["start"]) && none(p.Scripts, "prestart") {
			command = strings.Fields(p.Scripts["start"])
		}
		out = append(out, Service{
			Path: folder, Because: "package.json has the script start: " + p.Scripts["start"],
			Build: build, Command: command,
			Notes: []string{"Node must be installed where it runs."},
		})
	}
	return out
}

func nodeInstall(t *tree, folder string, build bool) string {
	tool, install := "npm", "npm install"
	switch {
	case t.has(folder, "pnpm-lock.yaml"):
		tool, install = "pnpm", "pnpm install --frozen-lockfile"
	case t.has(folder, "yarn.lock"):
		tool, install = "yarn", "yarn install --frozen-lockfile"
	case t.has(folder, "package-lock.json"):
		install = "npm ci"
	}
	if build {
		install += " && " + tool + " run build"
	}
	return install
}

// none says that a package has none of these scripts.
func none(scripts map[string]string, names ...string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return scripts[name] != "" })
}
