// Package grafana makes a dashboard for Grafana of the flows in the catalog: what is at stake
// first. It reads what Slipway's /metrics has, through a Prometheus that is chosen on the
// dashboard.
//
// The dashboard is in Grafana's classic model (schema version 42, the last one), which all
// versions import. It is the same for the same flows, so that it can be kept in a repository.
package grafana
