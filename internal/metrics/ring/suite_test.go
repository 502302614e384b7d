package ring

import (
	"testing"
	"time"

	"slipway.dev/internal/metrics/metricstest"
)

func TestSuite(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 3, 2, 9, 10, 0, 0, time.UTC)
	dir := t.TempDir()
	r := open(t, dir)
	for _, w := range metricstest.Data(from) {
		write(t, r, w.At, w.Samples...)
	}
	metricstest.Run(t, r, from)
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	t.Run("Reopened", func(t *testing.T) { metricstest.Run(t, open(t, dir), from) })
}
