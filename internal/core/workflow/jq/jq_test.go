package jq_test

import (
	"errors"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/workflow/jq"
)

func compile(t *testing.T, source string, variables ...string) *jq.Expr {
	t.Helper()
	expr, err := jq.Compile(source, variables...)
	if err != nil {
		t.Fatal(err)
	}
	return expr
}

func decode(t *testing.T, s string) any {
	t.Helper()
	v, err := jq.Decode([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func encode(t *testing.T, v any) string {
	t.Helper()
	b, err := jq.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestEval(t *testing.T) {
	t.Parallel()
	in := decode(t, `{"colors":["blue"],"n":null}`)
	vars := jq.Vars{"context": map[string]any{"x": 2}, "item": "it", "__now": 1700000000.25}
	for source, want := range map[string]string{
		`${ .colors + ["red"] }`:           `["blue","red"]`,
		"${ .colors\n| length }":           `1`,
		` ${.a}`:                           `null`,
		`$context.x`:                       `2`,
		`$context.x.y?`:                    `null`,
		`$item`:                            `"it"`,
		`$output`:                          `null`,
		`empty`:                            `null`,
		`1, 2`:                             `1`,
		`"\(.colors[0])!"`:                 `"blue!"`,
		`now`:                              `1700000000.25`,
		`now | todate`:                     `"2023-11-14T22:13:20Z"`,
		`def now: 1; now`:                  `1`,
		`$item as $item | $item`:           `"it"`,
		`[1, 2] | map(. as $item | $item)`: `[1,2]`,
		`.n.deep.er`:                       `null`,
		`[.colors[] | {c: .}]`:             `[{"c":"blue"}]`,
		`# a comment` + "\n" + `.n`:        `null`,
		`@json "x\(.colors)"`:              `"x[\"blue\"]"`,
		`{} | .["a-b"].c = 1`:              `{"a-b":{"c":1}}`,
		`null | toarray`:                   `[null]`,
		`[limit(3; 1 | repeat(. * 2))]`:    `[1,2,4]`,
		`{"a": {"b": 1}} | leaf_paths`:     `["a","b"]`,
		`[{name: "a", value: 1}, {k: false, v: 2}, {key: null}] | from_entries`: `{"a":1,"false":2,"null":null}`,
		`[{"k":"x"}] | INDEX(.k)`: `{"x":{"k":"x"}}`,
	} {
		v, err := compile(t, source, "item").Eval(in, vars)
		if err != nil {
			t.Errorf("%s: %v", source, err)
		} else if got := encode(t, v); got != want {
			t.Errorf("%s gives %s; want %s", source, got, want)
		}
	}
}

func TestEvalFails(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		`.a.b`:                `expected an object but got: number (1)`,
		`.a[0]`:               `cannot look up number (0) in: number (1)`,
		`.a[]`:                `cannot iterate over number (1)`,
		`.a + "x"`:            `cannot add: number (1) and string ("x")`,
		`error("no pets")`:    `no pets`,
		`error({code: 5})`:    `error: {"code":5}`,
		`error(null)`:         `error: null`,
		`error("x" * 100000)`: `xxxxxxxxxx…`,
		`.s | fromjson`:       `this is not JSON`,
		`.a | test("x")`:      `a regular expression matches strings`,
		`.s | test("(")`:      `the regular expression cannot be read`,
		`.s | test("((a{100}){10}){10}b{900}c{900}d{900}e{900}f{900}")`:             `regular expression cannot be read`,
		`.s | test("[ab]{1000}[ab]{1000}[ab]{1000}[ab]{1000}[ab]{1000}[ab]{1000}")`: `repeats too much`,
		`.z[200000] = 1`:         `the gap is too big`,
		`{(.a): 1}`:              `cannot use number (1) as the name`,
		`now`:                    `there is no time`,
		`"UTC" | strptime("%Z")`: `use %z`,
		`[limit(-1; 1)]`:         `negative`,
		`path([1] | .[0])`:       `invalid path`,
	} {
		_, err := compile(t, source).Eval(decode(t, `{"a":1,"s":"x"}`), nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s says %v, want %q", source, err, want)
		}
		if err != nil && len(err.Error()) > 1200 {
			t.Errorf("%s says %d bytes", source, len(err.Error()))
		}
	}
}

func TestTrue(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]bool{"true": true, "0": true, `""`: true, "null": false, "false": false, "empty": false, ".a > 1": false} {
		got, err := compile(t, source).True(map[string]any{"a": 1}, nil)
		if err != nil || got != want {
			t.Errorf("%s is %v, %v", source, got, err)
		}
	}
	if _, err := compile(t, "error").True(1, nil); err == nil {
		t.Error("an error is no answer")
	}
}

// TestFuel shows that what stops an evaluation cannot be caught, and is the same each time.
func TestFuel(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]error{
		`try until(false; .) catch 1`:             jq.ErrFuel,
		`until(false; .)?`:                        jq.ErrFuel,
		`(until(false; .)) // 1`:                  jq.ErrFuel,
		`first((repeat(.) | empty), 1)`:           jq.ErrFuel,
		`try ("a" * 1000000000) catch 1`:          jq.ErrMemory,
		`[.[]?, ("a" * 1000000000)?, 1]`:          jq.ErrMemory,
		`. as [$a] ?// $a | "a" * 1000000000`:     jq.ErrMemory,
		`label $x | ("a" * 1000000000), break $x`: jq.ErrMemory,
	} {
		expr := compile(t, source)
		if _, err := expr.Eval(nil, nil); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", source, err, want)
		}
		_, left, _ := expr.EvalWith(10_000, nil, nil)
		if _, again, _ := expr.EvalWith(10_000, nil, nil); left != again {
			t.Errorf("%s leaves %d steps, and then %d", source, left, again)
		}
	}
}

