package target

// LogOptions say what part of an instance's log is wanted.
type LogOptions struct {
	Tail   int  // the last so many lines; 0: all that are kept; negative: none
	Follow bool // and what comes, until the instance is gone
}
