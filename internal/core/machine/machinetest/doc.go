// Package machinetest runs scripts against a machine: events in, what follows out. A
// script reads like the machine's diagram, and is re-recorded with
//
//	go test ./internal/core/… -update
//
// A script is a text file. Its author writes comments, definitions and events; the
// runner records the indented lines below each event:
//
//	# A commit is built.
//	let request {"service":"tickets","commit":"4be0…"}
//
//	> release.requested $request
//	  status building "add refunds" service=tickets
//	  state.service = "tickets"
//	  effect artifact.build repeatable {"url":"/repo"}
//
//	> +10s artifact.build.done {"output":{"digest":"sha256:…"}} facts {"environments":[]}
//	  status built "add refunds" service=tickets
//	  message deploy/tickets/dev deploy.requested {"release":"4be0"}
//
//	> release.cancel
//	  refused: it is built already
//
// An event is a line "> [+TIME] TYPE [DATA] [facts FACTS] [by KIND:NAME]". Time begins at
// 2026-01-05 09:00 UTC; +TIME lets it pass before the event. $NAME stands for the text
// of its "let"; longer data goes on in lines that begin with ">>" (or "let…" with two
// more blanks). Of state and desired things only what changed is recorded.
//
// At each event the runner also checks what every machine must hold to: the same state
// and event give the same, the state it was given is not changed, and the state is the
// same after it was written and read.
package machinetest
