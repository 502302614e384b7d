package expr

import "cel.dev/cel-go/cel"

// variables gives an expression what it asks for, and makes nothing that it does not.
type variables Input

// ResolveName implements cel.Activation.
func (v *variables) ResolveName(name string) (any, bool) {
	switch name {
	case "release":
		return v.Release, true
	case "environment":
		return v.Environment, true
	case "service":
		return v.Service, true
	case "expedite":
		return v.Expedite, true
	case "now":
		return v.Now, true
	}
	value, ok := v.Extra[name]
	return value, ok
}

// Parent implements cel.Activation.
func (v *variables) Parent() cel.Activation { return nil }

// uses says whether an expression refers to a variable.
func uses(tree *cel.Ast, variable string) bool {
	for _, ref := range tree.NativeRep().ReferenceMap() {
		if ref.Name == variable {
			return true
		}
	}
	return false
}
