package app

import (
	"os"
	"path/filepath"

	"slipway.dev/internal/core/fault"
)

// Dirs are the places below a data directory. They are the same for every control plane
// that uses the directory, one after the other.
type Dirs struct{ Root string }

// maxSocketPath is the longest path of a unix socket on Linux, less the closing zero byte.
const maxSocketPath = 107

func (d Dirs) at(parts ...string) string { return filepath.Join(append([]string{d.Root}, parts...)...) }

// Store is the address of the embedded store.
func (d Dirs) Store() string { return "sqlite://" + d.at("slipway.db") }

// Socket is where the API listens for this machine's users.
func (d Dirs) Socket() string { return d.at("api.sock") }

// Token is the file with the token for the API's loopback address.
func (d Dirs) Token() string { return d.at("token") }

// Box is the file with the age identity that secrets are sealed for.
func (d Dirs) Box() string { return d.at("age.key") }

// Checkpoints is the file that signed checkpoints of the journal are appended to.
func (d Dirs) Checkpoints() string { return d.at("checkpoints.jsonl") }

// Edge is the edge's own folder; Instances that of the process target.
func (d Dirs) Edge() string { return d.at("edge") }

// EdgeSocket is where the edge takes its table from.
func (d Dirs) EdgeSocket() string { return d.at("edge", "admin.sock") }

// Instances is the process target's folder.
func (d Dirs) Instances() string { return d.at("instances") }

// Artifacts is the OCI layout, and what is unpacked from it.
func (d Dirs) Artifacts() string { return d.at("artifacts") }

// Sources has the mirrors of git repositories.
func (d Dirs) Sources() string { return d.at("sources") }

// Builds has the logs of builds.
func (d Dirs) Builds() string { return d.at("builds") }

// Figures is what keeps figures over time.
func (d Dirs) Figures() string { return d.at("figures") }

// Make makes the directory, for its owner only.
func (d Dirs) Make() error {
	if n := len(d.EdgeSocket()); n > maxSocketPath {
		return fault.New(fault.Invalid, "the data directory %s has too long a path for unix sockets (%d characters of %d)", d.Root, n, maxSocketPath).
			WithHint("choose a shorter one with --data")
	}
	if err := os.MkdirAll(d.Root, 0o700); err != nil {
		return fault.New(fault.Invalid, "the data directory %s cannot be made", d.Root).Because(err).WithHint("choose another with --data")
	}
	// A directory that others may look into would give them sockets, token and keys.
	if err := os.Chmod(d.Root, 0o700); err != nil {
		return fault.New(fault.Invalid, "the data directory %s does not belong to you", d.Root).Because(err).WithHint("choose another with --data")
	}
	return nil
}
