package house

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

// Programs are what a house runs.
type Programs struct {
	Slipway string // the product
	App     string // the service that it deploys
}

// Build compiles the programs into dir. With faults the product can be made to end around
// a commit; see Up.
func Build(ctx context.Context, dir string, faults bool) (Programs, error) {
	p := Programs{Slipway: filepath.Join(dir, "slipway"), App: filepath.Join(dir, "app")}
	tags := "-tags="
	if faults {
		tags = "-tags=faults"
	}
	if err := compile(ctx, p.Slipway, tags, "slipway.dev/cmd/slipway"); err != nil {
		return p, err
	}
	return p, compile(ctx, p.App, "-tags=", "slipway.dev/e2e/house/app")
}

func compile(ctx context.Context, out, tags, pkg string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-ldflags=-s -w", tags, "-o", out, pkg)
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w\n%s", pkg, err, text)
	}
	return nil
}
