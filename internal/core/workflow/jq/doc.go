// Package jq evaluates the runtime expressions of workflows: jq, bounded in steps and memory,
// with no clock, no environment, no files and no modules. The same expression over the same
// values gives the same result and costs the same steps on every machine, so that a machine may evaluate it.
//
// Values are as encoding/json decodes them, but for numbers: int, float64 or *big.Int. They are shared and
// never changed.
//
// # Bounds
//
// Steps are the only currency (limits.go). gojq asks its context before each instruction whether it is
// done; ours counts (budget.go). One instruction may do any amount of work, so expressions are
// rewritten before they are compiled (rewrite.go, term.go, control.go):
//
//   - operators and functions become natives of ours (table.go), which take steps in proportion to what
//     they read and make, and then do it themselves or have gojq do it (natives.go, cost.go)
//   - what jq writes in jq comes from a prelude of ours, rewritten like all else (prelude.go)
//   - iterations, indices that are computed and parts of arrays have a guard before them (guards.go)
//   - assignments and deletions are ours (paths.go, delete.go): gojq's fill arrays up to any index, and
//     write into values that others share; so are regular expressions (regex.go), whose readers pay for each character
//   - the deeper a function calls itself, the more an instruction costs (recursion.go)
//
// An evaluation that runs out of steps is over; it cannot catch that. testdata/hostile.jq has those that try.
//
// # What is refused
//
//	input, inputs, input_filename, input_line_number   an expression sees only what it is given
//	env, $ENV                                          there is no environment
//	debug, stderr                                      there is nobody to read it
//	halt, halt_error                                   an expression cannot end the program
//	import, include, modulemeta, get_search_list       there are no modules
//	localtime, strflocaltime, strptime with %Z         they depend on the machine's time zone
//	builtins                                           it tells nothing about a workflow
//	$secrets, but for $secrets.NAME(.KEY)              what an expression may read is known before
//	names that begin with two underscores              they are ours
//
// now gives Vars["__now"], the time of the event that the evaluation is for.
package jq
