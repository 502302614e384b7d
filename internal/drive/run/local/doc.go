// Package local runs one workflow without a server: the same machines on an engine of its own,
// with the same effects, in a store that is gone afterwards.
//
// What needs a server (deployments, gates, …) is a problem that says so. Tasks for people are
// put to whoever runs it; workflows that it runs are found in a folder.
package local
