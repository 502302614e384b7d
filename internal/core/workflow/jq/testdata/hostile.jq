# Each line is an expression that tries to take all time or all memory; the input is about a megabyte:
# {"s": a long string, "a": a long array, "o": a wide object, "d": an array in an array in …, "z": null}
# Endless.
def f: f; f
def f: 1 + f; f
def f: f, f; f
def f: f | f; f
def f(g): f(g | g); f(.)
def f: [f]; f
def f: {a: f}; f
[recurse]
[recurse(.)] | length
[recurse(1, 2)] | length
last(repeat(1))
[repeat(1)]
[limit(1e9; repeat(1))]
last(range(infinite))
[range(1e9)]
[range(0; 1; 1e-300)] | length
reduce range(1e9) as $i (0; . + $i)
"xxxxxxxxxxxxxxxx" | reduce repeat(.) as $x (""; . + $x)
[foreach range(1e9) as $i (0; . + $i)]
until(false; . )
[while(true; .)]
last(limit(1e18; repeat(null)))
label $out | repeat(1) | if false then break $out else empty end
def f: def g: def h: f; h; g; f
[.[] | recurse(.)]
isempty(repeat(empty))
[range(1e6) | {a: .}]
[range(1e6) | {a: ., b: [.], c: {d: .}}]
[range(1e6) | [.]]
[range(1e6) | tostring]
[range(1e6) as $a | {a:$a,b:$a,c:$a,d:$a,e:$a,f:$a,g:$a,h:$a,i:$a}]
path(recurse(.z))
[limit(100000; path(recurse(.z)))] | length
last(path(recurse(.z)))
[paths] | map(length) | add
combinations(1e9)
[[range(100)] | combinations(6)] | length
[range(3000)] | [combinations(2)]? | length
def f: def g: def h: 1+f; 1+h; 1+g; f
1 as $x | def f: [$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x,$x] | map(f); f
1 as $x | def f: if . > 1000 then reduce repeat(0) as $i (0; $x) else .+1 | [f] end; 0 | f
1 as $x | def f: if . > 200 then reduce repeat(0) as $i (0; $x|$x|$x|$x|$x|$x|$x|$x|$x|$x|$x|$x|$x|$x|$x|$x|$x|$x|$x|$x|$x|$x|$x|$x) else .+1 | [f] end; 0 | f
def f: 1 + f; f
def f(g): [g] | map(f(g)); f(.)
def f(g): [1] | map(f(f(g))); f(.)
# Doubling.
"a" * 1e9
"a" * 1e8 | length
"aaaaaaaaaa" * 1e7 * 1e7
reduce range(60) as $i ("a"; . + .)
reduce range(60) as $i ([1]; . + .)
reduce range(60) as $i ([1]; [., .]) | tojson
reduce range(60) as $i ([1]; [., .])
reduce range(60) as $i ([1]; [., .]) | . == .
reduce range(60) as $i ([1]; [., .]) | flatten | length
reduce range(60) as $i ([1]; [., .]) | [..] | length
reduce range(60) as $i ({}; {a: ., b: .}) | tostring
reduce range(60) as $i ({}; {a: ., b: .}) | sort_by(.)
reduce range(60) as $i ("<&\""; @html)
reduce range(60) as $i ("\""; tojson)
reduce range(60) as $i ("%"; @uri)
reduce range(60) as $i ("a"; @base64)
reduce range(60) as $i ("'"; @sh)
reduce range(60) as $i ("a"; "\(.)\(.)")
reduce range(60) as $i ("a"; gsub("a"; "aa"))
reduce range(60) as $i ("a"; . as $s | [., .] | join($s))
reduce range(60) as $i ("a"; [., .] | add)
reduce range(60) as $i ("a"; . * 2)
reduce range(60) as $i ([1]; [.[], .[]])
reduce range(60) as $i ({a: 1}; . * {b: .})
reduce range(60) as $i (3; try (. * .) catch 3)
reduce range(100000) as $i (3; . * 1000000000000)
reduce range(1e7) as $i (3; . + . )
reduce range(60) as $i ([[1]]; transpose + .)
[range(1e5)] | map("x" * 1000) | add
[range(1e5)] | join("x" * 10000)
.a as $a | [range(3000) | $a] | transpose | length
.s as $s | [range(1000) | $s] | add | length
.a as $a | [range(1000) | $a] | add | length
.o as $o | [range(100000) | $o] | add | length
[.a[] as $x | .a[] as $y | $x + $y] | length
.a as $a | [range(1e6) | $a + [1]] | length
.o as $o | [range(1e6) | $o + {x: .}] | length
.s as $s | [range(1e6) | $s + "x"] | length
.a | map([limit(1000; repeat(.))]) | length
.s * 100000
.s | explode | map(. + 1) | implode | explode
# Places.
.[1000000000] = 1
.z[1000000000] = 1
.z[536870911] = 1
.z[99999] = 1
reduce range(1000) as $i (null; .[$i * 90000] = 1)
reduce range(100000) as $i (null; setpath([range(900) | 0] + [$i]; 1))
setpath([range(1e6)]; 1)
setpath([range(1000) | "a"]; 1)
[range(1e6) | "z"] as $p | getpath($p)
reduce range(1e6) as $i (.; setpath(["o", "x"]; $i))
reduce range(1e6) as $i (.; .a[0] = $i)
.a[] |= . + 1
.a[] |= [.]
.a[1:] |= map([.])
.a |= map(. + 1)
del(.a[])
del(.a[range(1e6)])
del(.o[])
.a[] |= empty
to_entries | map(.value) | length
.o | with_entries(.value |= tostring) | length
.o | [to_entries[] | select(.value | tostring | test("1"))] | length
# Deep.
reduce range(1e6) as $i (0; [.])
reduce range(1e6) as $i (0; {a: .})
reduce range(1e6) as $i (0; [.]) | tojson
reduce range(1e6) as $i (0; [.]) | . == .
reduce range(1e6) as $i (0; [.]) | flatten
reduce range(1e6) as $i (0; [.]) | [..] | length
reduce range(1e6) as $i (0; [.]) | walk(.)
reduce range(1e6) as $i (0; [.]) | [tostream] | length
reduce range(1e6) as $i (0; [.]) | [paths] | length
reduce range(1e6) as $i (0; [.]) | sort_by(.)
reduce range(1e6) as $i (0; [.]) | [.] | unique
reduce range(1e6) as $i (0; [.]) | contains([[]])
reduce range(1e6) as $i (0; [.]) | error
reduce range(1e6) as $i (0; [.]) | try error catch .
reduce range(1e6) as $i (0; [.]) | tonumber
try ("[" * 1000000 | fromjson) catch 1
"[" * 900 + "]" * 900 | fromjson
"[0," * 100000 + "0" + "]" * 100000 | fromjson
"[" + "0," * 10000000 + "0]" | fromjson | length
"[" + "{}," * 1000000 + "0]" | fromjson | length
"1" * 1000000 | tonumber
"1" * 1000000 | fromjson
"1e" + "9" * 100000 | tonumber
.d | flatten | length
.d | tojson | fromjson | tojson | length
.d | [paths] | length
.d | walk(.)
# Many small readings of something big.
.s as $s | reduce range(1e6) as $i (0; . + ($s | length))
.s as $s | reduce range(1e6) as $i (0; $s[1:2] | 0)
.s as $s | reduce range(1e6) as $i (0; $s[5] | 0)
.s as $s | reduce range(1e6) as $i (0; $s | test("zzz") | 0)
.s as $s | reduce range(1e6) as $i (0; $s | startswith("zzz") | 0)
.s as $s | reduce range(1e6) as $i (0; $s == ($s + "") | 0)
.s as $s | reduce range(1e6) as $i (0; $s | ascii_downcase | 0)
.s as $s | reduce range(1e6) as $i (0; ($s | .a?) // 0)
.s as $s | reduce range(1e6) as $i (0; ($s | .[]?) // 0)
.s as $s | reduce range(1e6) as $i (0; try ($s | tonumber) catch 0)
.s as $s | reduce range(1e6) as $i (0; try ($s | {(.): 1} | 0) catch 0)
.s as $s | reduce range(1e6) as $i (0; try path($s | .a) catch 0)
.s as $s | reduce range(1e6) as $i (0; try ($s as [$x] | 0) catch 0)
.s as $s | reduce range(1e6) as $i (0; try ($s as {a: $x} | 0) catch 0)
.s as $s | reduce range(1e6) as $i (0; try ($s - 1) catch 0)
.s as $s | reduce range(1e6) as $i (0; try error($s) catch 0)
.o as $o | reduce range(1e6) as $i (0; try ($o | floor) catch 0)
.o as $o | reduce range(1e6) as $i (0; try ($o | .[0]) catch 0)
.o as $o | reduce range(1e6) as $i (0; try ({($o): 1} | 0) catch 0)
.o as $o | reduce range(1e6) as $i (0; try path($o | .a) catch 0)
.o as $o | reduce range(1e6) as $i (0; try ($o as [$x] | 0) catch 0)
.o as $o | reduce range(1e6) as $i (0; try ($o | -.) catch 0)
.o as $o | reduce range(1e6) as $i (0; $o | keys | 0)
.o as $o | reduce range(1e6) as $i (0; $o | to_entries | 0)
.o as $o | reduce range(1e6) as $i (0; first($o[]) | 0)
.o as $o | reduce range(1e6) as $i (0; $o == $o | 0)
.o as $o | reduce range(1e6) as $i (0; $o | tojson | 0)
.o as $o | reduce range(1e6) as $i (0; $o | has("x") | 0)
.o as $o | reduce range(1e6) as $i (0; $o | add | 0)
.a as $a | reduce range(1e6) as $i (0; first($a[]) | 0)
[.a] as $a | def f: .[]? | f, ($a | f); $a | f
.a as $a | reduce range(1e6) as $i (0; $a | sort | 0)
.a as $a | reduce range(1e6) as $i (0; $a | min | 0)
.a as $a | reduce range(1e6) as $i (0; $a | reverse | 0)
.a as $a | reduce range(1e6) as $i (0; $a | index(77) | 0)
.a as $a | reduce range(1e6) as $i (0; $a | bsearch(77) | 0)
.a as $a | reduce range(1e6) as $i (0; $a | contains([99999999]) | 0)
.a as $a | reduce range(1e6) as $i (0; $a - $a | 0)
.a as $a | reduce range(1e6) as $i (0; $a | .[[1,2]] | 0)
.a - .a
.a as $a | $a | contains($a)
.a | indices([1,2])
.s | indices("a" * 100000 + "b")
.s | index("aa")
.a | sort, unique, group_by(.), min, max | length
.a | map(tostring) | sort | length
.o | [.[]] | unique | length
.s | [splits("a")] | length
.s | [match("a"; "g")] | length
.s | [match(""; "g")] | length
.s | gsub("a"; "bb") | length
.s | gsub("(?<x>a)"; "\(.x)\(.x)") | length
.s | gsub("a.*b|a"; "c") | length
.s | gsub("^a"; "") | length
.s | [scan("(a)(a)")] | length
.s | test("(a*)*b"), test("(a|aa)+$"), test("(.*)(.*)(.*)(.*)x")
.s | test("((a{10}){10}){10}")
.s | test("(a?){500}a{500}")
.s | test("[a-z]{1000}")
.s | [match("(" * 200 + "a" + ")" * 200; "g")] | length
[range(1e6)] | map(tostring | test("^[0-9]+$")) | length
[range(1e6) | "x\(.)"] | map(. as $p | "x" | test($p)) | length
.s | test("(?i)" + "a" * 100000)
# Others.
[range(1e6) | gmtime]
0 | strftime("%1024d" * 100000)
0 | strftime("%c" * 1000000) | length
"x" | strptime("%Y" * 1000000)
[range(1e6) | yn(99999; 99999)] | length
[range(1e6) | jn(90000; 90000)] | length
[range(1e6) | (1e300 | tostring)] | length
[range(1e6) | pow(. ; 3)] | length
[.a[] | @json, @text, @html, @uri, @base64] | length
[.s | splits("")] | length
.s | split("") | length
.s / "a" | length
[.s | match("."; "g") | .string] | add | length
[.a[] | tojson | fromjson] | length
[.. | tojson] | add | length
[.. | tostring] | length
[.. | .a?] | length
tojson | fromjson | tojson | length
tojson | @base64 | @base64d | fromjson | length
. as $all | [range(1000) | $all] | tojson | length
. as $all | [range(1000) | $all]
. as $all | [range(1000) | $all] | @base64
[tostream] | length
fromstream(tostream) | length
[tostream] | tojson | length
[getpath(paths)] | length
{} | reduce range(1e6) as $i (.; .["k\($i)"] = $i) | length
{} | reduce range(1e6) as $i (.; . + {"k\($i)": $i}) | length
[] | reduce range(1e6) as $i (.; . + [$i]) | length
[] | reduce range(1e6) as $i (.; .[$i] = $i) | length
INDEX(range(1e6); .) | length
[limit(1e6; repeat("x"))] | group_by(.) | length
[range(1e5)] | map({key: "k\(.)", value: .}) | from_entries | length
[range(200000)] | map({a: ., b: "x\(.)"}) | sort_by(-.a) | length
[range(50000)] | unique_by(. % 7) | length
# Long names.
.s as $s | [range(60) | {($s[.:]): 1}] | add as $o | reduce range(1e6) as $i (0; $o + {x: 1} | 0)
.s as $s | [range(60) | {($s[.:]): 1}] | add as $o | reduce range(1e6) as $i (0; $o | keys | 0)
.s as $s | [range(60) | {($s[.:]): 1}] | add as $o | reduce range(1e6) as $i (0; first($o[]) | 0)
.s as $s | [range(60) | {($s[.:]): 1}] | add as $o | reduce range(1e6) as $i (0; $o | .x = 1 | 0)
.s as $s | [range(60) | {($s[.:]): 1}] | add as $o | reduce range(1e6) as $i (0; $o[$s] | 0)
.s as $s | [range(60) | {($s[.:]): 1}] | add as $o | reduce range(1e6) as $i (0; $o | has($s) | 0)
.s as $s | [range(60) | {($s[.:]): 1}] | add as $o | reduce range(1e6) as $i (0; $o | to_entries | 0)
.s as $s | [range(60) | {($s[.:]): 1}] | add as $o | reduce range(1e6) as $i (0; $o == $o | 0)
.s as $s | [range(60) | {key: $s[.:], value: 1}] | reduce range(1e6) as $i (.; from_entries as $x | .) | 0
.s as $s | [range(60) | {($s[.:]): 1}] | reduce range(1e6) as $i (.; add as $x | .) | 0
.s as $s | {} | reduce range(1e6) as $i (.; .[$s] = 1) | 0
.s as $s | {} | reduce range(1e6) as $i (.; getpath([$s]) as $x | .) | 0
.s as $s | [range(60) | $s[.:]] | reduce range(1e6) as $i (.; sort as $x | .) | 0
.s as $s | [range(60) | $s[.:]] | reduce range(1e6) as $i (.; unique_by(.) as $x | .) | 0
.s as $s | [range(60) | $s[.:]] | reduce range(1e6) as $i (.; index($s) as $x | .) | 0
