package workflow

// Bounds of a definition. Without them a short file could ask for any amount of memory: YAML's
// aliases multiply what they name, and nesting costs stack.
const (
	MaxFile     = 1 << 20 // bytes
	MaxNested   = 64      // tasks in tasks; runs have a frame for each
	maxDepth    = 320     // values in values: a task in a task is up to five deep
	maxNodes    = 100_000 // values, with what aliases repeat
	maxProblems = 200     // of one file; nobody reads more
	maxKnown    = 1000    // names that a misspelt one is held against
)
