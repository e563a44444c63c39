package words_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// call is one place where something is said.
type call struct {
	at   token.Position
	key  string
	args map[string]bool // names
	open bool            // some of the names are not told at the place
}

// code is what the code of the rules and the service says.
type code struct {
	calls    []call
	literals map[string]token.Position
	// composed are the keys that are put together.
	composed []composed
}

// composed is what a key that is put together begins and ends with.
type composed struct{ begins, ends string }

func (k composed) makes(key string) bool {
	return strings.HasPrefix(key, k.begins) && strings.HasSuffix(key, k.ends)
}

// page is the room that has a book of its own.
const page = "server/gateway"

// readCode reads the code that runs, without its tests: that of some rooms with the
// rooms below, but for one.
func readCode(t *testing.T, but string, rooms ...string) *code {
	t.Helper()
	c := &code{literals: map[string]token.Position{}}
	for _, room := range rooms {
		err := filepath.WalkDir(filepath.Join(module, room), func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil || !entry.IsDir():
				return err
			case but != "" && path == filepath.Join(module, but):
				return fs.SkipDir
			}
			c.readRoom(t, path)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func (c *code) readRoom(t *testing.T, dir string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	set, named := token.NewFileSet(), map[string]string{}
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
		maps.Copy(named, helpers(file))
	}
	c.readTemplates(t, dir)
	for _, file := range files {
		ast.Inspect(file, func(node ast.Node) bool {
			switch n := node.(type) {
			case *ast.BasicLit:
				if text, ok := literal(n); ok {
					c.literals[text] = set.Position(n.Pos())
				}
			case *ast.CallExpr:
				c.readCall(set, n, named)
			}
			return true
		})
	}
}

// asked is where a template asks for a sentence, which has no arguments there.
var asked = regexp.MustCompile(`\.Say "([^"]+)"`)

func (c *code) readTemplates(t *testing.T, dir string) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			at := token.Position{Filename: path, Line: i + 1}
			for _, found := range asked.FindAllStringSubmatch(line, -1) {
				c.calls = append(c.calls, call{at: at, key: found[1]})
				c.literals[found[1]] = at
			}
		}
	}
}

// helpers are the functions of a file that only make one argument, with its name.
func helpers(file *ast.File) map[string]string {
	named := map[string]string{}
	for _, decl := range file.Decls {
		function, ok := decl.(*ast.FuncDecl)
		if !ok || function.Body == nil || len(function.Body.List) != 1 {
			continue
		}
		answer, ok := function.Body.List[0].(*ast.ReturnStmt)
		if !ok || len(answer.Results) != 1 {
			continue
		}
		if name, ok := argument(answer.Results[0], nil); ok {
			named[function.Name.Name] = name
		}
	}
	return named
}

// makers make arguments and reasons.
var makers, speakers = []string{"Text", "Term", "Number", "Day", "Items", "Because", "Behind"}, []string{"Reason", "Say"}

// argument is the name of an argument that is made at a place.
func argument(e ast.Expr, named map[string]string) (string, bool) {
	made, ok := e.(*ast.CallExpr)
	if !ok {
		return "", false
	}
	switch function := made.Fun.(type) {
	case *ast.SelectorExpr:
		if slices.Contains(makers, function.Sel.Name) && len(made.Args) > 0 {
			return literal(made.Args[0])
		}
		name, ok := named[function.Sel.Name]
		return name, ok
	case *ast.Ident:
		name, ok := named[function.Name]
		return name, ok
	}
	return "", false
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

func (c *code) readCall(set *token.FileSet, n *ast.CallExpr, named map[string]string) {
	function, ok := n.Fun.(*ast.SelectorExpr)
	if !ok || len(n.Args) == 0 || !slices.Contains(speakers, function.Sel.Name) {
		return
	}
	if room, ok := function.X.(*ast.Ident); !ok || room.Name != "words" && room.Name != "said" {
		return
	}
	if sum, ok := n.Args[0].(*ast.BinaryExpr); ok {
		c.composed = append(c.composed, composition(sum))
		return
	}
	key, ok := literal(n.Args[0])
	if !ok {
		return
	}
	said := call{at: set.Position(n.Pos()), key: key, args: map[string]bool{}}
	for _, arg := range n.Args[1:] {
		name, ok := argument(arg, named)
		said.open = said.open || !ok
		if ok {
			said.args[name] = true
		}
	}
	c.calls = append(c.calls, said)
}

// composition is what is known of a key that is put together.
func composition(sum *ast.BinaryExpr) composed {
	var key composed
	key.ends, _ = literal(sum.Y)
	first := sum.X
	for inner, ok := first.(*ast.BinaryExpr); ok; inner, ok = first.(*ast.BinaryExpr) {
		first = inner.X
	}
	key.begins, _ = literal(first)
	return key
}
