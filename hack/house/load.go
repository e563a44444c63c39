package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// house is what is measured of a module; all paths are below its folder.
type house struct {
	// lines of each file that is measured.
	lines     map[string]int
	functions []function
	types     []declared
	// uses are the names for whose sake a file needs another one.
	uses map[arrow][]string
}

// arrow runs from a file to one that it uses.
type arrow struct{ from, to string }

type function struct {
	file, name  string
	line, lines int
}

// declared is a type with the number of its methods that are written by hand.
type declared struct {
	file, name string
	methods    int
}

func room(file string) string { return filepath.ToSlash(filepath.Dir(file)) }

// load reads the packages of the module in a folder.
func load(dir string) (*house, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax | packages.NeedModule, Dir: root}, "./...")
	if err != nil {
		return nil, err
	}
	l := &loader{root: root, house: &house{lines: map[string]int{}, uses: map[arrow][]string{}}}
	for _, p := range loaded {
		for _, fault := range p.Errors {
			err = errors.Join(err, fault)
		}
		l.files(p)
	}
	if err != nil {
		return nil, fmt.Errorf("the module does not compile: %w", err)
	}
	for _, p := range loaded {
		l.declarations(p)
		l.arrows(p)
	}
	return l.house, nil
}

// loader fills a house from packages that share positions.
type loader struct {
	root  string
	house *house
}

// place returns the file of a position, and whether it is measured.
func (l *loader) place(p *packages.Package, at token.Pos) (file string, measured bool) {
	file, err := filepath.Rel(l.root, p.Fset.Position(at).Filename)
	if err != nil {
		return "", false
	}
	file = filepath.ToSlash(file)
	_, measured = l.house.lines[file]
	return file, measured
}

func (l *loader) files(p *packages.Package) {
	for _, file := range p.Syntax {
		if path, _ := l.place(p, file.Package); !ast.IsGenerated(file) && !strings.HasPrefix(path, "../") {
			l.house.lines[path] = p.Fset.File(file.Package).LineCount()
		}
	}
}

func (l *loader) declarations(p *packages.Package) {
	for _, file := range p.Syntax {
		path, measured := l.place(p, file.Package)
		if !measured {
			continue
		}
		for _, declaration := range file.Decls {
			if f, ok := declaration.(*ast.FuncDecl); ok {
				from, to := p.Fset.Position(f.Pos()).Line, p.Fset.Position(f.End()).Line
				l.house.functions = append(l.house.functions, function{path, name(p.TypesInfo.Defs[f.Name]), from, to - from + 1})
			}
		}
	}
	for _, n := range p.Types.Scope().Names() {
		object, ok := p.Types.Scope().Lookup(n).(*types.TypeName)
		if !ok || object.IsAlias() {
			continue
		}
		if path, measured := l.place(p, object.Pos()); measured {
			l.house.types = append(l.house.types, declared{path, n, l.methods(p, object.Type().(*types.Named))})
		}
	}
}

// methods counts what is declared for a type itself, by hand.
func (l *loader) methods(p *packages.Package, named *types.Named) (count int) {
	for method := range named.Methods() {
		if _, measured := l.place(p, method.Pos()); measured {
			count++
		}
	}
	if i, ok := named.Underlying().(*types.Interface); ok {
		count += i.NumExplicitMethods()
	}
	return count
}

func (l *loader) arrows(p *packages.Package) {
	names := map[arrow]map[string]bool{}
	for identifier, object := range p.TypesInfo.Uses {
		if !counts(object) {
			continue
		}
		from, ok := l.place(p, identifier.Pos())
		to, measured := l.place(p, object.Pos())
		if !ok || !measured || from == to {
			continue
		}
		a := arrow{from, to}
		if names[a] == nil {
			names[a] = map[string]bool{}
		}
		names[a][name(object)] = true
	}
	for a, made := range names {
		l.house.uses[a] = slices.Sorted(maps.Keys(made))
	}
}

// counts tells whether the use of an object makes an arrow: it is a
// package-level name or a method.
func counts(object types.Object) bool {
	if f, ok := object.(*types.Func); ok && f.Signature().Recv() != nil {
		return true
	}
	return object.Pkg() != nil && object.Parent() == object.Pkg().Scope()
}

// name of a package-level object, or Type.Method.
func name(object types.Object) string {
	f, ok := object.(*types.Func)
	if !ok || f.Signature().Recv() == nil {
		return object.Name()
	}
	receiver := f.Origin().Signature().Recv().Type()
	if pointer, ok := receiver.(*types.Pointer); ok {
		receiver = pointer.Elem()
	}
	if named, ok := receiver.(*types.Named); ok {
		return named.Obj().Name() + "." + f.Name()
	}
	return f.Name()
}
