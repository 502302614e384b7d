package bpmn

import (
	"bytes"
	"encoding/xml"
	"strconv"
)

// tree is an XML element. Its name and the names of its attributes are ours; all texts are
// anybody's.
type tree struct {
	name string
	attr []string // names and values in turn; those without a value are left out
	text string
	kids []tree
}

func el(name string, attr ...string) tree { return tree{name: name, attr: attr} }

func (t tree) with(kids ...tree) tree {
	t.kids = append(t.kids, kids...)
	return t
}

func said(name, text string) tree { return tree{name: name, text: text} }

// write appends the element, in lines of their own.
func (t tree) write(b *bytes.Buffer, depth int) {
	indent := func() {
		b.WriteByte('\n')
		for range min(depth, 40) {
			b.WriteByte(' ')
		}
	}
	indent()
	b.WriteString("<" + t.name)
	for i := 0; i+1 < len(t.attr); i += 2 {
		if t.attr[i+1] == "" {
			continue
		}
		b.WriteString(" " + t.attr[i] + `="`)
		_ = xml.EscapeText(b, []byte(t.attr[i+1])) // a buffer takes all
		b.WriteByte('"')
	}
	if t.text == "" && len(t.kids) == 0 {
		b.WriteString("/>")
		return
	}
	b.WriteByte('>')
	_ = xml.EscapeText(b, []byte(t.text)) // a buffer takes all
	for _, k := range t.kids {
		k.write(b, depth+1)
	}
	if len(t.kids) > 0 {
		indent()
	}
	b.WriteString("</" + t.name + ">")
}

func number(n int) string { return strconv.Itoa(n) }
