// Command slipway is the control plane, the edge, and the command line for both.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"slipway.dev/internal/cli"
	"slipway.dev/internal/sandbox"
	"slipway.dev/internal/shim"
)

func main() {
	// These return at once, unless this process is a stage of a sandbox or a shim.
	sandbox.Init()
	shim.Init()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// The second signal ends the program at once.
	context.AfterFunc(ctx, stop)
	os.Exit(cli.Run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
