// Package layout gives boxes and the lines between them places in a picture: in layers, as
// Sugiyama, Tagawa and Toda have it, boxes within boxes from the inside out.
//
//	Graph ─ turn lines of loops ─▶ acyclic ─ rank ─▶ layers ─ order ─▶ few crossings ─ place ─▶ straight ─ route ─▶ Points
//
// No two boxes of a graph overlap, lines have right angles only, begin and end at their boxes
// and pass through no other, and the same graph always gives the same picture. Lengths are in
// pixels, y grows downward.
package layout
