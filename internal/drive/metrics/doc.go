// Package metrics collects figures: what the edge has counted, what instances use, what apps
// say of themselves, and how Slipway itself is. Once a minute they are kept, and the latest
// are offered in the text format of Prometheus.
package metrics
