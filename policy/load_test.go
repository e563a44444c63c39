package policy

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/eile-housing/eile/policy/source"
)

func TestLoadNamesEveryFaultWithItsPlace(t *testing.T) {
	tests := []struct{ name, extra, want string }{
		{"unknown key", "elegibility: []\n", `test.yaml:11:1: unknown key "elegibility"`},
		{"key twice", "household: optional\nhousehold: required\n", `test.yaml:12:1: `},
		{"wrong kind", "eligibility: {}\n", "test.yaml:11:14: eligibility is a list, not a mapping"},
		{"empty value", "currency:\n", "test.yaml:11:10: currency is empty"},
		{"alias", "parameters: {a: &x {type: int, values: [{from: 2020-01-01, value: 1}]}, b: *x}\n", "anchors and aliases are not read"},
		{"custom tag", "currency: !x EUR\n", "the tag !x is not read"},
		{"two documents", "---\nname: other\n", "one document"},
		{"bad date", "parameters: {a: {type: int, values: [{from: 2021-02-31, value: 1}]}}\n", "February 2021 has 28 days"},
		{"huge number", "parameters: {a: {type: int, values: [{from: 2020-01-01, value: 9999999999999999}]}}\n", "more than 15 digits"},
		{"not money", "parameters: {a: {type: money, values: [{from: 2020-01-01, value: 1.005}]}}\n", "at most two decimals"},
		{"no value at first", "parameters: {a: {type: int, values: [{from: 2020-01-02, value: 1}]}}\n", "a has no value from 2020-01-01"},
		{"dates out of order", "parameters: {a: {type: int, values: [{from: 2020-01-01, value: 1}, {from: 2020-01-01, value: 2}]}}\n", "not in order"},
		{"parameter with two ways", "parameters: {a: {type: int, expr: '1', values: [{from: 2020-01-01, value: 1}]}}\n", "it must have one"},
		{"cyclic parameters", "parameters: {a: {type: int, expr: b + 1}, b: {type: int, expr: c}, c: {type: int, expr: a}}\n", "a → b → c → a read each other in a circle"},
		{"cyclic values", "values: {a: {type: int, expr: b}, b: {type: int, expr: need}}\nneed: {expr: a}\n", "a → b → need → a read each other in a circle"},
		{"parameter of itself", "parameters: {a: {type: int, expr: a}}\n", "a → a read each other"},
		{"name taken", "parameters: {persons: {type: int, expr: '1'}}\n", `the name "persons" is taken: it is built in`},
		{"bad name", "parameters: {A-b: {type: int, expr: '1'}}\n", "is no name"},
		{"reserved name", "parameters: {package: {type: int, expr: '1'}}\n", "is no name"},
		{"unknown variable", "eligibility:\n  - {code: A, require: 'points > 0', reason: {en: x}}\n", `test.yaml:12:25: nothing is called "points" here`},
		{"wrong type", "eligibility:\n  - {code: A, require: 'persons', reason: {en: x}}\n", "the expression is of type int; it must be bool"},
		{"money against text", "eligibility:\n  - {code: A, require: 'persons > \"x\"', reason: {en: x}}\n", "> does not go with a whole number and a text"},
		{"reach", "eligibility:\n  - {code: A, require: 'unit.rooms > 1', reason: {en: x}}\n", "unit.rooms cannot be read here"},
		{"bad code", "eligibility:\n  - {code: not-a-code, require: 'true', reason: {en: x}}\n", "is no code of a reason"},
		{"bad template", "eligibility:\n  - {code: A, require: 'true', reason: {en: 'a {persons'}}\n", "is not closed"},
		{"stray brace", "eligibility:\n  - {code: A, require: 'true', reason: {en: 'a } b'}}\n", "closes nothing"},
		{"template type", "eligibility:\n  - {code: A, require: 'true', reason: {en: 'a {members}'}}\n", "it must be string"},
		{"span", "eligibility:\n  - {code: A, from: 2024-01-01, until: 2023-01-01, require: 'true', reason: {en: x}}\n", "until 2023-01-01 is before from 2024-01-01"},
		{"unknown source", "eligibility:\n  - {code: A, source: nowhere, require: 'true', reason: {en: x}}\n", `the source "nowhere" is not under sources`},
		{"certainty", "eligibility:\n  - {code: A, certainty: maybe, require: 'true', reason: {en: x}}\n", "certainty is S"},
		{"unknown standard", "need: {standard: barracks}\n", `"barracks" is no standard`},
		{"standard and expr", "need: {standard: lt-area, expr: '1'}\n", "it takes one"},
		{"attribute type", "attributes: {application: {a: {type: float}}}\n", `"float" is no type`},
		{"attribute bounds", "attributes: {application: {a: {type: int, min: 2, max: 1}}}\n", "max 1 is less than min 2"},
		{"bounds of text", "attributes: {application: {a: {type: string, min: 2}}}\n", "min and max are for int and decimal"},
		{"unclaimed type", "attributes: {application: {a: {type: bool, unclaimed: maybe}}}\n", "is not a boolean"},
		{"default list", "default_list: other\n", `"other" is not under lists`},
		{"band without bands", "out_of_turn: {grounds: [], order: [{by: band, expr: list}]}\n", "bands goes with band"},
		{"claims", "out_of_turn: {claims: nothing, grounds: []}\n", `"nothing" is no attribute of type string`},
		{"duty day", "duties: [{code: A, title: {en: x}, due: 02-29}]\n", "is no day of every year"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load("test.yaml", []byte(minimal(tt.extra)))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("got %v\nwant %s", err, tt.want)
			}
			var fault *source.Fault
			if !errors.As(err, &fault) || fault.Line < 1 || fault.Column < 1 {
				t.Errorf("%v is no fault with a place", err)
			}
		})
	}
}

