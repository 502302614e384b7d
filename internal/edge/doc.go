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
package edge
