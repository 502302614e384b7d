package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// File is a Go file of the module.
type File struct {
	Path      string // below the module's root
	Lines     int
	Generated bool
	Test      bool // of a test, or of a package that is there for tests
	Imports   []Import
	tree      *ast.File
	set       *token.FileSet
}

// Import is one import of a file.
type Import struct {
	Path string
	Name string // by which the file knows it: "." and "_", too
	Line int
}

// Dir is the package's folder.
func (f File) Dir() string { return path.Dir(f.Path) }

// Read parses all Go files below root, but for testdata, hidden folders, those that begin
// with an underscore, and other modules.
func Read(root fs.FS) ([]File, error) {
	var files []File
	err := fs.WalkDir(root, ".", func(p string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && skip(root, p):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(p) != ".go":
			return nil
		}
		source, err := fs.ReadFile(root, p)
		if err != nil {
			return err
		}
		file, err := parse(p, source)
		if err != nil {
			return err
		}
		files = append(files, file)
		return nil
	})
	return files, err
}

func skip(root fs.FS, dir string) bool {
	if dir == "." {
		return false
	}
	name := path.Base(dir)
	if name == "testdata" || name == "node_modules" || name[0] == '.' || name[0] == '_' {
		return true
	}
	_, err := fs.Stat(root, path.Join(dir, "go.mod"))
	return err == nil
}

func parse(p string, source []byte) (File, error) {
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, p, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return File{}, fmt.Errorf("archtest: %w", err)
	}
	file := File{
		Path: p, Lines: bytes.Count(source, []byte("\n")), Generated: ast.IsGenerated(tree),
		Test: strings.HasSuffix(p, "_test.go") || strings.HasSuffix(path.Dir(p), "test"),
		tree: tree, set: set,
	}
	for _, spec := range tree.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return File{}, fmt.Errorf("archtest: %s: %w", p, err)
		}
		name := path.Base(imported)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		file.Imports = append(file.Imports, Import{imported, name, set.Position(spec.Pos()).Line})
	}
	return file, nil
}

func (f File) at(node ast.Node, format string, args ...any) string {
	return fmt.Sprintf("%s:%d: ", f.Path, f.set.Position(node.Pos()).Line) + fmt.Sprintf(format, args...)
}
