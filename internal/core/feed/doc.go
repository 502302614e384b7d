// Package feed has the machine that remembers how far the journal was turned into events for
// workflows.
//
//	(nothing) ── feed.read ─▶ at a position ── feed.read: further on ─▶ …
//
// Its event is submitted together with the events that were made, and refused if it does not
// lead on: so each entry of the journal is made an event exactly once.
package feed
