package archtest

import (
	"fmt"
	"go/ast"
	"path"
	"slices"
	"strings"
)

const maxLines = 600

// Check gives all that breaks the rules, each as "file:line: what is wrong".
func Check(files []File) []string {
	var found []string
	for _, f := range files {
		found = append(found, checkPlace(f)...)
		found = append(found, checkLibraries(f)...)
		found = append(found, checkPurity(f)...)
		if f.Lines > maxLines && !f.Generated {
			found = append(found, fmt.Sprintf("%s:%d: the file is too long: at most %d lines, one subject", f.Path, f.Lines, maxLines))
		}
	}
	found = append(found, checkMachines(files)...)
	slices.Sort(found)
	return found
}

// checkPlace holds a file to its floor.
func checkPlace(f File) []string {
	folder, floor := room(f.Dir())
	if floor == "" {
		return []string{fmt.Sprintf("%s:1: the folder %s is on no floor: give it one in internal/archtest/floors.go", f.Path, f.Dir())}
	}
	if f.Test && floor != Core {
		return nil
	}
	var found []string
	for _, imported := range f.Imports {
		target, ours := strings.CutPrefix(imported.Path, Module+"/")
		if !ours {
			continue
		}
		there, level := room(target)
		if there == folder || slices.Contains(below[floor], level) || slices.Contains(doors[folder], there) {
			continue
		}
		found = append(found, fmt.Sprintf("%s:%d: %s (%s) may not import %s (%s)", f.Path, imported.Line, folder, floor, target, level))
	}
	return found
}

// checkLibraries keeps libraries where they were chosen for.
func checkLibraries(f File) []string {
	if _, floor := room(f.Dir()); f.Test || floor == Bench {
		return nil
	}
	var found []string
	for _, imported := range f.Imports {
		for library, homes := range libraries {
			in := func(home string) bool { return within(f.Dir(), home) }
			if within(imported.Path, library) && !slices.ContainsFunc(homes, in) {
				found = append(found, fmt.Sprintf("%s:%d: %s belongs in %s", f.Path, imported.Line, imported.Path, strings.Join(homes, ", ")))
			}
		}
	}
	return found
}

// checkPurity holds core to what computes.
func checkPurity(f File) []string {
	if _, floor := room(f.Dir()); floor != Core || f.Test {
		return nil
	}
	var found []string
	forbidden := map[string]map[string]bool{} // name in this file -> what may not be used of it
	allowed := map[string]map[string]bool{}   // name in this file -> what alone may be
	for _, imported := range f.Imports {
		if !pure(imported.Path) || imported.Name == "." {
			found = append(found, fmt.Sprintf("%s:%d: core may not import %s: it is not pure", f.Path, imported.Line, imported.Path))
		}
		if names, ok := impure[imported.Path]; ok {
			forbidden[imported.Name] = names
		}
		if names, ok := only[imported.Path]; ok {
			allowed[imported.Name] = names
		}
	}
	ast.Inspect(f.tree, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.GoStmt:
			found = append(found, f.at(n, "core starts no goroutine"))
		case *ast.SelectStmt:
			found = append(found, f.at(n, "core waits for nothing"))
		case *ast.SelectorExpr:
			if of, ok := n.X.(*ast.Ident); ok && forbidden[of.Name][n.Sel.Name] {
				found = append(found, f.at(n, "core has no clock: %s.%s; times arrive in events", of.Name, n.Sel.Name))
			} else if names := allowed[name(n.X)]; names != nil && !names[n.Sel.Name] {
				found = append(found, f.at(n, "core may not use %s.%s: it is not pure", name(n.X), n.Sel.Name))
			}
		}
		return true
	})
	return found
}

// name is that of an identifier, or empty.
func name(e ast.Expr) string {
	if i, ok := e.(*ast.Ident); ok {
		return i.Name
	}
	return ""
}

func pure(imported string) bool {
	if within(imported, Module) || pureStandard[imported] {
		return true // our own: checkPlace
	}
	return slices.ContainsFunc(pureLibraries, func(library string) bool { return within(imported, library) })
}

// checkMachines wants of each machine a doc.go with its diagram, and scripts.
func checkMachines(files []File) []string {
	docs, machines := map[string]File{}, map[string]File{}
	for _, f := range files {
		if path.Base(f.Path) == "doc.go" {
			docs[f.Dir()] = f
		}
		if _, floor := room(f.Dir()); floor == Core && !f.Test && hasMachine(f.tree) {
			machines[f.Dir()] = f
		}
	}
	var found []string
	for dir, f := range machines {
		doc, ok := docs[dir]
		if !ok || doc.tree.Doc == nil || !strings.ContainsAny(doc.tree.Doc.Text(), "→─▶>") {
			found = append(found, f.Path+":1: a machine has its diagram in the package comment, in doc.go")
		}
	}
	return found
}

// hasMachine says whether a file has a method Step that takes a state and an event.
func hasMachine(tree *ast.File) bool {
	return slices.ContainsFunc(tree.Decls, func(d ast.Decl) bool {
		fn, ok := d.(*ast.FuncDecl)
		return ok && fn.Recv != nil && fn.Name.Name == "Step" && fn.Type.Params.NumFields() == 2 && fn.Name.IsExported()
	})
}

// within says whether a slash-separated path is root or below it.
func within(p, root string) bool { return p == root || strings.HasPrefix(p, root+"/") }
