// Package run drives runs of workflows: it runs their effects by the hands that there are for
// them, and brings events to who listens.
//
//	run's run.call      ──▶ internal/call                    (http, openapi, grpc, …)
//	run's run.process   ──▶ internal/job ──▶ Logs            (shell, script, container)
//	run's run.function  ──▶ Functions: slipway's own         (deploy, gate, notify, …)
//	run's run.fetch     ──▶ internal/call                    (the text of a resource)
//	run's run.resolve   ──▶ Workflows                        (a workflow's active version)
//	run's run.emit      ──▶ Ingest ─┐
//	journal ──▶ Feed ──▶ Ingest ────┼──▶ Listeners ──▶ run.event, trigger.heard
//	the outside ──▶ Ingest ─────────┘
//
// What goes into an effect has marks in the place of secrets. They are put in just before the
// hand gets it, and whatever comes back — output, problem, log — has marks in their place again.
package run