// TestHugeInput evaluates over a hundred megabytes: what looks at a part of it works, what
// would read or copy all of it is refused.
func TestHugeInput(t *testing.T) {
	t.Parallel()
	items := make([]any, 5_000_000)
	for i := range items {
		items[i] = 7
	}
	in := map[string]any{"s": strings.Repeat("x", 100<<20), "a": items, "name": "n"}
	for source, want := range map[string]error{
		`.name`:                nil,
		`.a[4999999]`:          nil,
		`.a | length`:          nil,
		`.a[10:20] | add`:      nil,
		`{n: .name, s: .s}`:    jq.ErrMemory,
		`[.s, .s]`:             jq.ErrFuel,
		`.s + "x" | length`:    jq.ErrFuel,
		`.s | tojson | length`: jq.ErrMemory,
		`.s | explode`:         jq.ErrMemory,
		`.s | split("")`:       jq.ErrFuel,
		`.s | test("y")`:       jq.ErrFuel,
		`.a[]`:                 jq.ErrFuel,
		`.a | map(. + 1)`:      jq.ErrFuel,
		`.a | sort`:            jq.ErrFuel,
		`.a + .a | length`:     jq.ErrMemory,
		`.a |= map(1)`:         jq.ErrFuel,
		`tojson`:               jq.ErrFuel,
	} {
		if _, err := compile(t, source).Eval(in, nil); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", source, err, want)
		}
	}
}

