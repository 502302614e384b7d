package process

import (
	"encoding/json"
	"os"
	"path/filepath"

	"slipway.dev/internal/wire/shimwire"
)

// healthyFile has the identity of the app's process once that was healthy. Whoever adopts
// the instance then knows it from one that still starts: told that a serving instance
// starts, a deployment would go back.
const healthyFile = "healthy.json"

// noteHealthy remembers it. Without it only an adoption suffers, so a full disk is no error.
func noteHealthy(dir string, app shimwire.Process) {
	if raw, err := json.Marshal(app); err == nil {
		_ = os.WriteFile(filepath.Join(dir, healthyFile), raw, 0o600)
	}
}

// wasHealthy says whether this very process was healthy before.
func wasHealthy(dir string, app shimwire.Process) bool {
	var noted shimwire.Process
	raw, err := os.ReadFile(filepath.Join(dir, healthyFile))
	return err == nil && json.Unmarshal(raw, &noted) == nil && noted == app && app.PID != 0
}
