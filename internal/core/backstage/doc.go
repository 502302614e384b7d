// Package backstage reads catalog files of Backstage (catalog-info.yaml) and writes Slipway's
// manifests of them: a Team of each Group, with the Users that are its members, and a
// Component of each Component, System, Domain, API and Resource. What could not be taken
// over is told, each with its place and why.
//
//	read.go       documents -> entities, with the places of their fields
//	ref.go        "[kind:][namespace/]name"
//	names.go      a valid name of its own for each entity
//	team.go       Groups and Users
//	component.go  the rest
//	write.go      manifests, with comments
//
// The format is that of https://backstage.io/docs/features/software-catalog/descriptor-format.
package backstage
