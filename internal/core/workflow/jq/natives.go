package jq

import (
	"errors"
	"iter"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/itchyny/gojq"
)

// native is a function of ours. It pays before it works: either with all of it (own), or by
// cost before gojq's function of the same name is called.
type native struct {
	source string // what gojq runs, with $a, $b and $c as arguments; empty: own
	cost   func(b *budget, v any, args []any) error
	own    func(b *budget, v any, args []any) any
}

// budgetName is the variable that brings the budget, in a frame, to natives, which are compiled
// once for all evaluations.
const budgetName = "$__budget"

// free are functions of gojq that do next to nothing.
var free = []string{"empty/0", "error/0", "error/1", "type/0", "infinite/0", "nan/0", "isnan/0", "isinfinite/0", "isfinite/0", "isnormal/0"}

// raw are functions of gojq that only the prelude may call, by these names.
var raw = map[string]string{"_path/1": "path", "_getpath/1": "getpath", "_range/3": "_range"}

// refused says why a function of jq is not there.
var refused = map[string]string{
	"input": worldless, "inputs": worldless, "input_filename": worldless, "input_line_number": worldless,
	"debug": "there is nobody to read it", "stderr": "there is nobody to read it",
	"env":  "expressions see no environment; use $input, $context or $secrets.NAME",
	"halt": "an expression cannot end the program; use error(…)", "halt_error": "an expression cannot end the program; use error(…)",
	"localtime": zoned, "strflocaltime": zoned,
	"get_search_list": moduleless, "modulemeta": moduleless, "builtins": "it tells nothing about a workflow",
}

const (
	worldless  = "an expression sees only what it is given"
	moduleless = "there are no modules"
	zoned      = "it depends on the time zone of the machine; use gmtime and strftime, which are in UTC"
)

// navigating are natives that make no values.
var navigating = []string{"__object/0", "__each/0", "__at/1", "__part/2", "__enter/0", "__deeper/1", "__caught/0", "__key/0", "__path/1"}

// native is a call of a native.
func (r *rewriter) native(name string, args ...*gojq.Query) *gojq.Query {
	full := arity(name, len(args))
	if name == textName {
		full = textName
	}
	if !r.known[full] {
		r.known[full] = true
		r.natives = append(r.natives, full)
	}
	r.makes = r.makes || !slices.Contains(navigating, full)
	return call(custom(name), append(slices.Clone(args), call(budgetName))...)
}

// custom is the name under which gojq knows a native: its own functions go before.
func custom(name string) string { return "__" + strings.TrimPrefix(name, "__") }

// ours is a call of a function of the prelude, which becomes part of the expression.
func (r *rewriter) ours(name string, args ...*gojq.Query) *gojq.Query {
	full := arity(name, len(args))
	if !r.known[full] {
		r.known[full] = true
		if err := r.load(prelude[full]); err != nil {
			r.defect = errors.Join(r.defect, errors.New("prelude: "+full), err)
		}
	}
	return call(name, args...)
}

// load rewrites a function of the prelude.
func (r *rewriter) load(source string) error {
	query, err := gojq.Parse(source + " .")
	if err != nil {
		return err
	}
	trusted, scopes := r.trusted, r.scopes
	r.trusted, r.scopes = true, 0
	defer func() { r.trusted, r.scopes = trusted, scopes }()
	for _, def := range query.FuncDefs {
		if _, err := r.define(def, nil); err != nil {
			return err
		}
		r.defs = append(r.defs, def)
	}
	return nil
}

// builtin rewrites a call of a function that the expression does not define.
func (r *rewriter) builtin(name string, args []*gojq.Query, s *scope) (*gojq.Query, error) {
	full := arity(name, len(args))
	if full == "now/0" {
		r.use(nowName)
		return call("$" + nowName), nil
	}
	if ours, ok := renamed[full]; ok {
		return r.ours(ours, args...), nil
	}
	if _, ok := natives[full]; ok {
		return r.native(name, args...), nil
	}
	if _, ok := prelude[full]; ok {
		return r.ours(name, args...), nil
	}
	if real, ok := raw[full]; ok && r.trusted {
		return call(real, args...), nil
	}
	if slices.Contains(free, full) {
		return call(name, args...), nil
	}
	return nil, r.unknown(name, len(args), s)
}

// use notes that a variable is used.
func (r *rewriter) use(name string) {
	if !slices.Contains(r.vars, name) {
		r.vars = append(r.vars, name)
	}
}

// builtins gives the names of all functions that expressions may call.
func builtins() []string {
	names := slices.Concat(free, slices.Collect(maps.Keys(natives)), slices.Collect(maps.Keys(prelude)), slices.Collect(maps.Keys(renamed)), []string{"now/0"})
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, "_") })
	slices.Sort(names)
	return names
}

func keysOf[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// compile gives the options by which gojq knows the natives that an expression uses.
func (n native) compile(args int) (func(any, []any) any, error) {
	run := n.own
	if n.source != "" {
		var err error
		if run, err = delegate(n, args); err != nil {
			return nil, err
		}
	}
	return func(v any, args []any) any {
		last := len(args) - 1
		f, ok := args[last].(*frame)
		if !ok || !f.pay(guardSteps) {
			return ErrFuel
		}
		return run(f.budget, v, args[:last])
	}, nil
}

// delegate makes a function that pays, and then has gojq's own do the work.
func delegate(n native, args int) (func(*budget, any, []any) any, error) {
	query, err := gojq.Parse(n.source)
	if err != nil {
		return nil, err
	}
	code, err := gojq.Compile(query, gojq.WithVariables([]string{"$a", "$b", "$c"}[:args]))
	if err != nil {
		return nil, err
	}
	return func(b *budget, v any, args []any) any {
		if !b.pay(nativeSteps) {
			return b.cause
		}
		if err := n.cost(b, v, args); err != nil {
			return err
		}
		out, _ := code.Run(v, args...).Next()
		if err, failed := out.(error); failed {
			return b.failed(err, v, args)
		}
		return b.bought(out)
	}, nil
}

// failed makes the text of an error at once, which is paid for: it shows what it is about.
func (b *budget) failed(err error, v any, args []any) any {
	for _, shown := range append([]any{v}, args...) {
		if _, ok := b.deep(shown); !ok {
			return b.cause
		}
	}
	return failure(err.Error())
}

// bought pays for what a function made, if it is a value of its own.
func (b *budget) bought(v any) any {
	bytes := 0
	switch v := v.(type) {
	case string:
		bytes = len(v)
	case []any:
		bytes = itemBytes * len(v)
	case map[string]any:
		bytes = memberBytes * len(v)
	case *big.Int:
		if v.BitLen() > maxBits {
			return failure("the number is too big: use at most " + strconv.Itoa(maxDigits) + " digits")
		}
	}
	if !b.buy(bytes) {
		return b.cause
	}
	return v
}

// failure is an error that an expression may catch, as the text that it is.
type failure string

// Error gives the text.
func (f failure) Error() string { return string(f) }

// Value is what catch gets.
func (f failure) Value() any { return string(f) }
