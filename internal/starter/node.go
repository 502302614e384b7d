package starter

import (
	"encoding/json"
)

// nodeServices finds packages with a start script.
func nodeServices(t *tree, _ *Guess) []Service {
	var out []Service
	for _, folder := range t.order {
		if !t.has(folder, "package.json") {
			continue
		}
		var p struct {
			Name    string
			Scripts map[string]string
		}
		if json.Unmarshal(t.read(folder, "package.json"), &p) != nil || p.Scripts["start"] == "" {
			continue
		}
		out = append(out, Service{
			Path: folder, Because: "package.json has the script start: " + p.Scripts["start"],
			Build:   nodeInstall(t, folder, p.Scripts["build"] != "") + ` && cp -R . "$OUT"`,
			Command: []string{"npm", "start"},
			Notes:   []string{"Node must be installed where it runs."},
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
