// Package target has the words that all targets share: what is to run, and how it is.
// The targets themselves are below it; targettest is the suite that each must pass.
package target

import "time"

// Instance is one copy of a release that is to run. ID is its identity: ensuring the
// same ID twice gives one instance. It is plain data and holds no secret's value.
type Instance struct {
	ID          string            `json:"id"` // e.g. "tickets.dev.12.0"; [a-z0-9.-]
	Service     string            `json:"service"`
	Environment string            `json:"environment"`
	Release     string            `json:"release"`
	Deployment  string            `json:"deployment"`
	Artifact    string            `json:"artifact"` // digest, "sha256:…"
	Command     []string          `json:"command"`
	Dir         string            `json:"dir,omitempty"`     // working directory below the artifact's root
	Env         map[string]string `json:"env,omitempty"`     // $PORT is added by the target
	Files       map[string]string `json:"files,omitempty"`   // config files: name -> content, in $SLIPWAY_CONFIG_DIR
	Secrets     map[string]string `json:"secrets,omitempty"` // NAME -> "secret-name@version"; the value is a file in $SLIPWAY_SECRETS_DIR and its path in $NAME_FILE
	Limits      Limits            `json:"limits"`
	Health      Health            `json:"health"`
	StopGrace   time.Duration     `json:"stopGrace,omitempty"` // between SIGTERM and SIGKILL; default 10 s
}

// Limits bound an instance. Zero: not bounded.
type Limits struct {
	Memory    int64   `json:"memory,omitempty"` // bytes
	CPU       float64 `json:"cpu,omitempty"`    // cores
	Processes int     `json:"processes,omitempty"`
}

// Health says how to see that an instance can take traffic. At most one of HTTP, TCP and
// Command is set; with none, a listening $PORT is enough.
type Health struct {
	HTTP     string        `json:"http,omitempty"` // path; 2xx is healthy
	TCP      bool          `json:"tcp,omitempty"`
	Command  []string      `json:"command,omitempty"`  // exit 0 is healthy
	Interval time.Duration `json:"interval,omitempty"` // default 1 s; while starting it is looked at more often
	Timeout  time.Duration `json:"timeout,omitempty"`  // of one look; default 2 s
}

// State is how an instance is.
type State string

// The states of an instance.
const (
	Starting  State = "starting"  // not yet healthy for the first time since its (re)start
	Healthy   State = "healthy"   // may take traffic
	Unhealthy State = "unhealthy" // was healthy, does not answer now
	Crashed   State = "crashed"   // exited by itself; started again after a back-off
	CrashLoop State = "crashLoop" // exited again and again; still being restarted, ever more slowly
	Stopping  State = "stopping"
	Stopped   State = "stopped" // gone, by request
	Failed    State = "failed"  // could not be started at all: Detail says why
)

// Status is how an instance is now.
type Status struct {
	ID       string    `json:"id"`
	State    State     `json:"state"`
	Address  string    `json:"address,omitempty"` // host:port
	PID      int       `json:"pid,omitempty"`
	Restarts int       `json:"restarts,omitempty"`
	Exit     string    `json:"exit,omitempty"`   // how it last ended: "exit status 1", "signal: killed (out of memory)"
	Detail   string    `json:"detail,omitempty"` // for a person
	Since    time.Time `json:"since"`
}

// Usage is what an instance uses. Instances share the machine's network: how many bytes they
// took and gave is counted by the edge, by release.
type Usage struct {
	CPUSeconds  float64 `json:"cpuSeconds"`  // only grows; begins at 0 again when the app is started again
	MemoryBytes int64   `json:"memoryBytes"` // now, without what the kernel only caches
	Processes   int     `json:"processes"`   // now
}
