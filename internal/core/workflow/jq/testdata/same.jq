# Paths and look-ups.
.
.a
.a[0], .a[-1], .a[99]
.a[]
.n[]
.n | keys
.a[3].b
.a[1:3], .a[:2], .a[2:], .a[-2:]
.s[2:5], .s[-5:], .s[1]
.n["x"], .n.x, ."n"."y"
.["a"][0]
.a[(0,1)]
.a[.e | length]
.m[0][.m[1] | length]
.a["x"]?
.s[0]?
.a.b?
.t[]?
[.a[]?, .t[]?] | length
.a?.x?
.people[].name
.people[0] | .name, .age
.. | numbers
[..] | length
.missing.deep.er
.e[0], .e[-1]
.a | .[1:] | .[0]
.m | .[][0]
.n | .["x","y"]
try .a.x catch "no"
try .t[0] catch "no"
try error("x") catch .
try error({a:1}) catch .a
try (1,error("x"),3) catch .
.a as [$x, $y] | $x + $y
. as {n: {x: $q}, $t} | $q, $t
.people[] as {name: $n, age: $a} | "\($n) is \($a)"
.a[] as [$x] ?// $x | $x
. as {("n"): {z: $z}} | $z
# Operators.
1 + 2, 1.5 + 1, "a" + "b", [1] + [2], {a:1} + {b:2}, null + 1, 1 + null
.big + 1, .big * 2, .big - .big, -.big
5 - 3, [1,2,3,2] - [2]
2 * 3, "ab" * 3, "ab" * 0, {a:{b:1}} * {a:{c:2}}
7 / 2, 6 / 3, "a,b" / ","
7 % 3, -7 % 3, 5.9 % 2
9223372036854775807 + 1
-9223372036854775808 - 1
4611686018427387904 * 2
1 == 1.0, "a" == "b", [1,{a:2}] == [1,{a:2}], null == false
1 < 2, "a" < "b", [1] < [1,0], {} < [], null < false
2 >= 2, 1 != 2, 3 <= 2, 3 > 2
true and false, false or true, (true,false) and (true,false)
null // 1, false // false, (false, 2, 3) // 9, empty // "d"
.missing // "default"
1 as $x | 2 as $y | [$x, $y, $x + $y]
-(1), -.n.x, +(.n.y)
1, 2 | . * 10
{a: 1, "b": 2, ("c" + "d"): 3, "e\(1+1)": 4}
{(.people[].name): 1}
{a: (1,2), b: (3,4)}
{t, "s": .s, n: .n.x}
. as $x | {$x} | .x.t
1 as $v | {$v, b: {$v}}
try ({(1): 2}) catch "no"
try (1 + "a") catch "no"
try ({} - 1) catch "no"
try (1 / 0) catch "no"
try ([] | -.) catch "no"
# Assignments.
.n.x = 5
.a[0] = "z"
.a[6] = 1
.a[1:3] = ["q"]
.a[-1] = 0
.n.x |= . + 1
.people[].age |= . + 1
.people[].age += 1
.n.x -= 1
.n.x *= 2
.n.x /= 2
.a[0] %= 2
.missing //= 4
.a |= map(select(type == "number"))
(.a[], .n.x) = 0
.a[] |= empty
.people[] |= (select(.age > 30) | .age = 0)
.people |= map(.name)
.n |= with_entries(.value |= tostring)
.x.y.z = 1
.x[2].y = 1
(.. | numbers) |= . + 1
.people[0] as $p | .people[1] = $p | .people[0].name = "new"
.m[][0] |= [., .]
.a[1:] |= map(1)
.n.x = (1,2)
.people[] += {ok: true}
.o.a.b |= 3
try (.s.x = 1) catch "no"
try (.a[-9] = 1) catch "no"
to_entries
del(.a, .people, .n)
del(.a[0,2])
del(.a[1:])
del(.people[] | select(.age == 31))
del(.n.x, .n.nope)
del(.nope.deep)
del(.[])
del(.m[][0])
delpaths([["a",0],["a"],["n","x"]])
delpaths([[]])
setpath(["a",0]; 9), setpath([]; 1)
setpath(["q","w"]; 1) | .q
try setpath("x"; 1) catch "no"
getpath(["n","x"]), getpath(["nope","x"]), getpath(["a",0])
try getpath(["s","x"]) catch "no"
path(.a[0].b?), path(.n.x)
[path(..)] | length
[paths] | length
[paths(type == "number")]
path(.a[1:2])
path(.a | first)
path(.people[] | select(.age > 30) | .name)
path(getpath(["x","y"]))
path(if .t then .a else .n end)
path(.nope // .a)
[path(.a[]?)]
try path(1) catch "no"
try path(.a | map(1)) catch "no"
pick(.n.x), pick(.a[1])
# Functions.
.s | length, utf8bytelength
(.a, .n, .s, null, -5, 1.5) | length
.n.z | length, utf8bytelength, explode, (explode | implode)
.a | add?
.m | add
[.people[].name] | add, join("-")
[1,null,"a",true] | join(",")
[] | add, join(",")
add(.people[].age)
.a | map(type)
map_values(type)
.n | map_values(tostring)
.people | map(.age) | unique, sort, min, max, reverse
.people | sort_by(.age, .name) | map(.name)
.people | group_by(.age) | map(length)
.people | unique_by(.age) | map(.name)
.people | min_by(.age).name, max_by(.age).name
.people | any(.age > 30), all(.age > 30)
[true,false] | any, all
[] | any, all
any(.people[]; .age > 99), all(.people[]; .age > 1)
[limit(2; .a[])], [first(.a[])], [last(.a[])], [nth(1; .a[])], [skip(2; .a[])]
[limit(0; 1,2)], [first(empty)], [last(empty)]
.a | first, last, nth(1)
[range(3)], [range(1;4)], [range(0;10;3)], [range(3;0;-1)], [range(0;1;0.3)]
[range(0,1; 3,4)]
isempty(empty), isempty(.a[])
[.a[] | select(type == "number")]
[while(. != null and (type == "object"); .nope)] | length
1 | [while(. < 20; . * 2)]
1 | until(. > 100; . * 3)
[recurse(.nope // empty)] | length
2 | [recurse(if . < 3 then . + 1 else empty end)]
2 | [recurse(. * .; . < 100)]
[.[] | numbers, strings, booleans, nulls] | length
[.[] | arrays, objects, iterables, scalars, values] | length
.m | flatten, flatten(1), flatten(0)
.m | transpose
[[1,2],[3,4]] | [combinations]
[[0,1] | combinations(2)]
[1,[2,[3,[4]]]] | flatten(2)
.n | has("x"), has("q")
.a | has(0), has(9)
"x" | in({x:1})
"foobar" | contains("bar"), startswith("foo"), endswith("x")
["foobar","baz"] | contains(["ba"]), inside(["foobar","baz","q"])
{a:[1,{b:2}]} | contains({a:[{b:2}]})
"a,b, cd, efg" | indices(", "), index(","), rindex(",")
[0,1,2,1,3,1,2] | indices(1), indices([1,2]), index(1), rindex(1)
[1,3,5] | bsearch(3), bsearch(4)
"  x " | trim, ltrim, rtrim
"prefix-x" | ltrimstr("prefix-"), rtrimstr("-x"), ltrimstr("q")
"AbC" | ascii_downcase, ascii_upcase
"a b" | split(" "), ascii_downcase
.s | split(", *"; null), split("[,;] *"; "g")
"1 2" | split(" ") | map(tonumber)
"12", "1.5", "-3e2" | tonumber
try ("x" | tonumber) catch "no"
[1, "1", [1], {"a":1}, null, true] | map(tostring)
[1.0, 1.5, 1e1000, -1e1000, nan] | tojson
"[1,{\"a\":2.5}]" | fromjson
try ("{" | fromjson) catch "no"
.n | tojson | fromjson
@text "x\(.a)", @json "x\(.n.z)", @html "<\("<&'>\"")>", @uri "\(" é/?")", @csv "\([1,"a\"b",null])", @tsv "\(["a\tb",true])", @sh "echo \("it's")"
.s | @base64, (@base64 | @base64d)
[1,"a b"] | @sh, @csv, @tsv
"a%20b" | @urid
try ([[1]] | @csv) catch "no"
format("json"), (.s | format("base64"))
"\(1)\(2)", "a\("b" + "\("c")")d"
"\(1,2)-\(3,4)"
"\(.a)"
.people | from_entries?
[{name:"a",value:1},{Key:"b",Value:2},{key:"c",value:false}] | from_entries | keys
.n | to_entries | from_entries
.n | with_entries(.key |= "p_" + .)
.people | INDEX(.name) | keys
.a | IN([1],[3,1,2,{"b":null}])
2 | IN(1,2,3)
IN(.a[]; 2, 9)
[JOIN({"1":"x"}; .a[0:2][]; tostring)]
walk(if type == "number" then . + 1 else . end)
.m | walk(if type == "array" then reverse else . end)
[tostream] | length
fromstream(tostream)
[.m | tostream]
[1 | truncate_stream([[0],1],[[1,0],2],[[1,0]],[[1]])]
reduce .people[] as $p (0; . + $p.age)
reduce empty as $x (3; .)
[foreach .a[] as $x (0; . + 1; [., $x])]
[foreach (1,2,3) as $x (0; . + $x)]
[label $f | .a[] | if . == 1 then ., break $f else . end]
if .t then 1 else 2 end, (if .nope then 1 end | type), (if null then 1 elif 1 then 2 else 3 end)
[.a[] | if type == "number" then (if . > 1 then "big" else "small" end) else "none" end]
def f: . + 1; 1 | f | f
def f(g): [g, g]; f(.t)
def f($x; $y): $x + $y; f(1;2), f("a";"b")
def fac: if . <= 1 then 1 else . * (. - 1 | fac) end; 20, 25 | fac
def f(x): def g: x; g; f(.t)
def map(f): "mine"; map(.)
def f: reduce .[] as $x (0; . + $x); [1,2] | f
def empty: 1; [.a[]?, .t[]?] | length
[splits("x")]?
.s | [splits(", |; ")]
.s | test("two"), test("TWO"), test("TWO"; "i"), test(["TWO","i"])
.s | match("t(?<r>[a-z])"; "g")
.s | [match("", "g")] | length
"abc" | [match("";"g").offset]
"aXbX" | [match("(?<l>[a-z])(?<q>Q)?"; "g") | .captures]
.n.z | match("€").offset, [match(".";"g").offset]
"foo bar" | capture("(?<first>\\w+) (?<second>\\w+)")
"foo bar foo" | [scan("foo")], [scan("(f)(o)")], [scan("O";"i")]
"aXbXc" | sub("X";"-"), gsub("X";"-"), gsub("x";"_";"i"), gsub("";"-"), gsub("^a";"b"), gsub("(?<l>[a-z])";"<\(.l)>")
"aXbX" | [sub("X";"1","2")], [gsub("X";"1","2")]
"line1\nline2" | gsub("^";">"), [match("$";"g").offset], gsub("\\bl";"L")
"aaa" | gsub("a*?";"x"), gsub("a";""), gsub("(?<x>a)(?<y>b)?";"[\(.x)\(.y)]")
"héllo wörld" | gsub("[é-ö]";"?"), [match("w").offset], sub("ö";"oe")
try ("a" | test("(")) catch "no"
try ("a" | test("a";"q")) catch "no"
try (1 | test("a")) catch "no"
1425599621 | todate, gmtime, (gmtime | mktime), strftime("%A, %B %d, %Y")
"2015-03-05T23:51:47Z" | fromdate, strptime("%Y-%m-%dT%H:%M:%SZ")
[3.7, -3.7] | map(floor), map(ceil), map(round), map(fabs), map(trunc)
16 | sqrt, log2, exp2, significand, logb
[1.5 | modf, frexp], ([3,4] | .[0] as $a | .[1] as $b | hypot($a;$b))
infinite, -infinite, nan | isinfinite, isnan, isnormal
-5, 5.5, null | abs?
"true","false",true | toboolean
.t | not
[.[] | type] | unique
[.a, .n] | map(length)
.people | map({(.name): .age}) | add
.people | map(select(.name | test("^[AB]"))) | length
[.people[] | .name |= ascii_upcase]
limit(3; .a[])
[.a[] | try (if type == "object" then error("x") else . end) catch "caught"]
.a[1:][0], .a[:-1], .a[1.2:2.5]
[.[]?] | length
try (null | implode) catch "no"
(1,null,"a") as $x | [$x]
{} | .a.b.c = 1 | .a.b.d += 2 | .a["x"] = [1]
@json, @text | length
. == ., . != ., (.a < .n)
[.a, .a] | unique | length
"\u00e9\ud83d\ude00" | explode, @json, @uri
[{"a":1,"b":2},{"a":1,"b":3}] | group_by(.a) | map(map(.b))
[[3,"c"],[1,"a"]] | sort | .[0][1]
