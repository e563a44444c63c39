package source

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func read(t testing.TB, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// everyPart uses each part of a file once.
func everyPart(t testing.TB) string {
	t.Helper()
	return string(read(t, filepath.Join("..", "testdata", "parts.yaml")))
}

// minimal is the smallest file, with extra parts appended.
func minimal(extra string) string {
	return `name: test
version: "1"
title: {en: Test, lt: Bandymas}
time_zone: UTC
in_force: {from: 2020-01-01}
lists: [{code: general, title: {en: General}}]
order: [{by: registered_at}]
offers: {days_to_answer: 10, refusals_allowed: 1, after: hold, last_step: acceptance, refusal_reasons: [{code: location, title: {en: Location}}]}
approval: none
mode: choice
` + extra
}

// What is read is what is written, with its place.
func TestParse(t *testing.T) {
	f, err := Parse("test.yaml", []byte(minimal(everyPart(t))))
	if err != nil {
		t.Fatal(err)
	}
	income := f.Attributes.Application[0]
	if income.Name.Text != "income" || income.Value.Min.Bound() == nil || *income.Value.Min.Bound() != 0 || income.Value.Max.Bound() != nil {
		t.Errorf("the first attribute is %+v", income)
	}
	if claims := f.Attributes.Application[2].Value; claims.Separator.Text != ";" || fmt.Sprint(Texts(claims.Allowed)) != "[fire]" {
		t.Errorf("claims is %+v", claims)
	}
	base := f.Parameters[0].Value
	if v := base.Values[0]; v.Value.Text != "10.50" || v.From.Day.String() != "2020-01-01" || v.Position != (Position{27, 32}) {
		t.Errorf("the first value of base is %+v", v)
	}
	if !f.Attributes.Inspection[0].Value.Carried.Bool || f.Attributes.Member[0].Value.Carried.Bool {
		t.Error("carried is lost")
	}
	over := f.Eligibility[0]
	if over.Require != (Text{Position{37, 27}, "income <= per_head"}) || over.Reason.En != (Text{Position{37, 61}, "{money(income)} over {amount(per_head)}"}) {
		t.Errorf("the first rule is %+v", over)
	}
	if over.From.Set() || over.Proposes.Set() || f.Need.Expr.Set() || f.OutOfTurn.Alternate.OutOfTurn.Int != 1 || !f.OutOfTurn.Alternate.OutOfTurn.Set() {
		t.Error("what is absent is set, or what is there is not")
	}
	example := f.Examples.Households[0]
	if example.Attributes[0].Value.Text != "10500" || example.Reasons != nil || example.OutOfTurn != nil {
		t.Errorf("the first example is %+v", example)
	}
}

// The place of a text is where its first character stands: behind the quote, and on the line after
// | and >.
func TestPlaceOfATextInItsStyle(t *testing.T) {
	for text, want := range map[string]Position{
		"default_list: general\n": {11, 15}, "default_list: \"general\"\n": {11, 16}, "default_list: 'general'\n": {11, 16}, "default_list: |-\n  general\n": {12, 1}, "default_list: >-\n  general\n": {12, 1},
	} {
		f, err := Parse("test.yaml", []byte(minimal(text)))
		if err != nil || f.DefaultList != (Text{want, "general"}) {
			t.Errorf("%q: %+v, %v; want %v", text, f, err, want)
		}
	}
}

func TestParseNamesEveryFaultWithItsPlace(t *testing.T) {
	for _, tt := range []struct{ extra, want string }{
		{"elegibility: []\n", `test.yaml:11:1: unknown key "elegibility" in the file; it may hold name, version, `},
		{"household: optional\nhousehold: required\n", `test.yaml:12:1: the key "household" stands twice in the file`},
		{"eligibility: {}\n", "test.yaml:11:14: eligibility is a list, not a mapping"},
		{"hazards: [[]]\n", "test.yaml:11:11: an element of hazards is a mapping, not a list"},
		{"need: 1\n", "test.yaml:11:7: need is a mapping, not a single value"},
		{"default_list: []\n", "test.yaml:11:15: default_list is one value, not a list"},
		{"parameters: [1]\n", "test.yaml:11:13: parameters is a mapping, not a list"},
		{"parameters: {[a]: {type: int}}\n", "test.yaml:11:14: a key of parameters is a list"},
		{"hazards: [{code: x}]\n", `test.yaml:11:11: an element of hazards lacks the key "title"`},
		{"currency:\n", "test.yaml:11:10: currency is empty; leave the key out or give a value"},
		{"attributes: {inspection: {a: {type: int, carried: yes}}}\n", `"yes" is not a boolean; write true or false`},
		{"attributes: {unit: {a: {type: int, min: 1.5}}}\n", `"1.5" is not a whole number`},
		{"attributes: {unit: {a: {type: int, min: 1234567890123456}}}\n", `"1234567890123456" has more than 15 digits`},
		{"parameters: {a: {type: int, values: [{from: 2021-02-31, value: 1}]}}\n", "test.yaml:11:45: from 2021-02-31 is not a date"},
		{"parameters: {a: {type: int, values: [{from: 1969-12-31, value: 1}]}}\n", "1969-12-31 is before 1970-01-02"},
		{"sources: {a: &x b, c: *x}\n", "test.yaml:11:14: anchors and aliases are not read; write the value out"},
		{"currency: !x EUR\n", "test.yaml:11:11: the tag !x is not read"},
		{"---\nname: other\n", "a policy file is one document; there is another after it"},
		{"a: [\n", "not YAML: "},
		{"default_list: general: all\n", `a text that holds ": " goes in quotes`},
		{"default_list: @general\n", "a text that begins with @, % or a backquote goes in quotes"},
		{"default_list: 'general\n", "a quote is not closed, or the file was cut off"},
		{"hazards: [{code: x, title: {en: Damp, lt: Drėgmė}]\n", "a bracket is not closed"},
		{"default_list: *\n", "a text that begins with & or * goes in quotes"},
		{"hazards: [{code: x, title: {en: Damp, mould}}]\n", `test.yaml:11:39: a comma ends a text that has no quotes, so "mould" is read as a key of title; write the text in quotes: "Damp, mould"`},
		{"hazards: [{code: x, title: {en: Damp, lt: Drėgmė, pelėsis, grybas}}]\n", `test.yaml:11:51: a comma ends a text that has no quotes, so "pelėsis" is read as a key of title; write the text in quotes: "Drėgmė, pelėsis, grybas"`},
		{"hazards: [{code: x, title: {en: Damp, de: Schimmel}}]\n", `test.yaml:11:39: unknown key "de" in title`},
		{"hazards: [{code: x, titel}]\n", `so "titel" is read as a key`},
		{"default_list: " + strings.Repeat("ž", 41) + "\ncurrency: {" + strings.Repeat("ž", 41) + ": 1}\n", "test.yaml:12:11: currency is one value, not a mapping"},
		{strings.Repeat("ž", 41) + ": 1\n", `unknown key "` + strings.Repeat("ž", 40) + `…"`},
	} {
		_, err := Parse("test.yaml", []byte(minimal(tt.extra)))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: got %v\nwant %s", tt.extra, err, tt.want)
			continue
		}
		if fault, ok := errors.AsType[*Fault](err); !ok || fault.File != "test.yaml" || fault.Line < 1 || fault.Column < 1 {
			t.Errorf("%v is no fault with a place", err)
		}
	}
}

