package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/eile-housing/eile/policy/words"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
)

// argumentsOf are the names of the arguments that a command of the table takes.
func argumentsOf(line string) (names []string) {
	for word := range strings.FieldsSeq(line) {
		if name, ok := strings.CutPrefix(word, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	slices.Sort(names)
	return names
}

// TestCommandsOfNextStepsAreCommands types each of them: the command is there, and takes its
// arguments and flags.
func TestCommandsOfNextStepsAreCommands(t *testing.T) {
	for code, line := range commands {
		step := words.Next(code)
		for _, name := range argumentsOf(line) {
			value := "X-1"
			if code == "REGISTER_TRANSFER" && name == "reason" {
				value = "HOME_GIVEN_UP"
			}
			step.Args = append(step.GetArgs(), words.Text(name, value))
		}
		typed := strings.Fields(commandOf(step))
		if len(typed) < 2 || typed[0] != "eile" {
			t.Errorf("%s is %q", code, typed)
			continue
		}
		for i, word := range typed {
			if word == "DATE" {
				typed[i] = "2026-11-28"
			}
		}
		cmd, rest, err := newRoot(&session{}).Find(typed[1:])
		if err != nil {
			t.Errorf("%s: %v", code, err)
			continue
		}
		if err := cmd.ParseFlags(rest); err != nil {
			t.Errorf("%s: %q: %v", code, typed, err)
		}
		if err := cmd.ValidateArgs(cmd.Flags().Args()); err != nil {
			t.Errorf("%s: %q: %v", code, typed, err)
		}
		if err := cmd.ValidateRequiredFlags(); err != nil {
			t.Errorf("%s: %q: %v", code, typed, err)
		}
		if err := cmd.ValidateFlagGroups(); err != nil {
			t.Errorf("%s: %q: %v", code, typed, err)
		}
	}
}

// TestEachNextStepOfTheServiceHasACommand reads where the service names a next step: the table has
// its command, which takes just the arguments that are given.
func TestEachNextStepOfTheServiceHasACommand(t *testing.T) {
	server := filepath.Join("..", "..", "server")
	err := filepath.WalkDir(server, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if call, ok := node.(*ast.CallExpr); ok && calls(call, "words", "Next") {
				code, given := literal(call.Args[0]), []string{}
				for _, arg := range call.Args[1:] {
					if made, ok := arg.(*ast.CallExpr); ok && len(made.Args) > 0 {
						given = append(given, literal(made.Args[0]))
					}
				}
				slices.Sort(given)
				line, known := commands[code]
				if !known || !slices.Equal(argumentsOf(line), given) {
					t.Errorf("%s: next step %q with %q: the table of commands has %q", path, code, given, line)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// calls tells whether a call is one of a function of a package.
func calls(call *ast.CallExpr, room, function string) bool {
	called, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || called.Sel.Name != function {
		return false
	}
	of, ok := called.X.(*ast.Ident)
	return ok && of.Name == room
}

// literal is the text that an expression writes out; empty where it is another expression.
func literal(expression ast.Expr) string {
	written, ok := expression.(*ast.BasicLit)
	if !ok {
		return ""
	}
	text, _ := strconv.Unquote(written.Value)
	return text
}

func TestCommandOf(t *testing.T) {
	for _, test := range []struct {
		step *eilev1.NextStep
		want string
	}{
		{words.Next("EXPLAIN_HOME", words.Text("unit", "U-1"), words.Text("run", "2026-11-28")), "eile run explain 2026-11-28 --unit U-1"},
		{words.Next("APPROVE_GIVING_UP", words.Text("unit", "U'1; rm -r $HOME\n")), `eile decommission approve 'U'\''1; rm -r $HOME '`},
		{words.Next("APPROVE_GIVING_UP"), ""},
		{words.Next("OF_A_NEWER_SERVER", words.Text("unit", "U-1")), ""},
		{nil, ""},
	} {
		if got := commandOf(test.step); got != test.want {
			t.Errorf("%v: %q, want %q", test.step, got, test.want)
		}
	}
}
