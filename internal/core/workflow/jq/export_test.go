package jq

// EvalWith evaluates with so many steps, and gives how many are left.
func (e *Expr) EvalWith(steps int, in any, vars Vars) (v any, left int, err error) {
	b := &budget{left: steps}
	v, err = e.eval(b, in, vars)
	return v, b.left, err
}