func TestLoadListsAllFaultsInOrder(t *testing.T) {
	_, err := Load("f.yaml", []byte(minimal("mode: x\n")+"bad: 1\nworse: 2\n"))
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "f.yaml:11:") || !strings.HasPrefix(lines[1], "f.yaml:12:") || !strings.HasPrefix(lines[2], "f.yaml:13:") {
		t.Errorf("got %q", lines)
	}
}

func TestLoadLacksKeys(t *testing.T) {
	_, err := Load("f.yaml", []byte("name: x\n"))
	for _, key := range []string{"version", "title", "time_zone", "in_force", "lists", "order", "offers", "approval", "mode"} {
		if !strings.Contains(err.Error(), fmt.Sprintf("lacks the key %q", key)) {
			t.Errorf("no word of %s in %v", key, err)
		}
	}
}

// A hostile file is refused, quickly and with a reason.
func TestLoadRefusesHostileFiles(t *testing.T) {
	deep := strings.Repeat("(", 200) + "1" + strings.Repeat(")", 200)
	manyMembers := "members.all(a, members.all(b, members.all(c, members.all(d, a.age + b.age + c.age + d.age > 0))))"
	growing := "members.map(a, members.map(b, members.map(c, declared))).size() > 0"
	rule := func(require string) string {
		return minimal("attributes: {application: {declared: {type: string}}}\neligibility:\n  - {code: A, require: '" + require + "', reason: {en: x}}\n")
	}
	tests := map[string]string{
		"too large":         minimal("#" + strings.Repeat("x", 1_000_000)),
		"deep YAML":         "a: " + strings.Repeat("[", 20_000) + "\n",
		"many values":       minimal("hazards: [" + strings.Repeat("x,", 50_000) + "]\n"),
		"billion laughs":    "a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]\n",
		"deep expression":   rule("persons > " + deep),
		"long expression":   rule("persons > 1" + strings.Repeat(" + 1", 2_000)),
		"nested loops":      rule(manyMembers),
		"growing lists":     rule(growing),
		"wide regular text": rule(`declared.matches("` + strings.Repeat("(a?){1000}", 50) + `")`),
		"not UTF-8":         minimal("") + "\xff\xfe",
		"empty":             "",
		"only a comment":    "# nothing\n",
		"a list":            "- 1\n",
		"many expressions":  minimal("eligibility:\n" + strings.Repeat("  - {code: A, require: 'true', reason: {en: '"+strings.Repeat("{1}", 20)+"'}}\n", 200)),
		"many parameters":   minimal("parameters:\n" + strings.Repeat("  x: {type: int, expr: '1'}\n", 1_200)),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := Load("hostile.yaml", []byte(text)); err == nil {
				t.Error("it was loaded")
			} else if !strings.HasPrefix(err.Error(), "hostile.yaml:") {
				t.Errorf("no place in %v", err)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(minimal(everyPart)))
	f.Add([]byte(minimal("parameters: {a: {type: int, expr: b}, b: {type: int, expr: a}}\n")))
	f.Add([]byte(minimal("eligibility: [{code: A, require: 'persons > 1', reason: {en: '{persons}'}}]\n")))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Load("fuzz.yaml", text)
		if err != nil {
			return
		}
		// What loads must evaluate: any household, any date, without a panic.
		e := p.Evaluator("seed")
		app := household(t, p, "self/F/1985-02-28;child/X/2025-01-01")
		v := e.Evaluate(app, on(t, "2025-03-01"))
		if len(v.OrderKey) == 0 || v.Eligibility == 0 {
			t.Errorf("no verdict: %+v", v)
		}
	})
}

// A share is of a soft reserve, in choice mode, and all shares together are no more than all
// lettings.
func TestSharesOfReserves(t *testing.T) {
	base, ok := ShippedSource("uk-bands")
	if !ok {
		t.Fatal("uk-bands is not shipped")
	}
	add := func(reserves, mode string) error {
		text := strings.Replace(string(base), "mode: choice", "mode: "+mode, 1)
		_, err := Load("shares.yaml", []byte(text+"\nreserves:\n"+reserves))
		return err
	}
	one := func(code, strict, share string) string {
		return "  - {code: " + code + ", title: {en: x, lt: x}, who: needs_adapted, strict: " + strict + ", share: " + share + "}\n"
	}
	for name, c := range map[string]struct{ reserves, mode, fault string }{
		"good":           {one("a", "soft", "{lettings: 3, of: 10}"), "choice", ""},
		"hard":           {one("a", "hard", "{lettings: 3, of: 10}"), "choice", "strict: soft"},
		"fill":           {one("a", "soft", "{lettings: 3, of: 10}"), "fill", "mode: choice"},
		"more than all":  {one("a", "soft", "{lettings: 11, of: 10}"), "choice", "more than all"},
		"together":       {one("a", "soft", "{lettings: 2, of: 3}") + one("b", "soft", "{lettings: 1, of: 2}"), "choice", "more than all lettings"},
		"nothing of ten": {one("a", "soft", "{lettings: 0, of: 10}"), "choice", "not between"},
	} {
		err := add(c.reserves, c.mode)
		switch {
		case c.fault == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.fault != "" && (err == nil || !strings.Contains(err.Error(), c.fault)):
			t.Errorf("%s: the error is %v, want %q in it", name, err, c.fault)
		}
	}
}
