// Package archtest holds the code to the house of docs/architecture.md: which floor may
// know which, what core may do at all, and how files are cut. It reads sources only, so
// that it also speaks when something does not compile.
//
// Tests may import what they need, but for those of core, which stay in core. Packages
// whose names end in "test" (machinetest, targettest) count as tests.
package archtest
