//go:build race

package gate_test

// The race detector makes each step ten times as slow.
func init() { *sequences = 50_000 }
