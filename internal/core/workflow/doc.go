// Package workflow reads workflows: the Open Workflow DSL 1.0.3, as YAML or JSON, into a tree
// whose tasks are keyed by JSON Pointer, and says all that is wrong with one, where, and what to
// write instead. It runs nothing; see interp.
//
//	bytes ── Parse ─▶ Definition ── Canonical, Digest ─▶ kept by digest ── Load ─▶ Definition
//
// The language is the specification's and nothing else: no keys of our own. What is ours is
// said in `metadata` (idempotent: true) and by the names of functions in our catalog.
package workflow
