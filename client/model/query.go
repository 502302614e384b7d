package model

// DeploymentsQuery selects deployments, latest first. Empty fields select all.
type DeploymentsQuery struct {
	Service     string
	Environment string
	Limit       int // 0: a default of the control plane's
}

// LogsQuery selects log lines: of a service's instances in an environment (or of one of
// them), or with Release of that release's build.
type LogsQuery struct {
	Service     string
	Environment string
	Instance    string
	Release     string // the build's log; Environment and Instance are not looked at
	Tail        int    // last lines before now; 0: all that are kept; negative: none
	Follow      bool   // go on until the caller's context ends
}

// AuditQuery selects journal entries, in their order.
type AuditQuery struct {
	After   int64  // begin after this position; negative: the latest
	Limit   int    // 0: a default of the control plane's
	Machine string // identity of a machine, e.g. "deploy/tickets/prod"; empty: all
}

// ObjectivesQuery selects service level objectives. Empty fields select all.
type ObjectivesQuery struct {
	Flow        string
	Environment string
}

// ExportQuery selects objectives for another system.
type ExportQuery struct {
	Format      string // "openslo", "prometheus" or "grafana"
	Environment string // only of this one; needed for openslo
}
