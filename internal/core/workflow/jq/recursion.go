package jq

import "github.com/itchyny/gojq"

// What calls itself. The interpreter keeps a scope for each call, and looks variables up through
// all scopes of all calls under way, but for those of a function that calls itself right in its own body. So
// the deeper such calls are, the more an instruction costs. The depth is known by the budget's variable:
// a function that calls itself in another way gets a deeper one as an argument more.

// definition is a function of an expression, with all that calls it.
type definition struct {
	tree  *gojq.FuncDef
	calls []*gojq.Func // from outside, and right in its own body
	inner []*gojq.Func // from functions and arguments in its body
	loops bool         // it calls itself, one way or the other
	done  bool
}

// called notes a call.
func (r *rewriter) called(found *scope, f *gojq.Func) {
	d := found.def
	d.loops = d.loops || found.inside
	switch {
	case found.inside && r.within != d:
		d.inner = append(d.inner, f)
	case d.done:
		d.deepen(f, call(budgetName))
	default:
		d.calls = append(d.calls, f)
	}
}

// finish is called when all of the body is known.
func (r *rewriter) finish(d *definition) {
	d.done = true
	if d.loops {
		d.tree.Body = pipe(r.native("__enter"), d.tree.Body)
	}
	if len(d.inner) == 0 {
		return
	}
	for _, f := range d.calls {
		d.deepen(f, call(budgetName))
	}
	for _, f := range d.inner {
		d.deepen(f, r.native("__deeper", call(budgetName)))
	}
	d.tree.Args = append(d.tree.Args, budgetName)
	d.tree.Name += deep
}

// deep marks the name of a function that has the argument more: no name in an expression has a blank.
const deep = " deep"

func (d *definition) deepen(f *gojq.Func, depth *gojq.Query) {
	if len(d.inner) > 0 {
		f.Name += deep
		f.Args = append(f.Args, depth)
	}
}

// frame is the budget at a depth of calls.
type frame struct {
	*budget
	depth int
}

// deeper gives the frame of a call in this one. From then on each instruction costs what it costs
// there, also after the call: it cannot be seen when that is over.
func deeper(b *budget, _ any, args []any) any {
	f := args[0].(*frame)
	b.price = max(b.price, 1+(f.depth+2)*b.scopes/scopesPerStep)
	return &frame{b, f.depth + 1}
}
