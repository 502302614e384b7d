package jq

import (
	"errors"
	"strings"

	"github.com/itchyny/gojq"
)

// control rewrites if, try, reduce, foreach and label.
func (r *rewriter) control(t *gojq.Term, s *scope) (*gojq.Query, error) {
	c := &gojq.Term{Type: t.Type}
	var err error
	switch t.Type {
	case gojq.TermTypeIf:
		c.If, err = r.branch(t.If, s)
	case gojq.TermTypeTry:
		return r.tried(t.Try, s)
	case gojq.TermTypeReduce:
		c.Reduce, err = r.reduce(t.Reduce, s)
	case gojq.TermTypeForeach:
		c.Foreach, err = r.foreach(t.Foreach, s)
	case gojq.TermTypeLabel:
		body, failed := r.query(t.Label.Body, s)
		c.Label, err = &gojq.Label{Ident: t.Label.Ident, Body: body}, failed
	}
	return &gojq.Query{Term: c}, err
}

// all rewrites queries in place; some may be nil.
func (r *rewriter) all(s *scope, queries ...**gojq.Query) error {
	for _, q := range queries {
		if *q == nil {
			continue
		}
		rewritten, err := r.query(*q, s)
		if err != nil {
			return err
		}
		*q = enclose(rewritten)
	}
	return nil
}

func (r *rewriter) branch(i *gojq.If, s *scope) (*gojq.If, error) {
	for _, elif := range i.Elif {
		if err := r.all(s, &elif.Cond, &elif.Then); err != nil {
			return nil, err
		}
	}
	return i, r.all(s, &i.Cond, &i.Then, &i.Else)
}

func (r *rewriter) tried(t *gojq.Try, s *scope) (*gojq.Query, error) {
	if err := r.all(s, &t.Body, &t.Catch); err != nil {
		return nil, err
	}
	return r.try(t.Body, t.Catch), nil
}

func (r *rewriter) reduce(t *gojq.Reduce, s *scope) (*gojq.Reduce, error) {
	if err := r.all(s, &t.Query, &t.Start); err != nil {
		return nil, err
	}
	inner, err := r.patterns(t.Patterns, s)
	if err != nil {
		return nil, err
	}
	return t, r.all(inner, &t.Update)
}

func (r *rewriter) foreach(t *gojq.Foreach, s *scope) (*gojq.Foreach, error) {
	if err := r.all(s, &t.Query, &t.Start); err != nil {
		return nil, err
	}
	inner, err := r.patterns(t.Patterns, s)
	if err != nil {
		return nil, err
	}
	return t, r.all(inner, &t.Update, &t.Extract)
}

// function rewrites a call, or the use of a variable.
func (r *rewriter) function(f *gojq.Func, s *scope) (*gojq.Query, error) {
	name := f.Name
	if strings.Contains(name, "::") {
		return nil, errors.New("there are no modules: " + name)
	}
	if strings.HasPrefix(name, "$") {
		return r.variable(name, s)
	}
	args := make([]*gojq.Query, len(f.Args))
	for i, arg := range f.Args {
		var err error
		if args[i], err = r.closure(arg, s, nil); err != nil {
			return nil, err
		}
	}
	full := arity(name, len(args))
	if found := s.find(full); found != nil {
		q := call(name, args...)
		if found.def != nil {
			r.called(found, q.Term.Func)
		}
		return q, nil
	}
	if !r.trusted && strings.HasPrefix(name, "_") {
		return nil, r.unknown(name, len(args), s)
	}
	if why, ok := refused[name]; ok {
		return nil, errors.New(name + " cannot be used here: " + why)
	}
	return r.builtin(name, args, s)
}

func (r *rewriter) variable(name string, s *scope) (*gojq.Query, error) {
	switch {
	case r.trusted:
	case name == "$ENV" || name == "$__prog_args":
		return nil, errors.New(name + " cannot be used here: " + refused["env"])
	case name == "$secrets":
		return nil, errSecrets
	case strings.HasPrefix(name, "$__") || s.find(name) == nil:
		return nil, r.unknown(name, 0, s)
	}
	if found := s.find(name); found != nil && found.global {
		r.use(strings.TrimPrefix(name, "$"))
	}
	return call(name), nil
}
