package workflow

import "slipway.dev/internal/core/workflow/jq"

// consume reads which events are waited for.
func (b *builder) consume(n *node, scope []string) *Consume {
	c := &Consume{IsAny: n.get("any") != nil, All: b.filters(n.get("all"), scope), Any: b.filters(n.get("any"), scope)}
	if one := n.get("one"); one != nil {
		f := b.filter(one, scope)
		c.One = &f
	}
	switch until := n.get("until"); {
	case until.is(isText):
		c.Until = b.expr(until, scope)
		if c.Until != nil && c.Until.String() == "false" {
			c.Until, c.Forever = nil, true
		}
	case until != nil:
		c.UntilEvents = b.consume(until, scope)
	}
	return c
}

func (b *builder) filters(n *node, scope []string) []EventFilter {
	var out []EventFilter
	for _, item := range n.list() {
		out = append(out, b.filter(item, scope))
	}
	return out
}

func (b *builder) filter(n *node, scope []string) EventFilter {
	f := EventFilter{With: map[string]*jq.Template{}}
	for _, attribute := range n.get("with").each() {
		f.With[attribute.name] = b.template(attribute.value, scope)
	}
	for _, c := range n.get("correlate").each() {
		if f.Correlate == nil {
			f.Correlate = map[string]Correlate{}
		}
		f.Correlate[c.name] = Correlate{From: b.expr(c.value.get("from"), scope), Expect: b.template(c.value.get("expect"), scope)}
	}
	return f
}

// foreach reads what is done with each event or message.
func (b *builder) foreach(n *node, scope []string, nested int) *Foreach {
	if n == nil {
		return nil
	}
	f := &Foreach{Item: textOf(n.get("item"), "item"), At: textOf(n.get("at"), "index")}
	scope = with(scope, f.Item, f.At)
	f.Do = b.list(n.get("do"), scope, nested+1)
	f.Output, f.Export = b.output(n.get("output"), scope), b.export(n.get("export"), scope)
	return f
}
