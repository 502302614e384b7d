// Package version says which build of Slipway this is.
package version

import (
	"runtime"
	"runtime/debug"
)

// version and commit are set by the linker (make build); a plain go build leaves them
// empty, and then what the toolchain recorded is used.
var version, commit string

// Info is which build this is.
type Info struct {
	Version string `json:"version"`          // "v1.2.3", or "dev"
	Commit  string `json:"commit,omitempty"` // git commit; with "+" if the tree had changes
	Go      string `json:"go"`
}

// Get gives this program's version.
func Get() Info {
	i := Info{Version: version, Commit: commit, Go: runtime.Version()}
	if i.Version == "" {
		i.Version = "dev"
	}
	if i.Commit == "" {
		i.Commit = recorded()
	}
	return i
}

// recorded is the commit that the toolchain wrote into the program.
func recorded() string {
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	var revision, dirty string
	for _, s := range b.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+"
		}
	}
	if revision == "" {
		return ""
	}
	return revision + dirty
}
