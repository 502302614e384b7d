// Package edge is the program `slipway edge`: the proxy that users' requests go through.
// It routes by the last table that the control plane gave it, and outlives the control
// plane. It can be replaced by another version of itself without a refused connection.
//
//	public ──▶ table (atomic pointer) ──▶ service ──▶ group (weights) ──▶ instance (least in flight)
//	internal ─┘      ▲                                                     │ dial error: ejected, another is taken
//	                 │ PUT /v1/table, kept in StateDir                     ▼ draining: no new request; drained at 0 in flight
//	admin socket ────┘                                                   app
//
// Plain requests go their way in forward.go, and with the transport of the folder h1: that
// is what httputil.ReverseProxy and http.Transport do, for less (see docs/benchmarks.md).
// Those two carry what is more than a question and an answer: upgrades, streamed bodies.
// Tests hold both ways against each other.
//
// Two rules keep requests from failing while instances change. Whoever sends a request
// raises the instance's in-flight count first and looks at its draining mark afterwards;
// whoever drains sets the mark first and looks at the count afterwards: one of the two
// sees the other. And an idle connection to an app is given up before the app would.
//
// # Flows
//
// Each request is matched once, by its method and the path that the app sees, to the steps
// of all flows at once (core/flow; flows.go, tally.go). It is counted when its answer
// begins: for each flow that it is of in one step, and if it is of none, for "" and "". An
// answer that breaks off later is one error more. What the edge refuses, and whose client
// left, is in no flow. A flow that is wrong is left out whole, and Hello.Problem says why;
// the rest of the table holds.
//
// Series come from the table alone, so that no client can make any; there are at most 50,000
// besides those of "", and what is more counts as "". They vanish when a release or a step
// has not been in the table for a day, and begin at 0 if it comes back. When a flow's
// bounds change, its latency begins anew and all else goes on; in a sum over several edges
// the latency is that of the one that began last to count by other bounds.
//
// # Users
//
// Where Service.Sticky is set, a user's identity gives their place, and the groups have parts
// of all places in their order: list the canary first, so that users only move to it as it
// grows (sticky.go). Services that call one another are told apart by what they pass on,
// and get no cookie. A group with Match gets what matches first. A group that has nobody
// who could answer is stood in for by another with a weight, whoever the user is.
//
// Where Service.Apart is set, units are counted as a judge needs them: a user once in a clock
// minute at each step, over all groups, decided when the request begins. A user is the
// identity that was sent, else the Idempotency-Key, else the request. A request that a
// release broke off, and that was repeated elsewhere, is a failed unit of that release
// and a good request of the other: units show what users are spared.
//
// # Faults
//
// A table may say that a share of the requests for a service is delayed, or answered with an
// error, until a point in time (trouble.go). The end is the edge's own affair: it comes
// without a control plane. What users got is counted as what it was, for the release that
// would have had the request.
package edge
