//go:build race

package deploy

// The race detector makes each step ten times as slow and finds nothing in a pure function.
func init() { *sequences = 5_000 }
