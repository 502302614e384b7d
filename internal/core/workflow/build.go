package workflow

import (
	"slices"
	"strings"

	"slipway.dev/internal/core/workflow/jq"
)

// builder makes a definition of a tree that was held to the grammar. It says what the grammar
// cannot know: references, expressions, names. What is wrong it leaves out.
type builder struct {
	*reader
	top        *node
	def        *Definition
	extensions []Extension
	policyAt   map[*node]bool // nodes of policies
	secretAt   map[*node]bool // nodes of schemes that name a secret
	used       map[*node]bool // what use has and is referred to
	places     map[*Task]*node
	calls      []called
}

func newBuilder(r *reader, top *node) *builder {
	b := &builder{reader: r, top: top, policyAt: map[*node]bool{}, secretAt: map[*node]bool{}, used: map[*node]bool{}, places: map[*Task]*node{}}
	for _, n := range r.policies {
		b.policyAt[n] = true
	}
	for _, n := range r.secretUses {
		b.secretAt[n] = true
	}
	b.def = &Definition{
		Loose: top.get("evaluate", "mode").text() == "loose",
		Tasks: map[string]*Task{}, Functions: map[string]*Task{}, Catalogs: map[string]Resource{}, Auth: map[string]*jq.Template{},
	}
	for _, s := range top.get("use", "secrets").list() {
		b.def.Secrets = append(b.def.Secrets, s.text())
	}
	return b
}

func (b *builder) build() *Definition {
	d := b.def
	b.document(b.top.get("document"))
	b.use()
	d.Input, d.Output = b.input(b.top.get("input"), nil), b.output(b.top.get("output"), nil)
	d.Timeout = b.timeout(b.top.get("timeout"), nil)
	d.Schedule = b.schedule(b.top.get("schedule"))
	d.Do = b.tasks(b.top.get("do"), nil)
	b.unused()
	b.extend()
	b.checkCalls()
	b.refuseGrants()
	var err error
	d.Raw = b.top.value()
	if d.Canonical, d.Digest, err = canonical(d.Raw); err != nil {
		b.say(b.top, "cannot be written as JSON: %v", err)
	}
	return d
}

func (b *builder) document(n *node) {
	doc := &b.def.Document
	doc.DSL, doc.Namespace, doc.Name = n.get("dsl").text(), n.get("namespace").text(), n.get("name").text()
	doc.Version, doc.Title, doc.Summary = n.get("version").text(), n.get("title").text(), n.get("summary").text()
	doc.Tags, _ = n.get("tags").value().(map[string]any)
	doc.Metadata, _ = n.get("metadata").value().(map[string]any)
	if dsl := n.get("dsl"); dsl.is(isText) && !strings.HasPrefix(doc.DSL, "1.0.") {
		b.say(dsl, "this is written in version %s of the language, and what is understood here is 1.0", short(doc.DSL))
	}
}

// use reads what is defined for reference. What refers to it is read where it is used, as
// expressions there know more variables.
func (b *builder) use() {
	use := b.top.get("use")
	for i, n := range use.get("secrets").list() {
		if slices.Contains(b.def.Secrets[:i], n.text()) {
			b.say(n, "the secret `%s` is already there", short(n.text()))
		}
	}
	for _, f := range use.get("authentications").each() {
		if f.value.get("use") == nil {
			b.def.Auth[f.name] = b.template(f.value, nil)
		}
	}
	for _, f := range use.get("catalogs").each() {
		b.def.Catalogs[f.name] = Resource{Name: f.name, Endpoint: b.template(f.value.get("endpoint"), nil)}
	}
	for _, f := range use.get("functions").each() {
		if _, protocol := protocols[f.name]; protocol {
			b.warn(f.value.named(), "nothing calls this function: `call: %s` is the protocol", f.name)
		}
		if t := b.task(f.name, f.value, nil, 1); t != nil {
			b.def.Functions[f.name] = t
		}
	}
	for _, item := range use.get("extensions").list() {
		for _, f := range item.each() {
			b.extensions = append(b.extensions, b.extension(f))
		}
	}
}

// unused reads what nothing refers to, so that its mistakes are known before it is used.
func (b *builder) unused() {
	use := b.top.get("use")
	for _, f := range use.get("retries").each() {
		if !b.used[f.value] {
			b.retry(f.value, []string{"error"})
		}
	}
	for _, f := range use.get("errors").each() {
		if !b.used[f.value] {
			b.problem(f.value, nil)
		}
	}
	for _, f := range use.get("timeouts").each() {
		if !b.used[f.value] {
			b.timeout(f.value, nil)
		}
	}
}

// refer gives what a name refers to in a part of use.
func (b *builder) refer(n *node, part, what string) *node {
	among := b.top.get("use", part)
	found := among.get(n.text())
	if found == nil {
		b.say(n, "there is no %s `%s` in use.%s; %s", what, short(n.text()), part, b.near(n.text(), among.names()))
		return nil
	}
	b.used[found] = true
	if b.nodes += found.size(); b.nodes > maxNodes {
		b.say(n, "there is too much in this file: what is referred to counts each time, and there may be %d values", maxNodes)
		return nil
	}
	return found
}

// size is how many values there are in a node.
func (n *node) size() int {
	sum := 1
	for _, f := range n.fields {
		sum += f.value.size()
	}
	for _, item := range n.items {
		sum += item.size()
	}
	return sum
}

// each gives the fields of an object; of what is none, nothing.
func (n *node) each() []field {
	if n == nil {
		return nil
	}
	return n.fields
}

func (b *builder) schedule(n *node) *Schedule {
	if !n.is(isObject) {
		return nil
	}
	if read := n.get("read"); read != nil && n.get("on") == nil {
		b.say(read, "`read` goes with `on` only")
	}
	s := &Schedule{Cron: n.get("cron").text(), Every: b.duration(n.get("every"), nil), After: b.duration(n.get("after"), nil)}
	if on := n.get("on"); on != nil {
		s.On = b.consume(on, nil)
		s.Read = textOf(n.get("read"), "data")
	}
	return s
}

// textOf gives a text, or what it is if nothing is said.
func textOf(n *node, otherwise string) string {
	if s := n.text(); s != "" {
		return s
	}
	return otherwise
}
