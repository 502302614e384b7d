package manifest

import (
	"errors"
	"io"
	"iter"
	"strings"

	"go.yaml.in/yaml/v4"
)

// page is one document of a file.
type page struct {
	top  node   // nil: it is empty. It is gone when the next page is read
	text string // the page alone, from which top can be read again; empty: top can be kept
	line int    // number of its first line
}

// pages gives the documents of a file up to the first that is no YAML, which is a problem.
func (d *decoder) pages(text string, line int, q *quick) iter.Seq[page] {
	return func(yield func(page) bool) {
		if q == nil || !splits(text) {
			d.library(page{text: text, line: line}, false, yield)
			return
		}
		for text != "" {
			p := page{text: text[:nextPage(text)], line: line}
			top, ok := q.read(p.text, p.line)
			switch {
			case !ok && !d.library(p, true, yield):
				return
			case ok && top != nil:
				if p.top = top; !yield(p) {
					return
				}
			case ok && strings.HasPrefix(p.text, "---"):
				if !yield(p) {
					return
				}
			}
			line += strings.Count(p.text, "\n")
			text = text[len(p.text):]
		}
	}
}

// splits says whether each document but the first begins with a line of ---, and nothing
// before it is meant for it.
func splits(text string) bool {
	for _, end := range []string{"\r", "\ufeff", "\u0085", "\u2028", "\u2029"} { // to some, ends of lines
		if strings.Contains(text, end) {
			return false
		}
	}
	return !lineBegins(text, "%") && !lineBegins(text, "...")
}

func lineBegins(text, with string) bool {
	return strings.HasPrefix(text, with) || strings.Contains(text, "\n"+with)
}

// nextPage is where the next document begins, or the end of the text.
func nextPage(text string) int {
	for at := 0; ; {
		i := strings.Index(text[at:], "\n---")
		if i < 0 {
			return len(text)
		}
		if at += i + 1; at+3 == len(text) || strings.IndexByte(" \t\n", text[at+3]) >= 0 {
			return at
		}
	}
}

// library reads documents as the library does, and says whether to go on. With single, the
// page has one of them.
func (d *decoder) library(p page, single bool, yield func(page) bool) bool {
	loader, err := yaml.NewLoader(strings.NewReader(p.text))
	if err != nil {
		d.say(&tree{}, "", "cannot be read: %v", err)
		return false
	}
	for {
		var doc yaml.Node
		switch err := loader.Load(&doc); {
		case errors.Is(err, io.EOF):
			return true
		case err != nil:
			d.syntax(err, p.line-1)
			return false
		}
		now := page{line: p.line}
		if single {
			now = p
		}
		if doc.Kind == yaml.DocumentNode && len(doc.Content) > 0 {
			now.top = treeOf(doc.Content[0], p.line-1, map[*yaml.Node]node{})
		}
		if !yield(now) {
			return false
		}
	}
}

// syntax puts in what the YAML reader found, so many lines further down.
func (d *decoder) syntax(err error, down int) {
	var e *yaml.LoadError
	if !errors.As(err, &e) {
		d.say(&tree{}, "", "not YAML: %v", err)
		return
	}
	text := strings.TrimSpace(e.ContextMsg + ": " + e.Message)
	d.say(&tree{Line: e.Mark.Line + down, Column: e.Mark.Column}, "", "not YAML: %s", strings.TrimPrefix(text, ": "))
}

// top is the document of a resource; nil for what was stored. It is read again, as there are
// many resources, and few whose fields are asked for.
func (r Resource) top() node {
	if r.tree != nil || r.page == "" {
		return r.tree
	}
	d := &decoder{}
	for p := range d.pages(r.page, r.line, &quick{}) {
		return p.top
	}
	return nil
}
