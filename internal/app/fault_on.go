//go:build faults

package app

import (
	"fmt"
	"os"
	"syscall"
)

// Hooks around each commit, in programs built for tests: SLIPWAY_FAULT=before:17 ends the
// process, as a crash would, before its 17th commit; after:17 after it.
var faultBefore, faultAfter = crash("before"), crash("after")

func crash(when string) func(int64) {
	var at int64
	if _, err := fmt.Sscanf(os.Getenv("SLIPWAY_FAULT"), when+":%d", &at); err != nil {
		return nil
	}
	return func(n int64) {
		if n == at {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
}
