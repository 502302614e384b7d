// Package catalog is what all manifests together declare: which flows there are, which
// services and other flows they rest on, which use case and process they belong to, and
// who is woken. Of it follow findings (what is declared but does not fit together),
// the nine attributes of a well-designed flow, and an estimate of a flow's availability.
//
// It is made of resources in force, or of files. manifest.Check refuses what is wrong in
// what somebody wants to apply; the catalog says what is the matter with all that there is.
package catalog
