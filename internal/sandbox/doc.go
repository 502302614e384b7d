// Package sandbox runs commands confined: with namespaces, a read-only view of the
// machine, Landlock, no capabilities, and cgroups, as far as the host gives them. Builds
// use Run; the shim of an instance uses Start.
//
// Between the caller and the command stands a stage: the own binary, executed again, that
// takes its orders from an inherited pipe, confines itself and then becomes the command
// (or its parent). Hence main calls Init before anything else. Nothing secret is ever in
// an argument or in the environment of the stage.
//
//	Run ── stage (init of a PID namespace, ends with Run) ── command ── its children
//	shim (init of a PID namespace) ── stage, becomes the app ── its children
package sandbox
