package demo

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"slipway.dev/examples"
	"slipway.dev/internal/core/fault"
)

// Prepare compiles what all builds of the demo share (Go's standard library, mostly) into
// the build cache, so that the first build of a demo takes a second or two. It changes
// nothing if that is there.
func Prepare(ctx context.Context, cache string) error {
	dir, err := os.MkdirTemp("", "slipway-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := examples.WriteConcerts(dir); err != nil {
		return err
	}
	// The same place and settings as builds have; see the example's slipway.yaml.
	cmd := exec.CommandContext(ctx, "go", "list", "-export", "-deps", "./services/...")
	cmd.Dir = dir
	cmd.Env = append(environ(), "GOCACHE="+filepath.Join(cache, "go-build"), "CGO_ENABLED=0", "GOFLAGS=-trimpath", "GOWORK=off")
	out, err := cmd.CombinedOutput()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fault.New(fault.Invalid, "the demo's services cannot be compiled: %s", strings.TrimSpace(string(out))).
			Because(err).WithHint("the demo needs Go 1.24 or later in the PATH: https://go.dev/dl")
	}
	return nil
}

// DefaultCache is where builds of demos keep what compilers can use again.
func DefaultCache() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", fault.New(fault.Invalid, "there is no place for the build cache").Because(err).WithHint("set HOME, or name one with --build-cache")
	}
	return filepath.Join(dir, "slipway", "builds"), nil
}

// needs says what the machine lacks.
func needs() error {
	for program, hint := range map[string]string{
		"git": "on Debian: apt-get install git",
		"go":  "the shop's services are built with Go: https://go.dev/dl",
	} {
		if _, err := exec.LookPath(program); err != nil {
			return fault.New(fault.Invalid, "the demo needs %s, which is not in the PATH", program).WithHint("%s", hint)
		}
	}
	return nil
}

// environ is the environment without what would lead the demo to somebody's real control
// plane or repository.
func environ() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "SLIPWAY_") && !strings.HasPrefix(v, "GIT_") {
			env = append(env, v)
		}
	}
	return env
}

// told is what a program said, for an error.
func told(out []byte) error {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return fmt.Errorf("%s", strings.Join(lines[max(0, len(lines)-5):], "; "))
}
