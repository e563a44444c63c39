package words_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
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

// sentences are those of every file of some rooms, by language.
func sentences(t *testing.T, rooms ...string) map[string]written {
	t.Helper()
	all := map[string]written{}
	for _, room := range rooms {
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

// supplied are arguments that a sentence is given when it is written: a policy
// knows the titles of what it names.
var supplied = map[string]string{"EARMARKED.reserve": "title", "MISSING.fact": "title"}

// books are the sentences of which each is said by its own code: those of the
// service, and those of the applicant's page. Both have those of the rules below.
var books = map[string]struct {
	files, code []string
	but         string
	calls       int // it has more than so many
}{
	"service": {[]string{"policy/words", "server/words"}, []string{"policy", "server"}, page, 100},
	"page":    {[]string{"policy/words", page}, []string{"policy", page}, "", 60},
}

// Whatever the code says has a sentence in each language, which writes what it is
// given and nothing else; and there is no sentence that nobody says.
func TestEverySentenceIsSaid(t *testing.T) {
	t.Parallel()
	for name, book := range books {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			all, c := sentences(t, book.files...), readCode(t, book.but, book.code...)
			if len(all) < 2 || len(c.calls) < book.calls {
				t.Fatalf("%d languages, %d calls", len(all), len(c.calls))
			}
			for lang := range all {
				c.saidIn(t, lang, all[lang])
				c.keysOf(t, lang, all)
			}
			c.argumentsOf(t, all)
		})
	}
}

// forPrograms is how the keys begin of what programs read, which is in one language.
const forPrograms = "answer."

// saidIn holds every call against the sentences of a language.
func (c *code) saidIn(t *testing.T, lang string, sentences written) {
	t.Helper()
	for _, said := range c.calls {
		if len(sentences[said.key]) == 0 {
			if lang == words.Languages()[0] || !strings.HasPrefix(said.key, forPrograms) {
				t.Errorf("%s: %s has no sentence in %s", said.at, said.key, lang)
			}
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
}

// keysOf holds the keys of a language against those of the others and the code.
func (c *code) keysOf(t *testing.T, lang string, all map[string]written) {
	t.Helper()
	for key := range all[lang] {
		if strings.HasPrefix(key, forPrograms) && lang != words.Languages()[0] {
			t.Errorf("%s: nobody reads %s", lang, key)
		}
		for other, theirs := range all {
			// A code is its own English word.
			free := other == words.Languages()[0] && strings.HasPrefix(key, "term.") || strings.HasPrefix(key, forPrograms)
			if len(theirs[key]) == 0 && !free {
				t.Errorf("%s: the key %s of %s is lacking", other, key, lang)
			}
		}
		_, literal := c.literals[key]
		put := slices.ContainsFunc(c.composed, func(k composed) bool { return k.makes(key) })
		if !literal && !put && !strings.HasPrefix(key, "term.") && !strings.HasPrefix(key, "figure.") {
			t.Errorf("%s: nobody says %s", lang, key)
		}
	}
}

// argumentsOf holds that what a call gives is written by some language.
func (c *code) argumentsOf(t *testing.T, all map[string]written) {
	t.Helper()
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

// The code of the service has no words of one language, and names no command of the
// command line.
func TestTheServiceHasNoWordsInItsCode(t *testing.T) {
	t.Parallel()
	for text, at := range readCode(t, "", "server").literals {
		room := filepath.Base(filepath.Dir(at.Filename))
		if lithuanianLetters.MatchString(text) || room != "eiled" && shellCommand.MatchString(text) {
			t.Errorf("%s: %q", at, text)
		}
	}
}
