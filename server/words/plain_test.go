package words_test

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// plain is what reads like part of a sentence: a word, a blank and more, or a blank and
// a word.
var plain = regexp.MustCompile(`[a-z]{2,}[:,]? |\s[a-z]{2,}`)

// codes are what has blanks and is no sentence: a type of content, an order.
var codes = regexp.MustCompile(`^(text/\w+; charset=utf-8|\w+ desc)$`)

// internal are the functions whose texts no caller and no record gets: faults of the
// program, its log, what is measured, and headers that browsers obey.
var internal = []string{"Errorf", "New", "Msg", "warn", "NewDesc", "panic", "Set", "Take"}

// machines are the files of the steps of things, which name events to the program.
const machines = "steps.go"

// TestNoSentenceIsInTheCode: what callers hear and records keep stands in the files.
// What the program eiled says on its command line is its own.
func TestNoSentenceIsInTheCode(t *testing.T) {
	t.Parallel()
	set, read := token.NewFileSet(), 0
	err := filepath.WalkDir(filepath.Join(module, "server"), func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil || entry.IsDir() && entry.Name() == "eiled":
			return cmp.Or(err, fs.SkipDir)
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || entry.Name() == machines:
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		read++
		ast.Inspect(file, func(node ast.Node) bool {
			switch n := node.(type) {
			case *ast.CallExpr:
				return !isInternal(n)
			case *ast.BasicLit:
				if text, ok := literal(n); ok && plain.MatchString(text) && !codes.MatchString(text) {
					t.Errorf("%s: %q", set.Position(n.Pos()), text)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || read < 100 {
		t.Fatal(read, err)
	}
}

func isInternal(call *ast.CallExpr) bool {
	switch function := call.Fun.(type) {
	case *ast.SelectorExpr:
		return slices.Contains(internal, function.Sel.Name)
	case *ast.Ident:
		return slices.Contains(internal, function.Name)
	}
	return false
}
