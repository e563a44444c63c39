package verify

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"slices"
	"strings"
	"testing"
)

// The example of the format's description.
const (
	choiceInstance = `{"format": "eile/instance/v1", "mode": "choice",
 "households": [{"id": "h1", "accepts": ["c1"], "groups": []}, {"id": "h2", "accepts": ["c1", "c2"], "groups": ["disabled"]}, {"id": "h3", "accepts": ["c2", "c1"], "groups": []}],
 "classes":    [{"id": "c1", "slots": [{"count": 1, "reserved_for": "disabled"}], "order": ["h3", "h2", "h1"]}, {"id": "c2", "slots": [{"count": 1}]}]}`
	choiceOutcome = `{"format": "eile/outcome/v1", "size": 2, "max_size": 2,
 "assignments": [{"household": "h2", "class": "c1", "slot": 0}, {"household": "h3", "class": "c2", "slot": 0}],
 "unhoused":    [{"household": "h1", "reason": "RESERVED"}],
 "cutoffs":     [{"class": "c1", "slot": 0, "household": "h2"}, {"class": "c2", "slot": 0, "household": "h3"}]}`

	// h1 and h2 hold the two homes that h3 would take; h4 wants nothing that there is.
	fillInstance = `{"format": "eile/instance/v1", "mode": "fill",
 "households": [{"id": "h1", "accepts": ["a", "b"], "groups": []}, {"id": "h2", "accepts": ["a"], "groups": []},
  {"id": "h3", "accepts": ["b"], "groups": []}, {"id": "h4", "accepts": [], "groups": []}, {"id": "h5", "accepts": ["b", "c"], "groups": []}],
 "classes": [{"id": "a", "slots": [{"count": 1}]}, {"id": "b", "slots": [{"count": 1}]}, {"id": "c", "slots": [{"count": 1}, {"count": 1}]}]}`
	fillOutcome = `{"format": "eile/outcome/v1", "size": 3, "max_size": 3,
 "assignments": [{"household": "h1", "class": "b", "slot": 0}, {"household": "h2", "class": "a", "slot": 0}, {"household": "h5", "class": "c", "slot": 0}],
 "unhoused": [{"household": "h3", "reason": "OUTRANKED", "violator": {"households": ["h1", "h2", "h3"], "classes": ["a", "b"]}},
  {"household": "h4", "reason": "NO_SUITABLE_CLASS"}],
 "cutoffs": []}`
)

func TestCheckAccepts(t *testing.T) {
	for _, pair := range [][2]string{{choiceInstance, choiceOutcome}, {fillInstance, fillOutcome}} {
		violations, err := Check([]byte(pair[0]), []byte(pair[1]))
		if err != nil || len(violations) > 0 {
			t.Errorf("violations %q, error %v in %s", violations, err, pair[1])
		}
	}
}

// Each falsehood is one replacement in a true outcome, and is called by its name.
func TestCheckSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ instance, outcome, replace, with, want string }{
		{choiceInstance, choiceOutcome, `"size": 2, `, `"size": 1, `, "wrong or said twice: size is 1"},
		{choiceInstance, choiceOutcome, `"max_size": 2`, `"max_size": 3`, "prescribed, but not said: max_size is 2"},
		{choiceInstance, choiceOutcome, `RESERVED`, `OUTRANKED`, `prescribed, but not said: household "h1" gets no home, because RESERVED`},
		{choiceInstance, choiceOutcome, `"class": "c2", "slot": 0}]`, `"class": "c2", "slot": 1}]`, `wrong or said twice: household "h3" gets class "c2", slot 1`},
		{choiceInstance, choiceOutcome, `"household": "h2"}, {"class"`, `"household": "h1"}, {"class"`, `wrong or said twice: the cutoff of class "c1", slot 0, is household "h1"`},
		{choiceInstance, choiceOutcome, `, "slot": 0}]`, `}]`, "slot null or missing"},
		{fillInstance, fillOutcome, `"max_size": 3`, `"max_size": null`, "max_size is null or missing"},
		{choiceInstance, choiceOutcome, `[{"household": "h1", "reason": "RESERVED"}]`, `null`, "assignments, unhoused and cutoffs must all be there"},
		{fillInstance, fillOutcome, `{"household": "h1", "class": "b", "slot": 0}, {"household": "h2", "class": "a", "slot": 0}`,
			`{"household": "h2", "class": "a", "slot": 0}, {"household": "h1", "class": "b", "slot": 0}`, `household "h1" does not stand where`},
		{fillInstance, fillOutcome, `["h1", "h2", "h3"]`, `["h1", "h3"]`, `the violator of household "h3" should be households`},
		{fillInstance, fillOutcome, `["a", "b"]`, `["b"]`, `the violator of household "h3" should be households`},
		{fillInstance, fillOutcome, `NO_SUITABLE_CLASS"`, `NO_SUITABLE_CLASS", "violator": {"households": ["h4"], "classes": []}`, "stands where none belongs"},
		{fillInstance, fillOutcome, `"cutoffs": []`, `"cutoffs": [{"class": "a", "slot": 0, "household": "h2"}]`, "wrong or said twice: the cutoff"},
	} {
		if !strings.Contains(c.outcome, c.replace) {
			t.Fatalf("the outcome has no %s", c.replace)
		}
		violations, err := Check([]byte(c.instance), []byte(strings.Replace(c.outcome, c.replace, c.with, 1)))
		if err != nil {
			t.Errorf("with %s: %v", c.with, err)
		}
		said := slices.ContainsFunc(violations, func(v string) bool { return strings.Contains(v, c.want) })
		if !said {
			t.Errorf("with %s: want %q, got %q", c.with, c.want, violations)
		}
	}
}

func TestCheckRefusesMalformedInstances(t *testing.T) {
	for _, c := range [][2]string{
		{`instance/v1`, `instance/v9`},
		{`"choice"`, `"lottery"`},
		{`"choice"`, `"fill"`},
		{`{"id": "h1"`, `{"id": "h2"`},
		{`{"id": "c2"`, `{"id": "c1"`},
		{`["c1", "c2"]`, `["c1", "c9"]`},
		{`["c1", "c2"]`, `["c1", "c1"]`},
		{`["h3", "h2", "h1"]`, `["h3", "h9"]`},
		{`["h3", "h2", "h1"]`, `["h3", "h3"]`},
		{`[{"count": 1}]`, `[]`},
		{`[{"count": 1}]`, `[{"count": 0}]`},
		{`"groups"`, `"gruops"`},
	} {
		if _, err := Check([]byte(strings.Replace(choiceInstance, c[0], c[1], 1)), []byte(choiceOutcome)); err == nil {
			t.Errorf("read an instance with %s in place of %s", c[1], c[0])
		}
	}
}

// What makes the verifier worth having is that it shares no code with the engine.
func TestImportsTheStandardLibraryOnly(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range parsed.Imports {
			if first, _, _ := strings.Cut(strings.Trim(i.Path.Value, `"`), "/"); strings.Contains(first, ".") {
				t.Errorf("%s imports %s", f.Name(), i.Path.Value)
			}
		}
	}
}

func ExampleCheck() {
	lie := strings.Replace(choiceOutcome, `"household": "h2", "class": "c1"`, `"household": "h1", "class": "c1"`, 1)
	violations, err := Check([]byte(choiceInstance), []byte(lie))
	for _, v := range violations {
		fmt.Println(v)
	}
	fmt.Println(err)
	// Output:
	// wrong or said twice: household "h1" gets class "c1", slot 0
	// prescribed, but not said: household "h2" gets class "c1", slot 0
	// <nil>
}
