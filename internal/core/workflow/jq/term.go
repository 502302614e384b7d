package jq

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/itchyny/gojq"
)

// term rewrites a term: what it begins with, then one suffix after the other.
func (r *rewriter) term(t *gojq.Term, s *scope) (*gojq.Query, error) {
	suffixes := t.SuffixList
	var current *gojq.Query
	var err error
	switch {
	case t.Type == gojq.TermTypeFunc && t.Func.Name == "$secrets":
		current, suffixes, err = r.secret(suffixes)
	case t.Type == gojq.TermTypeIndex:
		suffixes = slices.Concat([]*gojq.Suffix{{Index: t.Index}}, suffixes)
		current = identity()
	default:
		current, err = r.base(t, s)
	}
	if err == nil && len(suffixes) > 0 && suffixes[0].Optional {
		current = r.try(current, nil)
	}
	for i, suffix := range suffixes {
		if err != nil {
			return nil, err
		}
		if suffix.Optional {
			continue // done with the one before
		}
		caught := i+1 < len(suffixes) && suffixes[i+1].Optional
		current, err = r.suffix(current, suffix, caught, s)
	}
	return current, err
}

// suffix gives "current | suffix", and "current | try suffix" if it is caught.
func (r *rewriter) suffix(current *gojq.Query, suffix *gojq.Suffix, caught bool, s *scope) (*gojq.Query, error) {
	try := func(q *gojq.Query) *gojq.Query {
		if caught {
			return r.try(q, nil)
		}
		return q
	}
	if suffix.Iter {
		step := pipe(r.native("__each"), &gojq.Query{Term: &gojq.Term{
			Type: gojq.TermTypeIdentity, SuffixList: []*gojq.Suffix{{Iter: true}},
		}})
		return pipe(current, try(step)), nil
	}
	x := suffix.Index
	if name, ok := constantName(x); ok && len(name) <= maxName {
		step := &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeIndex, Index: &gojq.Index{Str: &gojq.String{Str: name}}}}
		if r.careful {
			step = pipe(r.native("__object"), step)
		}
		return pipe(current, try(step)), nil
	}
	return r.dynamic(current, x, try, s)
}

// constantName gives the name that an index looks up, if it is written there.
func constantName(x *gojq.Index) (string, bool) {
	switch {
	case x.Name != "":
		return x.Name, true
	case x.Str != nil:
		return x.Str.Str, x.Str.Queries == nil
	case x.IsSlice || x.Start.Term == nil || x.Start.Term.Type != gojq.TermTypeString || len(x.Start.Term.SuffixList) > 0:
		return "", false
	}
	return x.Start.Term.Str.Str, x.Start.Term.Str.Queries == nil
}

// dynamic gives current[x] for any x: "x as $k | current | __at($k) | .[$k]". What is in the
// brackets is evaluated first, and over what the whole term is given.
func (r *rewriter) dynamic(current *gojq.Query, x *gojq.Index, try func(*gojq.Query) *gojq.Query, s *scope) (*gojq.Query, error) {
	part := func(q *gojq.Query) (*gojq.Query, error) {
		if q == nil {
			return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeNull}}, nil
		}
		return r.closure(q, s, nil)
	}
	if x.Name != "" {
		x = &gojq.Index{Start: text(x.Name)}
	}
	if x.Str != nil {
		x = &gojq.Index{Start: &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeString, Str: x.Str}}}
	}
	start, err := part(x.Start)
	if err != nil {
		return nil, err
	}
	if !x.IsSlice {
		get := index(&gojq.Index{Start: call("$__k")})
		return bind(start, "$__k", pipe(current, try(pipe(r.native("__at", call("$__k")), get)))), nil
	}
	end, err := part(x.End)
	if err != nil {
		return nil, err
	}
	get := index(&gojq.Index{IsSlice: true, Start: call("$__k"), End: call("$__e")})
	get = pipe(r.native("__part", call("$__k"), call("$__e")), get)
	return bind(start, "$__k", bind(end, "$__e", pipe(current, try(get)))), nil
}

func index(x *gojq.Index) *gojq.Query {
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeIndex, Index: x}}
}

// try is "try body catch handler". What was caught is looked at first: to make the text of an
// error of the interpreter's own may take long.
func (r *rewriter) try(body, handler *gojq.Query) *gojq.Query {
	if handler == nil {
		handler = r.ours("__nothing")
	}
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeTry, Try: &gojq.Try{
		Body: enclose(body), Catch: enclose(pipe(r.native("__caught"), handler)),
	}}}
}

