package job

import (
	"os"
	"slices"
	"strings"

	"slipway.dev/internal/core/fault"
)

// searched is where jobs find programs, after what the control plane's own PATH says.
const searched = "/usr/local/bin:/usr/bin:/bin"

// proxies are what a job that has a network needs to reach it.
var proxies = []string{"http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"}

// environment is the whole environment of a job in the sandbox. What the job asks for wins.
func environment(j Job, dir string) []string {
	env := map[string]string{"PATH": searched, "HOME": dir, "TMPDIR": dir, "LANG": "C.UTF-8", "TZ": "UTC"}
	if path := os.Getenv("PATH"); path != "" {
		env["PATH"] = path + ":" + searched
	}
	if j.Network {
		for _, name := range proxies {
			if v, ok := os.LookupEnv(name); ok {
				env[name] = v
			}
		}
	}
	for name, v := range j.Env {
		env[name] = v
	}
	list := make([]string, 0, len(env))
	for name, v := range env {
		list = append(list, name+"="+v)
	}
	slices.Sort(list)
	return list
}

func checkEnv(env map[string]string) error {
	for name, v := range env {
		if name == "" || strings.ContainsAny(name, "=\x00\n ") {
			return fault.New(fault.Invalid, "%q cannot be the name of an environment variable", name)
		}
		if strings.ContainsRune(v, 0) {
			return fault.New(fault.Invalid, "the environment variable %s has a NUL character", name)
		}
	}
	return nil
}
