package jq_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slipway.dev/internal/core/workflow/jq"
)

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		``:                         "there is nothing in the expression",
		`.a |`:                     "ends too early",
		`.a ]`:                     `cannot be read at "]"`,
		`$contxt.a`:                "there is no variable $contxt: did you mean $context?",
		`. as $item | $itme`:       "did you mean $item?",
		`lenght`:                   "there is no function lenght/0: did you mean length?",
		`def twice: . * 2; twise`:  "did you mean twice?",
		`map`:                      "map does not take 0 arguments: there is map/1",
		`length(1)`:                "length does not take 1 arguments",
		`now(1)`:                   "now does not take 1 arguments",
		`env`:                      "env cannot be used here: expressions see no environment",
		`$ENV.PATH`:                "$ENV cannot be used here: expressions see no environment",
		`env.PATH`:                 "see no environment",
		`input`:                    "input cannot be used here",
		`[inputs]`:                 "inputs cannot be used here",
		`input_filename`:           "input_filename cannot be used here",
		`debug`:                    "debug cannot be used here",
		`debug("x")`:               "debug cannot be used here",
		`halt`:                     "use error",
		`"x" | halt_error`:         "use error",
		`localtime`:                "use gmtime and strftime",
		`strflocaltime("%H")`:      "use gmtime and strftime",
		`get_search_list`:          "there are no modules",
		`"x" | modulemeta`:         "there are no modules",
		`import "a" as a; .`:       "there are no modules",
		`include "a"; .`:           "there are no modules",
		`a::b`:                     "there are no modules",
		`$__budget`:                "there is no variable $__budget",
		`$__now`:                   "there is no variable",
		`__add(1; 2)`:              "there is no function __add/2",
		`_match("a"; null; true)`:  "there is no function _match/3",
		`__set([]; 1; 2)`:          "there is no function",
		`def __f: 1; __f`:          "reserved",
		`. as $__k | .`:            "reserved",
		`. as [$__k] | .`:          "reserved",
		`. as {$__k} | .`:          "reserved",
		`def f($__b): 1; f(1)`:     "reserved",
		`reduce . as $__x (0; .)`:  "reserved",
		`@base63`:                  "there is no format @base63: did you mean @base64?",
		`break $out`:               "$out",
		`$secrets`:                 "secrets are used by name: $secrets.NAME",
		`$secrets | keys`:          "secrets are used by name",
		`$secrets[.x]`:             "secrets are used by name",
		`$secrets.a[.x]`:           "secrets are used by name",
		`$secrets[]`:               "secrets are used by name",
		`$secrets.a[]`:             "secrets are used by name",
		`$secrets.a[0]`:            "secrets are used by name",
		`$secrets["a.b"]`:          "secrets are used by name",
		`$secrets["\(.x)"]`:        "secrets are used by name",
		`{$secrets}`:               "secrets are used by name",
		`{a: $secrets}`:            "secrets are used by name",
		`. as {a: $secrets} | 1`:   "cannot be defined again",
		`1 as $secrets | 1`:        "cannot be defined again",
		`def f($secrets): 1; f(1)`: "cannot be defined again",
		`def f(s): $secrets; f(1)`: "secrets are used by name",
		`{"\("a")"}`:               "needs a value",
		strings.Repeat("9", 2000):  "too long",
		strings.Repeat(" ", 5) + strings.Repeat("1,", 10_000) + "1":       "longer than 16384 bytes",
		strings.Repeat("[", 8000):                                         "ends too early",
		strings.Repeat("map(", 300) + "." + strings.Repeat(")", 300):      "nested too deeply",
		strings.Repeat("def f: ", 300) + "1" + strings.Repeat("; f", 300): "nested too deeply",
		`. as [$a]` + strings.Repeat(" ?// [$a]", 30) + ` | $a`:           "more than 20 patterns",
	} {
		t.Run(source[:min(len(source), 40)], func(t *testing.T) {
			t.Parallel()
			if _, err := jq.Compile(source); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("says %v, want %q", err, want)
			}
		})
	}
}

// TestCompileBig has sources that are long and deep, but allowed.
func TestCompileBig(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"parentheses": strings.Repeat("(", 8000) + "1" + strings.Repeat(")", 8000),
		"arrays":      strings.Repeat("[", 900) + "1" + strings.Repeat("]", 900),
		"list":        "[" + strings.Repeat("1,", 8000) + "1]",
		"pipes":       strings.Repeat(".|", 8000) + ".",
		"names":       strings.Repeat(".a", 8000),
		"minus":       strings.Repeat("-", 8000) + "1",
		"if":          strings.Repeat("if . then 1 else ", 400) + "2" + strings.Repeat(" end", 400),
		"variables":   strings.Repeat("1 as $x|", 2000) + "$x",
		"sum":         "1" + strings.Repeat("+1", 150),
		"text":        `"` + strings.Repeat(`\(1)`, 1000) + `"`,
		"object":      "{" + strings.Repeat("a:1,", 4000) + "a:1}",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			expr, err := jq.Compile(source)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := expr.Eval(nil, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	mark := func(path string) (any, error) { return "<" + path + ">", nil }
	for source, want := range map[string]struct {
		value string
		names []string
	}{
		`$secrets.token`:                                {`"<token>"`, []string{"token"}},
		`"Bearer \($secrets.api.token)"`:                {`"Bearer <api.token>"`, []string{"api"}},
		`$secrets["my-key"]."user name"`:                {`"<my-key.user name>"`, []string{"my-key"}},
		`{b: $secrets.b, a: ($secrets.a + $secrets.b)}`: {`{"a":"<a><b>","b":"<b>"}`, []string{"a", "b"}},
		`[1] | map($secrets.a?)`:                        {`["<a>"]`, []string{"a"}},
		`def f: $secrets.a; f`:                          {`"<a>"`, []string{"a"}},
		`1`:                                             {`1`, nil},
	} {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			expr, err := jq.Compile(source)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.names, expr.Secrets()); diff != "" {
				t.Errorf("uses (-want +got):\n%s", diff)
			}
			v, err := expr.Eval(nil, jq.Vars{"secrets": jq.Lookup(mark)})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := jq.Encode(v); err != nil || string(got) != want.value {
				t.Errorf("gives %s, %v; want %s", got, err, want.value)
			}
		})
	}
	expr, err := jq.Compile(`$secrets.a.b`)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := expr.Eval(nil, jq.Vars{"secrets": map[string]any{"a.b": "<x>"}}); err != nil || v != "<x>" {
		t.Errorf("a map gives %v, %v", v, err)
	}
	if _, err := expr.Eval(nil, nil); err == nil || !strings.Contains(err.Error(), "there is no secret a.b") {
		t.Errorf("without secrets: %v", err)
	}
}
