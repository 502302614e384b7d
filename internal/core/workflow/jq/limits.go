package jq

// The bounds of one evaluation. Steps are the only currency: an instruction of the interpreter
// is one, and whatever a function does besides is paid in steps before it does it.
const (
	// MaxSource is how long an expression may be, in bytes: what no person writes by hand is
	// a program, and belongs in a script.
	MaxSource = 16 << 10

	// Fuel is how many steps an evaluation has: about half a second of one processor, enough to
	// walk through a document of a megabyte.
	Fuel = 10_000_000

	// stepBytes is how many bytes one step buys. With Fuel it bounds what an evaluation can hold
	// at once, to about 160 MB.
	stepBytes = 16

	// stepScan is how many bytes one step reads.
	stepScan = 16

	// hashBytes is how many bytes of an object's name one step hashes or compares.
	hashBytes = 128

	// maxName is how long a name may be that an expression looks up as it is written: longer ones are
	// looked up as if they were computed, and paid for.
	maxName = 100

	// guardSteps is what the call of a native costs in itself, and nativeSteps what it costs
	// besides to have gojq do the work.
	guardSteps  = 4
	nativeSteps = 20

	// MaxDepth is how deep values may be nested: encoding/json reads at most 10,000 levels, and
	// values are kept inside others.
	MaxDepth = 1000

	// MaxValue is how long a value may be as JSON, in bytes.
	MaxValue = 64 << 20

	// maxScopes is how many functions and arguments may be around a place: the interpreter
	// looks variables up through all of them.
	maxScopes = 200

	// maxPatterns is how many patterns may be side by side: each is compiled with the variables of all.
	maxPatterns = 20

	// scopesPerStep is through how many scopes one step looks.
	scopesPerStep = 32

	// maxDigits is how long a number may be: arithmetic with big ones takes more than linear time.
	maxDigits = 1000
	maxBits   = maxDigits * 10 / 3

	// itemBytes and memberBytes are what an item of an array and a member of an object take.
	itemBytes   = 16
	memberBytes = 64

	// maxIndex is how far behind its end an array may be set, which fills the gap with null.
	maxIndex = 100_000

	// maxError is how long the text of an error may be, in bytes.
	maxError = 1000

	// maxPattern and maxProgram bound regular expressions: bytes of source, and instructions, which
	// each character of the text may visit all.
	maxPattern = 1000
	maxProgram = 5000
)
