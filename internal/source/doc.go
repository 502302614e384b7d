// Package source brings changes in: it mirrors git repositories, says what a commit
// changed, lays commits out for builds, and reads the push webhooks of the forges.
//
// The git program does the transport; git's working-tree code never runs. Repositories
// are hostile until proven otherwise: no hooks, no configuration but ours, no submodules,
// no transports but file, ssh, git, http and https, and a checkout is written by us,
// through os.Root, from the raw objects.
package source