// TestShared evaluates over the same values at the same time: the race detector sees to it that none is
// changed, not even for a moment.
func TestShared(t *testing.T) {
	t.Parallel()
	in := decode(t, `{"a":{"b":[1,2,{"c":3}]},"d":[[1],[2]]}`)
	before := encode(t, in)
	var all sync.WaitGroup
	for _, source := range []string{
		`del(.a.b[2].c)`, `del(.x)`, `.a.b[2].c |= . + 1`, `.d[][0] = 5`, `.d[] |= empty`, `map_values(.)`, `walk(.)`, `[.. | numbers]`,
		`. * {a: {x: 1}}`, `to_entries | from_entries`, `{"k": {"l": 1}} | del(.x) | .k.l |= 2`, `.a.b | sort, unique, group_by(.)`,
	} {
		expr := compile(t, source)
		for range 4 {
			all.Go(func() {
				for range 50 {
					if _, err := expr.Eval(in, nil); err != nil {
						t.Errorf("%s: %v", source, err)
					}
				}
			})
		}
	}
	all.Wait()
	if after := encode(t, in); after != before {
		t.Errorf("the input became %s", after)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"b":1,"a":[true,false,null]}`: `{"a":[true,false,null],"b":1}`,
		`12345678901234567890`:          `12345678901234567890`,
		`-9223372036854775808`:          `-9223372036854775808`,
		`1.50`:                          `1.5`,
		`1e3`:                           `1000`,
		`1e400`:                         `1.7976931348623157e+308`,
		`-1e400`:                        `-1.7976931348623157e+308`,
		`1` + strings.Repeat("0", 2000): `1.7976931348623157e+308`,
		`"<&>é\u2028\ud83d\ude00\n\t\"\\\u0001\u007f"`: "\"<&>é\u2028😀\\n\\t\\\"\\\\\\u0001\\u007f\"",
		`"plain"`:         `"plain"`,
		`"\u0000x\b\f\r"`: `"\u0000x\b\f\r"`,
		`{"\u00e9\"":1}`:  `{"é\"":1}`,
		` [ ] `:           `[]`,
		`0.1`:             `0.1`,
		`-0`:              `0`,
	} {
		if got := encode(t, decode(t, in)); got != want {
			t.Errorf("%.60s becomes %s, want %s", in, got, want)
		}
	}
	if got := encode(t, []any{math.NaN(), math.Inf(1), math.Inf(-1), "\xff"}); got != `[null,1.7976931348623157e+308,-1.7976931348623157e+308,"\ufffd"]` {
		t.Errorf("what is no number becomes %s", got)
	}
	for _, in := range []string{``, `{`, `1 2`, `[1,]`, `{"a":1}x`, `nul`, `"a`, strings.Repeat("[", 1100) + strings.Repeat("]", 1100), strings.Repeat("[", 200_000)} {
		if v, err := jq.Decode([]byte(in)); err == nil {
			t.Errorf("%.20s is read as %v", in, v)
		}
	}
	nested := any(1)
	for range 1100 {
		nested = []any{nested}
	}
	wide := any("x")
	for range 40 {
		wide = []any{wide, wide}
	}
	for name, v := range map[string]any{"a type of Go": struct{}{}, "deep": nested, "wide": wide} {
		if _, err := jq.Encode(v); err == nil {
			t.Errorf("%s is written", name)
		}
	}
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		raw         string
		loose, bare bool
		want        string // of Eval
		wrong       string // of CompileTemplate, or of Eval
		constant    bool
	}{
		"constant":                {raw: `{"a":[1,"x",null]}`, want: `{"a":[1,"x",null]}`, constant: true},
		"expression":              {raw: `"${ .a + 1 }"`, want: `2`},
		"nested":                  {raw: `{"x":["${ .a }",{"y":"${.s}"}],"z":"s"}`, want: `{"x":[1,{"y":"text"}],"z":"s"}`},
		"not as a whole":          {raw: `"a ${ .a }"`, want: `"a ${ .a }"`, constant: true},
		"two expressions":         {raw: `"${ .a } and ${ .a }"`, want: `"${ .a } and ${ .a }"`, constant: true},
		"keys stay":               {raw: `{"${ .a }":1}`, want: `{"${ .a }":1}`, constant: true},
		"bare":                    {raw: `".a"`, bare: true, want: `1`},
		"bare with braces":        {raw: `"${ .a }"`, bare: true, want: `1`},
		"bare is only the top":    {raw: `{"x":".a"}`, bare: true, want: `{"x":".a"}`, constant: true},
		"strict":                  {raw: `".a"`, want: `".a"`, constant: true},
		"loose":                   {raw: `{"x":".a"}`, loose: true, want: `{"x":1}`},
		"loose text":              {raw: `"hello world"`, loose: true, want: `"hello world"`, constant: true},
		"loose that fails":        {raw: `".a.b"`, loose: true, want: `".a.b"`},
		"loose address":           {raw: `"https://x.com/y"`, loose: true, want: `"https://x.com/y"`, constant: true},
		"given is not evaluated":  {raw: `"${ .evil }"`, want: `"${ .a }"`},
		"loose: nor there":        {raw: `".evil"`, loose: true, want: `"${ .a }"`},
		"does not compile":        {raw: `{"x":[1,{"y":"${ .a + }"}]}`, wrong: "at /x/1/y: the expression cannot be read"},
		"unknown":                 {raw: `"${ $nope }"`, wrong: "there is no variable $nope"},
		"fails":                   {raw: `"${ .a.b }"`, wrong: "expected an object"},
		"endless in loose":        {raw: `["until(false; .)"]`, loose: true, wrong: "too many steps"},
		"share the bounds of one": {raw: `["${ [range(300000)]|length }","${ [range(300000)]|length }","${ [range(300000)]|length }","${ [range(300000)]|length }","${ [range(300000)]|length }","${ [range(300000)]|length }","${ [range(300000)]|length }"]`, wrong: "too many steps"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			template, err := jq.CompileTemplate(decode(t, c.raw), c.loose, c.bare)
			var v any
			if err == nil {
				if template.Constant() != c.constant {
					t.Errorf("constant is %v", template.Constant())
				}
				if diff := cmp.Diff(decode(t, c.raw), template.Raw()); diff != "" {
					t.Errorf("raw: %s", diff)
				}
				v, err = template.Eval(decode(t, `{"a":1,"s":"text","evil":"${ .a }"}`), nil)
			}
			switch {
			case c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)):
				t.Errorf("says %v, want %q", err, c.wrong)
			case c.wrong == "" && err != nil:
				t.Error(err)
			case c.wrong == "" && encode(t, v) != c.want:
				t.Errorf("gives %s, want %s", encode(t, v), c.want)
			}
		})
	}
}

func TestInner(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"${ .a }":                    ".a",
		" ${.a}\n":                   ".a",
		"${}":                        "",
		"${ {a: {b: 1}} }":           "{a: {b: 1}}",
		`${ "}" }`:                   `"}"`,
		`${ "\"}" + "x}" }`:          `"\"}" + "x}"`,
		`${ "a\({b: "}"} | .b)}c" }`: `"a\({b: "}"} | .b)}c"`,
		"${ . # }\n }":               ". # }",
		"${ .a + { }":                ".a + {",
		"${ \"x }":                   "\"x",
	} {
		if got, ok := jq.Inner(s); !ok || got != want {
			t.Errorf("%s has %q, %v; want %q", s, got, ok, want)
		}
	}
	for _, s := range []string{"", ".a", "$", "${", "}", "a ${ .a }", "${ .a } b", "${a} and ${b}", "{ .a }", "${ .a }}"} {
		if got, ok := jq.Inner(s); ok {
			t.Errorf("%q is an expression: %q", s, got)
		}
	}
}
