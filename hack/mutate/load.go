package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"os"
	"path/filepath"

	"golang.org/x/tools/go/packages"
)

// module is what is laid over the tree, and the rules that have a switch in it.
type module struct {
	rules []rule
	// files by path, with the text that takes their place.
	files map[string]string
}

// load reads packages and gives each rule in them a switch.
func load(dir, pattern string) (*module, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	loaded, err := packages.Load(&packages.Config{Mode: packages.LoadSyntax, Dir: root}, pattern)
	if err != nil {
		return nil, err
	}
	m := &module{files: map[string]string{}}
	for _, p := range loaded {
		for _, fault := range p.Errors {
			err = errors.Join(err, fault)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s does not compile: %w", pattern, err)
	}
	checks := checksOf(loaded)
	for _, p := range loaded {
		if err := m.switches(root, p, checks); err != nil {
			return nil, err
		}
	}
	if len(m.rules) == 0 {
		return nil, fmt.Errorf("there is no rule in %s", pattern)
	}
	return m, nil
}

// switches finds the rules of a package and makes its files with switches.
func (m *module) switches(root string, p *packages.Package, checks map[*types.Func]bool) error {
	for _, file := range p.Syntax {
		path := p.Fset.Position(file.Package).Filename
		shown, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		source := string(content)
		f := &finder{terms: terms{p.TypesInfo, checks}, fset: p.Fset, source: source, seen: map[ast.Node]bool{}}
		var edits []edit
		f.add = func(at token.Pos, text string, edit func(on string) []edit) {
			r := rule{number: len(m.rules) + 1, file: filepath.ToSlash(shown), line: p.Fset.Position(at).Line, text: text}
			m.rules = append(m.rules, r)
			edits = append(edits, edit(fmt.Sprintf("ruleOn(%d)", r.number))...)
		}
		ast.Inspect(file, f.visit)
		if len(edits) == 0 {
			continue
		}
		m.files[path] = apply(source, edits)
		m.files[filepath.Join(filepath.Dir(path), "rule_switch.go")] = fmt.Sprintf(switchText, p.Name)
	}
	return nil
}

// Variables of a run of tests: the rule that is off, and a file that takes the
// numbers of the rules that the tests come to.
const (
	variableOff  = "EILE_RULE_OFF"
	variableSeen = "EILE_RULES_SEEN"
)

// switchText is the file by which a package turns its rules off.
const switchText = `package %s

import (
	"fmt"
	"os"
	"sync"
)

var (
	ruleOff      = os.Getenv("` + variableOff + `")
	rulesSeen    = os.Getenv("` + variableSeen + `")
	ruleSeenOnce sync.Map
)

func ruleOn(number int) bool {
	if rulesSeen != "" {
		if _, seen := ruleSeenOnce.LoadOrStore(number, true); !seen {
			file, err := os.OpenFile(rulesSeen, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err != nil {
				panic(err)
			}
			defer file.Close()
			fmt.Fprintln(file, number)
		}
	}
	return fmt.Sprint(number) != ruleOff
}
`