// base rewrites a term without its suffixes.
func (r *rewriter) base(t *gojq.Term, s *scope) (*gojq.Query, error) {
	switch t.Type {
	case gojq.TermTypeRecurse:
		return r.function(&gojq.Func{Name: "recurse"}, s)
	case gojq.TermTypeFunc:
		return r.function(t.Func, s)
	case gojq.TermTypeObject:
		return r.object(t.Object, s)
	case gojq.TermTypeArray:
		return r.array(t.Array, s)
	case gojq.TermTypeUnary:
		return r.unary(t.Unary, s)
	case gojq.TermTypeNumber:
		if len(t.Number) > maxDigits {
			return nil, errors.New("a number in the expression is too long")
		}
	case gojq.TermTypeFormat:
		return r.format(t, s)
	case gojq.TermTypeString:
		return r.string(t.Str, nil, s)
	case gojq.TermTypeIf, gojq.TermTypeTry, gojq.TermTypeReduce, gojq.TermTypeForeach, gojq.TermTypeLabel:
		return r.control(t, s)
	case gojq.TermTypeQuery:
		q, err := r.query(t.Query, s)
		return enclose(q), err
	}
	c := *t
	c.SuffixList = nil
	return &gojq.Query{Term: &c}, nil
}

func (r *rewriter) array(a *gojq.Array, s *scope) (*gojq.Query, error) {
	r.makes = true
	if a.Query == nil {
		return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeArray, Array: a}}, nil
	}
	q, err := r.query(a.Query, s)
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeArray, Array: &gojq.Array{Query: q}}}, err
}

func (r *rewriter) object(o *gojq.Object, s *scope) (*gojq.Query, error) {
	r.makes = true
	for _, kv := range o.KeyVals {
		if err := r.member(kv, s); err != nil {
			return nil, err
		}
	}
	q := &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeObject, Object: o}}
	if !slices.ContainsFunc(o.KeyVals, computed) {
		return q, nil // a constant
	}
	return pipe(q, r.native("__made")), nil
}

// computed says whether an entry is more than a constant.
func computed(kv *gojq.ObjectKeyVal) bool {
	if kv.KeyQuery != nil || kv.Val == nil || kv.Val.Term == nil || len(kv.Val.Term.SuffixList) > 0 {
		return true
	}
	switch kv.Val.Term.Type {
	case gojq.TermTypeNull, gojq.TermTypeTrue, gojq.TermTypeFalse, gojq.TermTypeNumber, gojq.TermTypeString, gojq.TermTypeObject:
		return false
	}
	return true
}

// member rewrites one entry of an object in place.
func (r *rewriter) member(kv *gojq.ObjectKeyVal, s *scope) (err error) {
	if strings.HasPrefix(kv.Key, "$") { // {$x}
		if kv.Key == "$secrets" {
			return errSecrets
		}
		if _, err := r.function(&gojq.Func{Name: kv.Key}, s); err != nil {
			return err
		}
	}
	key := kv.KeyQuery
	if kv.KeyString != nil && kv.KeyString.Queries != nil {
		if key = (&gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeString, Str: kv.KeyString}}); kv.Val == nil {
			return errors.New("an object's name with \\( ) in it needs a value: {\"…\": value}")
		}
		kv.KeyString = nil
	}
	if key != nil {
		if key, err = r.query(key, s); err != nil {
			return err
		}
		kv.KeyQuery = pipe(key, r.native("__key"))
	}
	if kv.Val != nil {
		kv.Val, err = r.query(kv.Val, s)
		kv.Val = enclose(kv.Val)
	}
	return err
}

func (r *rewriter) unary(u *gojq.Unary, s *scope) (*gojq.Query, error) {
	if u.Term.Type == gojq.TermTypeNumber && len(u.Term.SuffixList) == 0 && len(u.Term.Number) <= maxDigits {
		return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeUnary, Unary: u}}, nil // a constant
	}
	q, err := r.term(u.Term, s)
	if err != nil {
		return nil, err
	}
	name := "__negate"
	if u.Op == gojq.OpAdd {
		name = "__plus"
	}
	return pipe(q, r.native(name)), nil
}

// format rewrites @name and @name "…".
func (r *rewriter) format(t *gojq.Term, s *scope) (*gojq.Query, error) {
	name, ok := formats[t.Format]
	if !ok {
		return nil, fmt.Errorf("there is no format %s%s", t.Format, hint(t.Format, slices.Collect(keysOf(formats))))
	}
	if t.Str == nil {
		return r.native(name), nil
	}
	return r.string(t.Str, func(q *gojq.Query) *gojq.Query { return pipe(q, r.native(name)) }, s)
}

// maxParts is how many arguments a function of gojq may have, without the budget.
const maxParts = 29

// string rewrites a string with expressions in it: the function __text puts the parts together.
func (r *rewriter) string(str *gojq.String, format func(*gojq.Query) *gojq.Query, s *scope) (*gojq.Query, error) {
	if str.Queries == nil {
		return text(str.Str), nil
	}
	var parts []*gojq.Query
	for _, q := range str.Queries {
		if q.Term != nil && q.Term.Type == gojq.TermTypeString && q.Term.Str.Queries == nil && len(q.Term.SuffixList) == 0 {
			parts = append(parts, text(q.Term.Str.Str))
			continue
		}
		part, err := r.closure(q, s, nil)
		if err != nil {
			return nil, err
		}
		if format != nil {
			part = format(part)
		}
		parts = append(parts, part)
	}
	for len(parts) > maxParts {
		first := r.native("__text", parts[:maxParts]...)
		parts = append([]*gojq.Query{first}, parts[maxParts:]...)
	}
	return r.native("__text", parts...), nil
}
