package starter

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"text/template"

	"slipway.dev/internal/core/fault"
	"slipway.dev/internal/core/manifest"
)

// Names of the files that Write writes.
const (
	ServicesFile = "slipway.yaml"
	PlatformFile = "slipway-platform.yaml"
)

// File is a manifest, by its name in the repository.
type File struct {
	Name    string
	Content []byte
}

//go:embed *.tmpl
var templates embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{"text": text, "comment": comment}).ParseFS(templates, "*.tmpl"))

// text writes any text so that YAML reads just that.
func text(s string) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(s)
	return strings.TrimSpace(b.String()), err
}

// comment keeps a text on its line.
func comment(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// Lines says what was guessed, why, and what to check, for a person.
func (g Guess) Lines() []string {
	var out []string
	for _, s := range g.Services {
		out = append(out, fmt.Sprintf("service %s in %s: %s", s.Name, s.Path, s.Because))
		for _, note := range s.Notes {
			out = append(out, fmt.Sprintf("check %s: %s", s.Name, note))
		}
	}
	return append(out, g.Notes...)
}

// Files gives the manifests for a guess. They are right: the parser has read them.
func (g Guess) Files() ([]File, error) {
	if len(g.Services) == 0 {
		return nil, fault.New(fault.NotFound, "nothing here looks like a service").
			WithHint("name the command that starts it in a Procfile (web: COMMAND) and try again, or write slipway.yaml by hand; `slipway schema` describes it")
	}
	var out []File
	var all []manifest.Resource
	for _, page := range []struct{ template, name string }{{"manifest.yaml.tmpl", ServicesFile}, {"platform.yaml.tmpl", PlatformFile}} {
		var b bytes.Buffer
		if err := pages.ExecuteTemplate(&b, page.template, g); err != nil {
			return nil, fault.New(fault.Internal, "%s cannot be written", page.name).Because(err)
		}
		found, problems := manifest.Parse(page.name, b.Bytes())
		if err := problems.Err(); err != nil {
			return nil, fault.New(fault.Internal, "what was guessed makes no manifest").Because(err)
		}
		all = append(all, found...)
		out = append(out, File{Name: page.name, Content: b.Bytes()})
	}
	if err := manifest.Check(all, nil, false).Err(); err != nil {
		return nil, fault.New(fault.Internal, "what was guessed does not fit together").Because(err)
	}
	return out, nil
}

// Write writes the manifests for a guess into a repository that has none.
func Write(dir string, g Guess) ([]File, error) {
	root, err := open(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	for _, name := range []string{ServicesFile, "slipway.yml", ".slipway", PlatformFile} {
		if _, err := root.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
			return nil, fault.New(fault.Refused, "there is %s already in %s", name, dir).WithHint("it is left as it is; move it away to begin anew")
		}
	}
	files, err := g.Files()
	if err != nil {
		return nil, err
	}
	for _, f := range files {
		if err := writeNew(root, f); err != nil {
			return nil, fault.New(fault.Refused, "%s cannot be written in %s", f.Name, dir).Because(err)
		}
	}
	return files, nil
}

// writeNew never overwrites, not even a file that came a moment ago.
func writeNew(root *os.Root, f File) error {
	w, err := root.OpenFile(f.Name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	_, err = w.Write(f.Content)
	return errors.Join(err, w.Close())
}
