// Command temporal measures the workload of bench/workflow on Temporal's own server, started in
// this process. It is a module of its own, so that Slipway does not depend on Temporal.
// bench/workflow runs it; alone: go run -C bench/temporal . -o json
//
// # Workload
//
// One workflow is five times `set` and `call`, one after the other, with a small order as input:
// `set` is plain workflow code, `call` is an activity that answers at once, in this process. Each
// outcome is durable before the next activity is scheduled. So they are activities and not local
// activities: outcomes of those are only written when the workflow task ends, which may be all
// five in one. So many clients as are in flight each start a workflow, wait for its result, check
// it, and start the next. Server, worker and clients are one process, as Slipway's are in
// bench/workflow, with the same settings of the garbage collector; they talk gRPC over loopback,
// as the SDK does everywhere.
//
// # Setup
//
// The server is what `temporal server start-dev --db-filename FILE` starts: all four services,
// one history shard, one connection to a SQLite file, with the same dynamic configuration. The
// user interface and the metrics endpoint are left out, which can only make it faster. SQLite
// writes as it does there: a rollback journal, and synchronous=FULL, which is said aloud here
// since Slipway's store writes with it, too. The worker has the SDK's defaults (eager activities
// are among them).
//
// With -tuned the same server has what its flags and the worker's options allow at the same
// durability: --sqlite-pragma journal_mode=wal (what Slipway's store has), one partition per task
// queue, 16 pollers of each kind, workflows started eagerly.
//
// This is Temporal where people meet it first, on one machine and one file, as Slipway runs on
// one machine and one file. It says nothing about a cluster on Cassandra or PostgreSQL, which is
// what Temporal is made for; it gains there from many shards, which SQLite can't give it.
//
// # Method
//
// For each number in flight: a new file; clients begin 16 at a time, since a thousand starts at
// once time out on the one connection; the first workflow of client i has 1 + i mod 5 steps, so
// that workflows in flight are spread over all steps from the beginning; a warm-up of ten seconds
// and until every client's first workflow was started; then a window (-seconds). Workflows/s are
// the steps that ended in the window / 5 / seconds. Counting steps and not workflows allows a
// window shorter than a workflow takes with 1,024 in flight; `completed` says how many whole
// workflows ended, for comparison. `meanMs` is by Little's law (in flight / workflows/s); p50 and
// p99 are of whole workflows that ended in the window, and null where the warm-up was shorter
// than that mean, since then only the fast ones would count. CPU is that of the whole process.
//
// What limits it is the one connection: a workflow takes about 40 transactions, each of four
// fsyncs with a rollback journal, one after the other. While 12.5 workflows/s ran, 2,000 fsyncs
// and 500 unlinks a second took 60% of its time (perf trace), the rest went to SQLite's own work.
// So whatever else writes to the disk makes the figure worse, to a third and less: measure on a
// quiet machine. `bestWorkflowsPerSecond`, of the best fifth of the window, shows when it was not.
package main
