// Package draw makes pictures of workflows: SVG that stands alone, with no script, in light and dark as the
// reader's system has it, with a title and a description for those who cannot see it. All text
// of the workflow is escaped, and cut where there is no room for it; the whole is in the hint of its box.
//
// The state of a run can be laid over: how each task stands, and how often it was begun.
package draw
