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
	"text/template"
	"text/template/parse"

	"go.yaml.in/yaml/v3"

	"github.com/eile-housing/eile/server/words"
)

// module is where the code stands, seen from this room.
const module = "../.."

// written are the sentences of the files of one language, each with its forms.
type written map[string][]string

// forms are the keys under which a sentence has one text for each number.
var forms = []string{"zero", "one", "two", "few", "many", "other"}

// read takes in what a file says; no two files say one key.
func (w written) read(t *testing.T, prefix string, from map[string]any) {
	t.Helper()
	for key, value := range from {
		key = prefix + key
		if len(w[key]) > 0 {
			t.Errorf("the key %s stands twice", key)
		}
		inner, nested := value.(map[string]any)
		switch {
		case !nested:
			w[key] = append(w[key], value.(string))
		case inner["other"] != nil:
			for _, form := range forms {
				if text, ok := inner[form].(string); ok {
					w[key] = append(w[key], text)
				}
			}
		default:
			w.read(t, key+".", inner)
		}
	}
}

// sentences are those of every file, by language.
func sentences(t *testing.T) map[string]written {
	t.Helper()
	all := map[string]written{}
	for _, room := range []string{"policy/words", "server/words"} {
		files, err := filepath.Glob(filepath.Join(module, room, "*.yaml"))
		if err != nil || len(files) == 0 {
			t.Fatal(room, err)
		}
		for _, file := range files {
			lang := strings.TrimSuffix(filepath.Base(file), ".yaml")
			lang = lang[strings.LastIndexByte(lang, '.')+1:]
			if all[lang] == nil {
				all[lang] = written{}
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var read map[string]any
			if err := yaml.Unmarshal(text, &read); err != nil {
				t.Fatal(file, err)
			}
			all[lang].read(t, "", read)
		}
	}
	return all
}

// uses are the arguments that a sentence writes or asks for, in any of its forms.
func (w written) uses(t *testing.T, key string) map[string]bool {
	t.Helper()
	used := map[string]bool{}
	if len(w[key]) > 1 {
		used["count"] = true
	}
	for _, text := range w[key] {
		parsed, err := template.New(key).Parse(text)
		if err != nil {
			t.Fatal(key, err)
		}
		fieldsOf(parsed.Root, used)
	}
	return used
}

// fieldsOf gathers the fields of the data that a part of a template reads.
func fieldsOf(node parse.Node, used map[string]bool) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, inner := range n.Nodes {
			fieldsOf(inner, used)
		}
	case *parse.ActionNode:
		fieldsOf(n.Pipe, used)
	case *parse.PipeNode:
		for _, command := range n.Cmds {
			for _, arg := range command.Args {
				fieldsOf(arg, used)
			}
		}
	case *parse.ChainNode:
		fieldsOf(n.Node, used)
	case *parse.FieldNode:
		used[n.Ident[0]] = true
	case *parse.IfNode:
		branches(&n.BranchNode, used)
	case *parse.WithNode:
		branches(&n.BranchNode, used)
	case *parse.RangeNode:
		branches(&n.BranchNode, used)
	}
}

func branches(n *parse.BranchNode, used map[string]bool) {
	fieldsOf(n.Pipe, used)
	fieldsOf(n.List, used)
	fieldsOf(n.ElseList, used)
}

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
	// endings are what keys end in that are put together.
	endings []string
}

// readCode reads the code that runs, without its tests.
func readCode(t *testing.T, rooms ...string) *code {
	t.Helper()
	c := &code{literals: map[string]token.Position{}}
	for _, room := range rooms {
		err := filepath.WalkDir(filepath.Join(module, room), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.IsDir() {
				c.readRoom(t, path)
			}
			return err
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
		if ending, ok := literal(sum.Y); ok {
			c.endings = append(c.endings, ending)
		}
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

// supplied are arguments that a sentence is given when it is written: a policy
// knows the titles of what it names.
var supplied = map[string]string{"EARMARKED.reserve": "title", "MISSING.fact": "title"}

// Whatever the code says has a sentence in each language, which writes what it is
// given and nothing else; and there is no sentence that nobody says.
func TestEverySentenceIsSaid(t *testing.T) {
	t.Parallel()
	all, c := sentences(t), readCode(t, "policy", "server")
	if len(all) < 2 || len(c.calls) < 100 {
		t.Fatalf("%d languages, %d calls", len(all), len(c.calls))
	}
	for lang, sentences := range all {
		for _, said := range c.calls {
			if len(sentences[said.key]) == 0 {
				t.Errorf("%s: %s has no sentence in %s", said.at, said.key, lang)
				continue
			}
			if said.open {
				continue
			}
			for name := range sentences.uses(t, said.key) {
				if !said.args[name] && supplied[said.key] != name {
					t.Errorf("%s: %s in %s writes %q, which it is not given", said.at, said.key, lang, name)
				}
			}
		}
		for key := range sentences {
			for other, theirs := range all {
				if len(theirs[key]) == 0 && (other != words.Languages()[0] || !strings.HasPrefix(key, "term.")) { // a code is its own English word
					t.Errorf("%s: the key %s of %s is lacking", other, key, lang)
				}
			}
			_, literal := c.literals[key]
			put := slices.ContainsFunc(c.endings, func(ending string) bool { return strings.HasSuffix(key, ending) })
			if !literal && !put && !strings.HasPrefix(key, "term.") && !strings.HasPrefix(key, "figure.") {
				t.Errorf("%s: nobody says %s", lang, key)
			}
		}
	}
	for _, said := range c.calls {
		for name := range said.args {
			if !slices.ContainsFunc(slices.Collect(maps.Values(all)), func(w written) bool { return w.uses(t, said.key)[name] }) {
				t.Errorf("%s: no language writes the argument %q of %s", said.at, name, said.key)
			}
		}
	}
}

var (
	lithuanianLetters = regexp.MustCompile(`[ąčęėįšųūžĄČĘĖĮŠŲŪŽ]`)
	shellCommand      = regexp.MustCompile(`\beile [a-z]`)
)

// The code of the service has no words of one language, but for the page of the
// gateway, and names no command of the command line.
func TestTheServiceHasNoWordsInItsCode(t *testing.T) {
	t.Parallel()
	for text, at := range readCode(t, "server").literals {
		room := filepath.Base(filepath.Dir(at.Filename))
		if room != "gateway" && lithuanianLetters.MatchString(text) || room != "eiled" && shellCommand.MatchString(text) {
			t.Errorf("%s: %q", at, text)
		}
	}
}
