// Package ring keeps figures over time on this machine, in memory and in files of its own.
//
// A sample says what happened in the minute that ended nearest to its time. Of counters the
// increments are kept, so that a counter that begins anew changes nothing of what was. Each
// series goes into some of three tiers, with some of its labels dropped and what falls
// together summed up:
//
//	tier     slot    kept   series of flows              others
//	minute   1 min   3 d    by flow, environment         as they are
//	detail   10 min  3 d    as they are                  -
//	long     10 min  35 d   by flow, environment         without instance
//
// Time is cut into periods of two hours. What is in the period under way is in memory and in
// a log; at its end each tier's part becomes a block, which never changes:
//
//	<Dir>/names              numbers of label sets and shapes, only appended to
//	<Dir>/wal-<start>        first what counters stood at, then each Write of the period
//	<Dir>/<tier>-<start>     blocks, in memory as they are on disk
//
// Every record and block has a checksum. A log's torn end is cut off; a block that is damaged
// is set aside and is a gap. A slot in which nothing was written is unknown, and not zero.
package ring
