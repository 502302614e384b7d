package jq

// prelude are the functions of jq that are written in jq, by name and number of arguments. They are
// our own, so that all that they call pays; functions that are ours alone begin with two underscores.
var prelude = map[string]string{
	"__nothing/0":  `def __nothing: empty;`, // for what must not find an empty that was defined again
	"not/0":        `def not: if . then false else true end;`,
	"map/1":        `def map(f): [.[] | f];`,
	"add/1":        `def add(f): [f] | add;`,
	"map_values/1": `def map_values(f): .[] |= f;`,
	"in/1":         `def in(xs): . as $x | xs | has($x);`,
	"abs/0":        `def abs: if type != "number" then error("abs needs a number") elif . < 0 then -. else . end;`,
	"select/1":     `def select(f): if f then . else empty end;`,
	"toarray/0":    `def toarray: if type == "array" then . else [.] end;`,

	"recurse/0": `def recurse: def r: ., (if __container then .[] | r else empty end); r;`,
	"recurse/1": `def recurse(f): def r: ., (f | r); r;`,
	"recurse/2": `def recurse(f; cond): def r: ., (f | select(cond) | r); r;`,
	"while/2":   `def while(cond; update): def r: if cond then ., (update | r) else empty end; r;`,
	"until/2":   `def until(cond; update): def r: if cond then . else update | r end; r;`,
	"repeat/1":  `def repeat(f): def r: ., (f | r); r;`,
	"walk/1":    `def walk(f): def r: if type == "array" then map(r) elif type == "object" then map_values(r) else . end | f; r;`,
	"range/1":   `def range($upto): range(0; $upto; 1);`,
	"range/2":   `def range($from; $upto): range($from; $upto; 1);`,
	"range/3":   `def range($from; $upto; $by): __numbers($from; $upto; $by) | _range($from; $upto; $by);`,

	"to_entries/0":   `def to_entries: __entries;`,
	"from_entries/0": `def from_entries: __from;`,
	"with_entries/1": `def with_entries(f): __entries | map(f) | __from;`,
	"min_by/1":       `def min_by(f): __min_by(map([f]));`,
	"max_by/1":       `def max_by(f): __max_by(map([f]));`,
	"sort_by/1":      `def sort_by(f): __sort_by(map([f]));`,
	"group_by/1":     `def group_by(f): __group_by(map([f]));`,
	"unique_by/1":    `def unique_by(f): __unique_by(map([f]));`,

	"arrays/0":    `def arrays: select(type == "array");`,
	"objects/0":   `def objects: select(type == "object");`,
	"iterables/0": `def iterables: select(type | . == "array" or . == "object");`,
	"booleans/0":  `def booleans: select(type == "boolean");`,
	"numbers/0":   `def numbers: select(type == "number");`,
	"finites/0":   `def finites: select(isfinite);`,
	"normals/0":   `def normals: select(isnormal);`,
	"strings/0":   `def strings: select(type == "string");`,
	"nulls/0":     `def nulls: select(. == null);`,
	"values/0":    `def values: select(. != null);`,
	"scalars/0":   `def scalars: select(type | . != "array" and . != "object");`,

	"first/0": `def first: .[0];`,
	"first/1": `def first(f): label $out | f | ., break $out;`,
	"last/0":  `def last: .[-1];`,
	"last/1":  `def last(f): reduce f as $x ([]; [$x]) | .[];`,
	"nth/1":   `def nth($n): .[$n];`,
	"nth/2":   `def nth($n; f): if $n < 0 then error("nth: the number is negative") else first(skip($n; f)) end;`,
	"limit/2": `def limit($n; f): if $n > 0 then label $out | foreach f as $x ($n; . - 1; $x, if . <= 0 then break $out else empty end)
		elif $n == 0 then empty else error("limit: the number is negative") end;`,
	"skip/2": `def skip($n; f): if $n > 0 then foreach f as $x ($n; . - 1; if . < 0 then $x else empty end)
		elif $n == 0 then f else error("skip: the number is negative") end;`,
	"isempty/1":      `def isempty(f): label $out | (f | false, break $out), true;`,
	"all/0":          `def all: all(.[]; .);`,
	"all/1":          `def all(cond): all(.[]; cond);`,
	"all/2":          `def all(f; cond): isempty(f | select(cond | not));`,
	"any/0":          `def any: any(.[]; .);`,
	"any/1":          `def any(cond): any(.[]; cond);`,
	"any/2":          `def any(f; cond): isempty(f | select(cond)) | not;`,
	"combinations/0": `def combinations: if length == 0 then [] else .[0][] as $x | [$x] + (.[1:] | combinations) end;`,
	"combinations/1": `def combinations(n): [limit(n; repeat(.))] | combinations;`,

	"__track/1":    `def __track(f): _path(f) | __paid;`,
	"__look/1":     `def __look(p): p as $p | __path($p) | _getpath($p);`,
	"paths/0":      `def paths: path(..) | select(length > 0);`,
	"paths/1":      `def paths(f): . as $v | paths | select(. as $p | $v | getpath($p) | f);`,
	"leaf_paths/0": `def leaf_paths: paths(scalars);`,
	"del/1":        `def del(f): delpaths([path(f)]);`,
	"pick/1":       `def pick(f): . as $v | reduce path(f) as $p (null; setpath($p; $v | getpath($p)));`,
	"__assign/2":   `def __assign(p; $x): __owner as $o | reduce path(p) as $q (.; __set($q; $x; $o));`,
	"__modify/2": `def __modify(p; f): __owner as $o
		| reduce path(p) as $q (.; . as $v | label $out
			| (($v | __get($q; $o) | f) as $x | $v | __set($q; $x; $o) | ., break $out), ($v | __gone($q; $o)))
		| __drop($o);`,
	"tostream/0": `def tostream: path(def r: (if __container then .[] | r else empty end), .; r) as $p | getpath($p) | reduce path(.[]?) as $q ([$p, .]; [$p + $q]);`,
	"fromstream/1": `def fromstream(f): foreach f as $pv (null; if .e then null else . end | $pv as [$p, $v]
		| if $pv | length == 2 then setpath(["v"] + $p; $v) | setpath(["e"]; $p | length == 0)
		else setpath(["e"]; $p | length == 1) end; if .e then .v else empty end);`,
	"truncate_stream/1": `def truncate_stream(f): . as $n | null | f | if .[0] | length > $n then .[0] |= .[$n:] else empty end;`,

	"fromdateiso8601/0": `def fromdateiso8601: strptime("%Y-%m-%dT%H:%M:%S%z") | mktime;`,
	"todateiso8601/0":   `def todateiso8601: strftime("%Y-%m-%dT%H:%M:%SZ");`,
	"fromdate/0":        `def fromdate: fromdateiso8601;`,
	"todate/0":          `def todate: todateiso8601;`,

	"match/1":     `def match($re): __pattern($re) as [$re, $flags] | __match($re; $flags)[];`,
	"match/2":     `def match($re; $flags): __match($re; $flags)[];`,
	"test/1":      `def test($re): __pattern($re) as [$re, $flags] | __test($re; $flags);`,
	"test/2":      `def test($re; $flags): __test($re; $flags);`,
	"capture/1":   `def capture($re): match($re) | __named;`,
	"capture/2":   `def capture($re; $flags): match($re; $flags) | __named;`,
	"scan/1":      `def scan($re): scan($re; null);`,
	"scan/2":      `def scan($re; $flags): match($re; "g" + $flags) | if .captures == [] then .string else [.captures[].string] end;`,
	"split/2":     `def split($re; $flags): __splits($re; $flags);`,
	"splits/1":    `def splits($re): __splits($re; null)[];`,
	"splits/2":    `def splits($re; $flags): __splits($re; $flags)[];`,
	"sub/2":       `def sub($re; str): sub($re; str; "");`,
	"sub/3":       `def sub($re; str; $flags): __match($re; $flags) as $found | [$found[] | __named | [str]] as $new | __sub($found; $new)[];`,
	"gsub/2":      `def gsub($re; str): sub($re; str; "g");`,
	"gsub/3":      `def gsub($re; str; $flags): sub($re; str; "g" + $flags);`,
	"__pattern/1": `def __pattern($re): if $re | type == "array" then $re else [$re, null] end;`,
	"__named/0":   `def __named: [.captures[] | select(.name != null) | {key: .name, value: .string}] | __from;`,

	"INDEX/2": `def INDEX(f; name): reduce f as $row ({}; .[$row | name | tostring] = $row);`,
	"INDEX/1": `def INDEX(name): INDEX(.[]; name);`,
	"JOIN/2":  `def JOIN($index; name): [.[] | [., $index[name]]];`,
	"JOIN/3":  `def JOIN($index; f; name): f | [., $index[name]];`,
	"JOIN/4":  `def JOIN($index; f; name; join): f | [., $index[name]] | join;`,
	"IN/1":    `def IN(f): any(f == .; .);`,
	"IN/2":    `def IN(f; g): any(f == g; .);`,
}

// renamed are functions of the prelude that must not have the name of what they call.
var renamed = map[string]string{"path/1": "__track", "getpath/1": "__look"}
