package machinetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"slipway.dev/internal/core/machine"
)

// line is a part of a script: what its author wrote, and the event in it if there is one.
type line struct {
	text  string // as it was written; may have several lines
	event *machine.Event
}

// parse reads a script and leaves out what was recorded.
func parse(script string) ([]line, error) {
	p := parser{vars: map[string]string{}, now: time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)}
	for n, text := range append(strings.Split(strings.TrimRight(script, "\n"), "\n"), "") {
		if err := p.take(n+1, text); err != nil {
			return nil, err
		}
	}
	return p.lines[:len(p.lines)-1], nil
}

type parser struct {
	lines []line
	vars  map[string]string
	now   time.Time
	open  string // the "let" or event that may still go on: its whole text
	raw   string // the same as it was written
	at    int    // the line at which it begins
}

func (p *parser) take(n int, text string) error {
	goesOn := strings.HasPrefix(text, ">>") && strings.HasPrefix(p.open, ">") ||
		strings.HasPrefix(text, "  ") && strings.HasPrefix(p.open, "let ")
	if goesOn {
		p.open += " " + strings.TrimSpace(strings.TrimPrefix(text, ">>"))
		p.raw += "\n" + text
		return nil
	}
	if err := p.finish(); err != nil {
		return fmt.Errorf("line %d: %w", p.at, err)
	}
	switch {
	case strings.HasPrefix(text, "> "), strings.HasPrefix(text, "let "):
		p.open, p.raw, p.at = text, text, n
	case strings.HasPrefix(text, "  "): // recorded
	case text == "", strings.HasPrefix(text, "#"):
		p.lines = append(p.lines, line{text: text})
	default:
		return fmt.Errorf("line %d: not a comment, let or event: %q", n, text)
	}
	return nil
}

// finish takes in the let or event that was open.
func (p *parser) finish() error {
	open, raw := p.open, p.raw
	p.open, p.raw = "", ""
	if rest, ok := strings.CutPrefix(open, "let "); ok {
		name, value, _ := strings.Cut(strings.TrimSpace(rest), " ")
		value, err := p.expand(value)
		if err != nil {
			return err
		}
		p.vars[name] = value
		p.lines = append(p.lines, line{text: raw})
		return nil
	}
	if rest, ok := strings.CutPrefix(open, "> "); ok {
		rest, err := p.expand(rest)
		if err != nil {
			return err
		}
		e, err := p.event(rest)
		if err != nil {
			return err
		}
		p.lines = append(p.lines, line{text: raw, event: &e})
	}
	return nil
}

var variable = regexp.MustCompile(`\$[a-zA-Z][a-zA-Z0-9]*`)

func (p *parser) expand(s string) (string, error) {
	var unknown string
	s = variable.ReplaceAllStringFunc(s, func(name string) string {
		value, ok := p.vars[name[1:]]
		if !ok {
			unknown = name
		}
		return value
	})
	if unknown != "" {
		return "", fmt.Errorf("no let for %s", unknown)
	}
	return s, nil
}

// event reads "[+TIME] TYPE [DATA] [facts FACTS] [by KIND:NAME]".
func (p *parser) event(s string) (machine.Event, error) {
	e := machine.Event{Actor: machine.System("script")}
	word, rest := cutWord(s)
	if after, ok := strings.CutPrefix(word, "+"); ok {
		d, err := time.ParseDuration(after)
		if err != nil {
			return e, err
		}
		p.now = p.now.Add(d)
		word, rest = cutWord(rest)
	}
	e.At, e.Type = p.now, word
	for rest != "" {
		var err error
		switch word, after := cutWord(rest); {
		case strings.HasPrefix(rest, "{"), strings.HasPrefix(rest, "["):
			e.Data, rest, err = cutJSON(rest)
		case word == "facts":
			e.Facts, rest, err = cutJSON(after)
		case word == "by":
			word, rest = cutWord(after)
			e.Actor.Kind, e.Actor.Name, _ = strings.Cut(word, ":")
		default:
			err = fmt.Errorf("event %s: cannot read %q", e.Type, rest)
		}
		if err != nil {
			return e, fmt.Errorf("event %s: %w", e.Type, err)
		}
	}
	return e, nil
}

func cutWord(s string) (word, rest string) {
	word, rest, _ = strings.Cut(strings.TrimSpace(s), " ")
	return word, strings.TrimSpace(rest)
}

func cutJSON(s string) (machine.Value, string, error) {
	d := json.NewDecoder(strings.NewReader(s))
	var v json.RawMessage
	if err := d.Decode(&v); err != nil {
		return nil, "", err
	}
	var short bytes.Buffer
	if err := json.Compact(&short, v); err != nil {
		return nil, "", err
	}
	return short.Bytes(), strings.TrimSpace(s[d.InputOffset():]), nil
}
