package edge_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/edge"
)

// The test program is also the edge and the app that the tests start as processes.
const (
	edgeEnv = "SLIPWAY_TEST_EDGE" // edge.Options as JSON
	appEnv  = "SLIPWAY_TEST_APP"  // the address to listen on
)

func TestMain(m *testing.M) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if text, ok := os.LookupEnv(edgeEnv); ok {
		os.Exit(runEdge(ctx, text))
	}
	if address, ok := os.LookupEnv(appEnv); ok {
		os.Exit(runApp(ctx, address))
	}
	os.Exit(m.Run())
}

func runEdge(ctx context.Context, text string) int {
	var o edge.Options
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	o.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	if err := edge.Run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, err)
		if fault.Is(err, fault.Refused) {
			return 5 // as the command line does
		}
		return 1
	}
	return 0
}