// A hostile text is refused, quickly and under its name.
func TestParseRefusesHostileTexts(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"too large":      {minimal("#" + strings.Repeat("x", maxSource)), "at most 1000000 are read"},
		"many values":    {minimal("hazards: [" + strings.Repeat("x,", maxNodes) + "]\n"), "more than 50000 values"},
		"billion laughs": {"a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]\n", "anchors and aliases"},
		"not UTF-8":      {minimal("") + "\xff\xfe", "the file is not UTF-8"},
		"empty":          {"", "the file is empty"},
		"only a comment": {"# nothing\n", "the file is empty"},
		"a list":         {"- 1\n", "the file is a mapping, not a list"},
	} {
		_, err := Parse("hostile.yaml", []byte(tt.text))
		if err == nil || !strings.HasPrefix(err.Error(), "hostile.yaml:") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", name, err, tt.want)
		}
	}
}

func TestFaults(t *testing.T) {
	f := NewFaults("f.yaml")
	if f.Err() != nil || f.Count() != 0 {
		t.Error("a report begins with faults")
	}
	f.Add(Position{3, 2}, "third")
	f.Add(Position{}, "first, %d", 1)
	f.Add(Position{3, 1}, "second")
	if got := f.Err().Error(); got != "f.yaml:1:1: first, 1\nf.yaml:3:1: second\nf.yaml:3:2: third" {
		t.Errorf("got %s", got)
	}
	for range 2 * maxFaults {
		f.Add(Position{}, "more")
	}
	if f.Count() != maxFaults {
		t.Errorf("%d faults of a hostile file", f.Count())
	}
}
