// Package store remembers what machines decided: their rows, the journal, blobs and
// the cursors of views, in SQLite or in PostgreSQL, with one SQL for both.
//
// One SQL means: columns are TEXT, BIGINT or BYTEA and never null; times are unix µs,
// booleans 0 or 1, JSON and hostile text opaque bytes; parameters are $1, $2, …;
// positions are assigned by the writer, never by the database. What differs is in
// sqlite.go and postgres.go, and nowhere else.
//
// There is one writer: whoever holds the Lease that Lead gives. Its epoch is checked
// inside every transaction, so that a writer that was replaced cannot write. Readers
// need no lease.
package store
