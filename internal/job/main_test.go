package job

import (
	"os"
	"testing"

	"slipway.dev/internal/sandbox"
)

func TestMain(m *testing.M) {
	sandbox.Init()
	os.Exit(m.Run())
}

func newHand(t *testing.T) *Hand {
	t.Helper()
	return &Hand{Dir: t.TempDir()}
}

func run(t *testing.T, h *Hand, j Job) Result {
	t.Helper()
	if j.Name == "" {
		j.Name = "test"
	}
	res, err := h.Run(t.Context(), j)
	if err != nil {
		t.Fatalf("%+v: %v", j, err)
	}
	return res
}
