package jq

// textName is the native that puts together a string of parts; it takes any number of them.
const textName = "__text"

// nowName is the variable that now gives: Vars["__now"], seconds since 1970 as a float64.
const nowName = "__now"

// formats are the natives behind @name.
var formats = map[string]string{
	"@text": "tostring", "@json": "tojson", "@html": "__html", "@uri": "__uri", "@urid": "__urid", "@csv": "__csv",
	"@tsv": "__tsv", "@sh": "__sh", "@base64": "__base64", "@base64d": "__base64d",
}

// natives are the functions by name and number of arguments: what they cost, and who does the work.
var natives = table()

func table() map[string]native {
	natives := map[string]native{
		// Of the rewriting.
		"__enter/0": {own: enter}, "__deeper/1": {own: deeper}, "__caught/0": {own: caught}, "__made/0": {own: made}, "__key/0": {own: key},
		"__object/0": {own: object}, "__each/0": {own: each}, "__container/0": {own: isContainer}, "__at/1": {own: at}, "__part/2": {own: part},
		"__secret/2": {own: secretOf}, textName: {own: concat},
		// Operators.
		"__add/2": {own: add}, "__equal/2": {own: equal}, "__notequal/2": {own: notEqual}, "__less/2": {own: less},
		"__greater/2": {own: greater}, "__lesseq/2": {own: lessEqual}, "__greatereq/2": {own: greaterEqual},
		"__subtract/2": {"$a - $b", costSubtract, nil}, "__multiply/2": {"$a * $b", costMultiply, nil},
		"__divide/2": {"$a / $b", costSplit, nil}, "__modulo/2": {"$a % $b", costFlat, nil},
		"__negate/0": {"-(.)", costFlat, nil}, "__plus/0": {"+(.)", costFlat, nil},
		// Paths.
		"setpath/2": {own: setpath}, "delpaths/1": {own: delpaths}, "__path/1": {own: checkPath}, "__paid/0": {own: paid},
		"__owner/0": {own: newOwner}, "__set/3": {own: setOwned}, "__get/2": {own: getOwned}, "__gone/2": {own: gone}, "__drop/1": {own: drop},
		// Regular expressions.
		"__match/2": {own: match}, "__test/2": {own: test}, "__splits/2": {own: splits}, "__sub/2": {own: sub},
		// JSON and text.
		"tostring/0": {own: tostring}, "tojson/0": {own: tojson}, "fromjson/0": {own: fromjson},
		"__html/0": {"@html", costEscape, nil}, "__uri/0": {"@uri", costEscape, nil}, "__urid/0": {"@urid", costEscape, nil},
		"__csv/0": {"@csv", costEscape, nil}, "__tsv/0": {"@tsv", costEscape, nil}, "__sh/0": {"@sh", costEscape, nil},
		"__base64/0": {"@base64", costEscape, nil}, "__base64d/0": {"@base64d", costEscape, nil}, "format/1": {"format($a)", costEscape, nil},
		"length/0": {"length", costScan, nil}, "utf8bytelength/0": {"utf8bytelength", costFlat, nil},
		"tonumber/0": {"tonumber", costDigits, nil}, "toboolean/0": {"toboolean", costFlat, nil},
		"startswith/1": {"startswith($a)", costScan, nil}, "endswith/1": {"endswith($a)", costScan, nil},
		"ltrimstr/1": {"ltrimstr($a)", costScan, nil}, "rtrimstr/1": {"rtrimstr($a)", costScan, nil}, "trimstr/1": {"trimstr($a)", costScan, nil},
		"ltrim/0": {"ltrim", costScan, nil}, "rtrim/0": {"rtrim", costScan, nil}, "trim/0": {"trim", costScan, nil},
		"ascii_downcase/0": {"ascii_downcase", costEscape, nil}, "ascii_upcase/0": {"ascii_upcase", costEscape, nil},
		"explode/0": {"explode", costExplode, nil}, "implode/0": {"implode", costEach, nil},
		"split/1": {"split($a)", costSplit, nil}, "join/1": {"join($a)", costJoin, nil},
		// Arrays and objects.
		"keys/0": {"keys", costOrder, nil}, "keys_unsorted/0": {"keys", costOrder, nil}, "has/1": {"has($a)", costScan, nil}, "add/0": {"add", costAdd, nil},
		"__entries/0": {own: entries}, "__from/0": {own: fromEntries},
		"reverse/0": {"reverse", costEach, nil}, "flatten/0": {"flatten", costDeep, nil}, "flatten/1": {"flatten($a)", costDeep, nil},
		"min/0": {"min", costDeep, nil}, "max/0": {"max", costDeep, nil}, "sort/0": {"sort", costSort, nil}, "unique/0": {"unique", costSort, nil},
		"__min_by/1": {"_min_by($a)", costDeep, nil}, "__max_by/1": {"_max_by($a)", costDeep, nil}, "__sort_by/1": {"_sort_by($a)", costSort, nil},
		"__group_by/1": {"_group_by($a)", costSort, nil}, "__unique_by/1": {"_unique_by($a)", costSort, nil},
		"contains/1": {"contains($a)", costContains, nil}, "inside/1": {"inside($a)", costContains, nil},
		"indices/1": {"indices($a)", costProduct, nil}, "index/1": {"index($a)", costProduct, nil}, "rindex/1": {"rindex($a)", costProduct, nil},
		"bsearch/1": {"bsearch($a)", costSearch, nil}, "transpose/0": {"transpose", costTranspose, nil},
		// Time.
		"gmtime/0": {"gmtime", costFlat, nil}, "mktime/0": {"mktime", costFlat, nil},
		"strftime/1": {"strftime($a)", costTime, nil}, "strptime/1": {"strptime($a)", costTime, nil},
		"__numbers/3": {own: numeric},
	}
	for _, name := range []string{
		"sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "floor", "round", "nearbyint", "rint",
		"ceil", "trunc", "significand", "fabs", "sqrt", "cbrt", "exp", "exp10", "exp2", "expm1", "frexp", "modf", "log", "log10", "log1p", "log2",
		"logb", "gamma", "tgamma", "lgamma", "erf", "erfc", "j0", "j1", "y0", "y1",
	} {
		natives[arity(name, 0)] = native{name, costFlat, nil}
	}
	for _, name := range []string{
		"atan2", "copysign", "drem", "fdim", "fmax", "fmin", "fmod", "hypot", "nextafter", "nexttoward", "remainder", "ldexp", "scalb", "scalbln", "pow",
	} {
		natives[arity(name, 2)] = native{name + "($a; $b)", costFlat, nil}
	}
	natives["jn/2"], natives["yn/2"] = native{"jn($a; $b)", costBessel, nil}, native{"yn($a; $b)", costBessel, nil}
	natives["fma/3"] = native{"fma($a; $b; $c)", costFlat, nil}
	return natives
}
