package simulate

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"slipway.dev/internal/core/machine"
	"slipway.dev/internal/core/manifest"
	"slipway.dev/internal/core/workflow"
	"slipway.dev/internal/core/workflow/jq"
)

// ParseSuite reads a file of scenarios and says all that is wrong with it at once.
func ParseSuite(name string, data []byte) (*Suite, manifest.Problems) {
	p := &parser{file: name}
	if len(data) > maxSuite {
		p.say(1, "the file is larger than 1 MB")
		return nil, p.problems
	}
	var f file
	if !p.load(yaml.Load(data, &f, yaml.WithKnownFields())) {
		return nil, p.problems
	}
	if f.Workflow == nil {
		f.Workflow = beside(name)
	}
	s := &Suite{File: name, Workflow: p.plain(1, f.Workflow), Runs: p.list(1, f.Runs)}
	if len(f.Scenarios) == 0 {
		p.say(1, "there are no `scenarios`")
	}
	for i := range f.Scenarios {
		s.Scenarios = append(s.Scenarios, p.scenario(&f.Scenarios[i], s.Workflow))
	}
	if len(p.problems) > 0 {
		return nil, p.problems
	}
	return s, nil
}

// beside gives the workflow that a file of scenarios is beside: restart.yaml of
// restart.test.yaml. Of another name it gives none.
func beside(name string) any {
	extension := path.Ext(name)
	if base, ok := strings.CutSuffix(strings.TrimSuffix(path.Base(name), extension), ".test"); ok && base != "" {
		return base + extension
	}
	return nil
}

type parser struct {
	file     string
	problems manifest.Problems
}

func (p *parser) say(line int, format string, args ...any) {
	p.problems = append(p.problems, manifest.Problem{Position: manifest.Position{File: p.file, Line: max(line, 1), Column: 1}, Text: fmt.Sprintf(format, args...)})
}

// load takes what the YAML library says.
func (p *parser) load(err error) bool {
	var all *yaml.LoadErrors
	switch {
	case err == nil:
		return true
	case errors.As(err, &all):
		for _, e := range all.Errors {
			p.say(e.Mark.Line, "%s", plainly(e.Message))
		}
	default:
		one := (*yaml.LoadError)(nil)
		if errors.As(err, &one) {
			p.say(one.Mark.Line, "%s", plainly(one.Message))
			break
		}
		p.say(1, "%v", err)
	}
	return false
}

var (
	unknownField = regexp.MustCompile("^field (.+) not found in type .*$")
	wrongKind    = regexp.MustCompile("^cannot construct (.+) into (.*)$")
)

// plainly says what the YAML library means, without our types.
func plainly(text string) string {
	if m := unknownField.FindStringSubmatch(text); m != nil {
		return "there is no field `" + m[1] + "` here"
	}
	if m := wrongKind.FindStringSubmatch(text); m != nil {
		want := "text"
		switch {
		case strings.HasPrefix(m[2], "[]"):
			want = "a list"
		case strings.Contains(m[2], "simulate.") || strings.HasPrefix(m[2], "map"):
			want = "fields"
		case strings.HasPrefix(m[2], "int"), strings.HasPrefix(m[2], "bool"):
			want = m[2]
		}
		return want + " is expected here, and not " + strings.TrimPrefix(m[1], "!!")
	}
	return text
}

func (p *parser) duration(line int, text string) time.Duration {
	if text == "" {
		return 0
	}
	d, err := workflow.ParseDuration(text)
	if err != nil {
		p.say(line, "%v", err)
	}
	return d
}

// plain gives a value as expressions have it.
func (p *parser) plain(line int, v any) any {
	if v == nil {
		return nil
	}
	defer func() {
		if recover() != nil {
			p.say(line, "a value here cannot be written as JSON")
		}
	}()
	out, err := jq.Decode(machine.Must(v))
	if err != nil {
		p.say(line, "%v", err)
	}
	return out
}

func (p *parser) object(line int, v map[string]any) map[string]any {
	if v == nil {
		return nil
	}
	m, _ := p.plain(line, v).(map[string]any)
	return m
}

func (p *parser) list(line int, v []any) []any {
	if v == nil {
		return nil
	}
	list, _ := p.plain(line, v).([]any)
	return list
}
