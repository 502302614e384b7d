package sandbox

import (
	"os"
	"os/exec"
	"sync"

	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
)

// Host is what confinement this host gives.
type Host struct {
	Root       bool   `json:"root"`
	Namespaces bool   `json:"namespaces"`
	Why        string `json:"why,omitempty"` // why there are no namespaces
	Landlock   int    `json:"landlock"`      // version of the kernel's interface; 0: none
	Memory     bool   `json:"memory"`        // limits that cgroups enforce
	CPU        bool   `json:"cpu"`
	Processes  bool   `json:"processes"`
}

// Available tries out, once, what confinement this host gives. Init must have been called.
var Available = sync.OnceValue(func() Host {
	h := Host{Root: os.Geteuid() == 0}
	if v, err := ll.LandlockGetABIVersion(); err == nil {
		h.Landlock = v
	}
	found := hierarchies()
	h.Memory, h.CPU, h.Processes = found["memory"] != "", found["cpu"] != "", found["pids"] != ""
	cmd := &exec.Cmd{}
	err := Start(cmd, Stage{Command: []string{"true"}, Dir: "/", Env: []string{"PATH=/usr/bin:/bin"}}, Separate)
	if err == nil {
		err = cmd.Wait()
	}
	h.Namespaces = err == nil
	if err != nil {
		h.Why = err.Error()
	}
	return h
})

// Missing says in words, one line each, what the host does not confine. Empty: nothing.
func (h Host) Missing() []string {
	var out []string
	if !h.Namespaces {
		out = append(out, "no namespaces ("+h.Why+"): commands see this machine's processes and files")
	}
	if h.Landlock == 0 {
		out = append(out, "no Landlock: files are protected by their permissions and by namespaces only")
	}
	for _, limit := range []struct {
		name string
		has  bool
	}{{"memory", h.Memory}, {"CPU", h.CPU}, {"process", h.Processes}} {
		if !limit.has {
			out = append(out, "no cgroup for "+limit.name+" limits: they are not enforced")
		}
	}
	return out
}
