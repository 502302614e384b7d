//go:build !faults

package app

// Hooks around each commit; see fault_on.go.
var faultBefore, faultAfter func(int64)
