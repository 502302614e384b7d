package interp

import "slipway.dev/internal/core/workflow/jq"

// Bounds of a run. Beyond one, the run gets a problem that says which, and how to stay below it.
const (
	// maxTasks is how many tasks a run begins: a loop that never ends stops here, after it has
	// cost some seconds and not a day.
	maxTasks = 100_000
	// maxBurst is how many tasks one step begins, so that others get their turn at the writer.
	maxBurst = 1000
	// maxFuel is how many steps all expressions of a run take together: about two minutes of a
	// core. A step of the run ends early once its own have taken what one expression may.
	maxFuel = 100 * jq.Fuel
	// maxAlive is how many branches are under way at once: each is in every state from then on.
	maxAlive = 1000
	// maxDepth is of runs that start runs: without it two workflows that call each other would fill the store.
	maxDepth = 8
	// maxNested is how many frames are in each other. Tasks in tasks are bounded when they are
	// read; functions that call themselves are not, and a state that nests too deep cannot be read.
	maxNested = 400
	// maxHeard is how many events a listener keeps for its output.
	maxHeard = 1000
	// maxPast is how many long values from outside a run keeps to be replayed, besides those that it names.
	maxPast = 256
	// maxFunction is of a function that is fetched, in bytes.
	maxFunction = 1 << 20
)
