// Package shape says what a picture of a workflow shows: its tasks, what is inside of them,
// and the ways between, with nothing said of where and how they are drawn.
//
//	Definition ── Of ─▶ Shape ─┬─▶ internal/draw: SVG
//	                           └─▶ internal/core/bpmn: BPMN 2.0
//
// Flow never leaves a list of tasks but at its end, so all edges lead between nodes of the
// same graph, and a picture is made from the inside out.
package shape
