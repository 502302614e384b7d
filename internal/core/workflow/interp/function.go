package interp

import (
	"fmt"
	"net/url"
	"strings"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/workflow"
)

// function calls a function: of the definition, of a catalog elsewhere, or our own.
func (r *step) function(f *Frame, t *workflow.Task, with map[string]any) error {
	name := t.Call.Function
	own, _ := strings.CutSuffix(name, "@default")
	if own != name {
		own, _, _ = strings.Cut(own, ":")
	}
	def := r.definition(f)
	switch {
	case def.Functions[name] != nil:
		f.Output, f.Phase = hold(with), Calling
		r.push(f, def.Functions[name])
		return nil
	case own == name && strings.ContainsAny(name, "@/"):
		return r.fetch(f, def, name, with)
	case own == "approval" || own == "form":
		return r.ask(f, own, with)
	}
	in := FunctionInput{At: r.mine(f), Name: own}
	var err error
	if in.With, err = Of(with); err != nil {
		return err
	}
	class := machine.Repeatable
	if own == "job" { // a command of the workflow's own, which knows no key
		class = once(t)
	}
	r.want(f, EffectFunction, class, in)
	return nil
}

// fetch gets a function that is elsewhere.
func (r *step) fetch(f *Frame, def *workflow.Definition, name string, with map[string]any) error {
	in := FetchInput{At: r.mine(f)}
	if function, catalog, ok := cutLast(name, "@"); ok && !strings.Contains(catalog, "/") && !strings.Contains(function, "://") {
		c, known := def.Catalogs[catalog]
		if !known {
			return fmt.Errorf("there is no catalog %q in use.catalogs", catalog)
		}
		endpoint, err := c.Endpoint.Eval(r.value(f.input()), r.vars(f))
		if err != nil {
			return err
		}
		if p := policy(map[string]any{"endpoint": endpoint}); p != nil {
			if in.Authentication, err = Of(p); err != nil {
				return err
			}
		}
		function, version, _ := strings.Cut(function, ":")
		name = strings.TrimSuffix(address(endpoint), "/") + "/functions/" + function + "/" + version + "/function.yaml"
	}
	var err error
	if in.Endpoint, err = Of(raw(name)); err != nil {
		return err
	}
	f.Output, f.Phase = hold(with), Calling
	r.want(f, EffectFetch, machine.Repeatable, in)
	return nil
}

// address gives the address of an endpoint.
func address(endpoint any) string {
	if s, ok := endpoint.(string); ok {
		return s
	}
	s, _ := dig(endpoint, "uri").(string)
	return s
}

// raw gives the address of a file's text where a forge shows it as a page.
func raw(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host != "github.com" {
		return address
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 3 {
		return address
	}
	branch, rest := "main", parts[2:]
	if len(parts) > 4 && (parts[2] == "tree" || parts[2] == "blob") {
		branch, rest = parts[3], parts[4:]
	}
	return "https://raw.githubusercontent.com/" + parts[0] + "/" + parts[1] + "/refs/heads/" + branch + "/" + strings.Join(rest, "/")
}

// fetched calls a function whose definition came.
func (r *step) fetched(f *Frame, out Datum) error {
	source, ok := r.value(&out).(string)
	if !ok || len(source) > maxFunction {
		return failing(Configuration, "what is at the function's address is no text of at most 1 MB")
	}
	def, problems := workflow.Parse(r.task(f).Call.Function, function(source))
	if problems != nil {
		return failing(Configuration, "the function cannot be read: %s", clip(problems.Error()))
	}
	if r.made == nil {
		r.made = map[string]*workflow.Definition{}
	}
	r.made[def.Digest] = def
	if !r.kept[def.Digest] {
		r.kept[def.Digest] = true
		r.out.Values = append(r.out.Values, def.Canonical)
	}
	r.push(f, def.Functions["fetched"]).Definition = def.Digest
	return nil
}

// function makes a definition of a function that was fetched, so that it is known by a
// digest and read like any other. Every line is indented: nothing gets out of its place.
func function(source string) []byte {
	const head = "document: {dsl: 1.0.3, namespace: functions, name: fetched, version: 1.0.0}\ndo: [{call: {call: fetched}}]\nuse:\n  functions:\n    fetched:\n"
	source = strings.TrimPrefix(strings.TrimSpace(strings.TrimPrefix(source, "\ufeff")), "---")
	const margin = "\n      "
	return []byte(head + margin + strings.ReplaceAll(source, "\n", margin) + "\n")
}
