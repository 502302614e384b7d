package artifact

import (
	"os"
	"path/filepath"
	"sort"
	"strconv"
)

// passed are the variables of the control plane that builds see: how to find tools and
// how to reach the network. Nothing else of its environment is theirs.
var passed = []string{
	"PATH", "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR",
	"GOPROXY", "GONOSUMDB", "GOSUMDB", "GOPRIVATE", "GOTOOLCHAIN", "npm_config_registry", "PIP_INDEX_URL",
}

// environment is the whole environment of a build. What the service asks for wins.
func environment(r Request, w workspace, cache string) []string {
	env := map[string]string{
		"OUT": w.out, "HOME": w.home, "TMPDIR": w.tmp, "CI": "true", "LANG": "C.UTF-8", "TZ": "UTC",
		"SLIPWAY_SERVICE": r.Service, "SLIPWAY_COMMIT": r.Commit, "SOURCE_DATE_EPOCH": strconv.FormatInt(r.CommitTime.Unix(), 10),
		"XDG_CACHE_HOME":   filepath.Join(cache, "xdg"),
		"GOCACHE":          filepath.Join(cache, "go-build"),
		"GOMODCACHE":       filepath.Join(cache, "go-mod"),
		"GOFLAGS":          "-trimpath -buildvcs=false", // the same bytes wherever it is built
		"npm_config_cache": filepath.Join(cache, "npm"),
		"PIP_CACHE_DIR":    filepath.Join(cache, "pip"),
		"CARGO_HOME":       filepath.Join(cache, "cargo"),
		"GRADLE_USER_HOME": filepath.Join(cache, "gradle"),
	}
	for _, name := range passed {
		if v, ok := os.LookupEnv(name); ok {
			env[name] = v
		}
	}
	for name, v := range r.Env {
		env[name] = v
	}
	list := make([]string, 0, len(env))
	for name, v := range env {
		list = append(list, name+"="+v)
	}
	sort.Strings(list)
	return list
}
