package rule

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"github.com/eile-housing/eile/policy/day"
	"github.com/eile-housing/eile/policy/words"
)

func on(t testing.TB, s string) day.Day {
	t.Helper()
	d, err := day.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func exact(t testing.TB, s string) *Decimal {
	t.Helper()
	d, err := ParseDecimal(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// parts is the layout of rows part/built/state, of which a part names one.
func parts() *Layout {
	return NewLayout("row3.parts", "inspection.parts", 0, 1, []Column{
		{"part", types.StringType, []string{"roof", "door"}}, {"built", types.IntType, nil}, {"state", types.StringType, nil},
	})
}

// pairs is the layout of rows area/defect/weight, which two texts name.
func pairs() *Layout {
	return NewLayout("row3.pairs", "pairs", 1, 2, []Column{{"area", types.StringType, nil}, {"defect", types.StringType, nil}, {"weight", DecimalType, nil}})
}

type person struct{ age ref.Val }

// people is a struct with one field.
func people() *Structure {
	s := NewStructure(types.NewObjectType("eile.person"))
	s.Field("age", types.IntType, func(v any) ref.Val { return v.(*person).age })
	return s
}

// world is what the expressions of these tests read.
type world struct {
	tb testing.TB
	*Language
	values map[string]any
	today  *Today
}

func newWorld(t testing.TB, date string) *world {
	t.Helper()
	return withCalendar(t, date, nil)
}

// withCalendar is a world whose policy has a calendar.
func withCalendar(t testing.TB, date string, calendar *day.Calendar) *world {
	t.Helper()
	today := &Today{On: on(t, date)}
	rows := parts().Rows([][]ref.Val{{types.String("roof"), types.Int(1990), types.String("poor")}, {types.String("door"), nil, types.String("good")}})
	w := &world{tb: t, today: today, values: map[string]any{
		"on": &Date{today.On, today}, "born": &Date{Day: on(t, "2016-02-29")}, "n": types.Int(3), "d": exact(t, "12.50"), "text": types.String("Ab"),
		"open": Unknown(5, "open"), "words": types.NewStringList(types.DefaultTypeAdapter, []string{"x", " y"}), "home": types.Int(2),
		"flags": types.NewRefValList(types.DefaultTypeAdapter, []ref.Val{types.True, types.False}), "parts": rows,
		"pairs": pairs().Rows([][]ref.Val{{types.String("a"), types.String("x"), nil}}),
	}}
	kinds := map[string]*types.Type{"on": DateType, "born": DateType, "n": types.IntType, "d": DecimalType, "text": types.StringType, "open": types.BoolType,
		"words": types.NewListType(types.StringType), "home": types.IntType, "flags": types.NewListType(types.BoolType), "parts": parts().Type(), "pairs": pairs().Type()}
	var variables []Variable
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		v := Variable{name, kinds[name], ReachDate}
		if name == "home" {
			v.Reach = ReachHome
		}
		variables = append(variables, v)
	}
	var err error
	if w.Language, err = NewLanguage(variables, []*Structure{parts().Structure, pairs().Structure, people()}, "EUR", calendar); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) activation(t testing.TB) cel.Activation {
	t.Helper()
	a, err := cel.NewActivation(w.values)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// eval writes the value of an expression, the names of what it lacks, or its error.
func (w *world) eval(t testing.TB, text string) string {
	t.Helper()
	e, faults := w.Compile(text, ReachDate)
	if len(faults) > 0 {
		t.Fatalf("%s: %v", text, faults)
	}
	v := e.Eval(w.activation(t))
	if u, ok := v.(*types.Unknown); ok {
		return "lacks " + strings.Join(Names(u), ",")
	}
	if types.IsError(v) {
		return "error: " + ErrorText(v)
	}
	if list, ok := v.Value().([]string); ok {
		return strings.Join(list, "|")
	}
	return WriterOf(words.Default, "").Write(v)
}

func TestExpressions(t *testing.T) {
	w := newWorld(t, "2025-03-01")
	for text, want := range map[string]string{
		"n + 1":                    "4",
		"open":                     "lacks open",
		"open || n == 3":           "yes",
		"open && n == 4":           "no",
		"known(open)":              "no",
		"known(n)":                 "yes",
		"known(1 / 0)":             "error: division by zero",
		"otherwise(n, 7)":          "3",
		"otherwise(open, true)":    "yes",
		"least(n, 2) + most(n, 2)": "5",

		"d + d":                "25",
		"d - 13":               "-0.5",
		"d * decimal('0.1')":   "1.25",
		"d * 2 == decimal(25)": "yes",
		"d == decimal('12.5')": "yes",
		"d > 12 && d >= decimal('12.5') && d < 13 && d <= decimal('12.500')": "yes",
		"d == decimal('12.51')": "no",
		"decimal('x')":          `error: "x" is not a decimal number: write it such as 12.5`,
		"decimal('1.')":         `error: "1." is not a decimal number: write it such as 12.5`,
		"decimal('" + strings.Repeat("9", 41) + "x')":         `error: "` + strings.Repeat("9", 40) + `" is not a decimal number: write it such as 12.5`,
		"decimal('1.0123456789')":                             `error: "1.0123456789" has more than 9 digits after the point`,
		"decimal(999999999999999) * decimal(999999999999999)": "error: decimal overflow",
		"decimal('0.000000001') * decimal('0.1')":             "error: decimal overflow",
		"quotient(decimal('10.5'), 3)":                        "3",
		"quotient(decimal('-0.5'), 3)":                        "-1",
		"quotient(d, 0)":                                      "error: quotient divides by 0; it takes a number above zero",
		"sum([1, n, 2])":                                      "6",
		"sum([d, decimal(1)])":                                "13.5",
		"sum([9223372036854775807, 1])":                       "error: integer overflow",
		"sum(parts.map(p, p.built))":                          "lacks inspection.parts.door.built",

		"year_of(on)":                                            "2025",
		"age(born, on)":                                          "9",
		"birthday(born, 18)":                                     "2034-03-01",
		"birthday(born, 201)":                                    "error: nobody is 201 years old",
		"add_months(born, 12)":                                   "2017-02-28",
		"add_months(born, 12001)":                                "error: 12001 months are more than a calendar holds",
		"add_years(born, 4)":                                     "2020-02-29",
		"add_days(born, -1)":                                     "2016-02-28",
		"add_days(born, 366001)":                                 "error: 366001 days are more than a calendar holds",
		"date('2025-02-28') < on":                                "yes",
		"date('2025-02-30')":                                     "error: 2025-02-30 is not a date: February 2025 has 28 days",
		"date(2025, 3, 1) == on":                                 "yes",
		"date(2025, 13, 1)":                                      "error: there is no date 2025-13-1",
		"date(2025, 2, 29)":                                      "error: 2025-02-29 is not a date: February 2025 has 28 days",
		"on > born && on >= born && !(on <= born)":               "yes",
		"[month_of(born), day_of(born)] == [2, 29]":              "yes",
		"weekday_of(on)":                                         "6",
		"weekday_of(add_days(on, 1))":                            "7",
		"weekday_of(add_days(on, 2))":                            "1",
		"days_between(born, on)":                                 "3288",
		"days_between(on, born)":                                 "-3288",
		"months_between(date('2025-01-31'), date('2025-02-28'))": "1",
		"months_between(date('2025-02-28'), date('2025-01-31'))": "-1",
		"months_between(date('2024-03-10'), date('2025-03-09'))": "11",
		"months_between(date('2024-03-10'), date('2025-03-10'))": "12",
		"months_between(on, on)":                                 "0",

		"count(flags)":                "1",
		"lower(text)":                 "ab",
		"split('a; b;;c', ';')":       "a|b|c",
		"split(text, '')":             "error: split needs a separator",
		"join(words, '-')":            "x- y",
		"money(123456789)":            "1,234,567.89 EUR",
		"amount(-5)":                  "-0.05",
		"plural(1, 'home', 'homes')":  "home",
		"plural(-2, 'home', 'homes')": "homes",
		"type(d) == type(decimal(1))": "yes",
		"type(on) == type(born)":      "yes",

		"row(parts, 'roof').built":                 "1990",
		"row(parts, 'door').built":                 "lacks inspection.parts.door.built",
		"row(parts, 'wall')":                       "lacks inspection.parts.wall",
		"row(pairs, 'a').weight":                   "error: the rows of pairs are not named by one text",
		"row(parts.filter(p, true), 'roof').built": "error: row takes an attribute of rows, as it was declared",
		"pairs.map(p, p.weight)[0]":                "lacks pairs.a.x.weight",
		"parts[0] == parts[0]":                     "yes",
		"parts[0] == parts[1]":                     "no",
		"has(parts[0].built)":                      "yes",
		"has(parts[1].built)":                      "no",
		"type(parts[0]) == type(parts[1])":         "yes",
	} {
		if got := w.eval(t, text); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

// at_least is told as soon as what is unknown cannot change it.
func TestAtLeast(t *testing.T) {
	w := newWorld(t, "2025-03-01")
	for text, want := range map[string]string{
		"flags.at_least(1, f, f)":                        "yes",
		"flags.at_least(2, f, f)":                        "no",
		"flags.at_least(1, f, f || open)":                "yes",
		"flags.at_least(2, f, f || open)":                "lacks open",
		"flags.at_least(3, f, f || open)":                "no",
		"parts.at_least(1, p, p.built < 2000)":           "yes",
		"parts.at_least(2, p, p.built < 2000)":           "lacks inspection.parts.door.built",
		"flags.at_least(1, f, 1 / (n - 3) > 0)":          "error: division by zero",
		"flags.at_least(1, f, dyn(n))":                   "error: no such overload: @weigh(int)",
		"flags.filter(f, !f).at_least(1, f, f)":          "no",
		"flags.at_least(1, f, flags.exists(g, g && !f))": "yes",
	} {
		if got := w.eval(t, text); got != want {
			t.Errorf("%s is %s, want %s", text, got, want)
		}
	}
}

// What is read of today notes when it would read differently.
func TestWhatIsReadOfTodayIsNoted(t *testing.T) {
	for text, want := range map[string]string{
		"n == 3":                                 "never",
		"on == on":                               "2025-03-02",
		"year_of(on) == 2025":                    "2026-01-01",
		"age(born, on) == 9":                     "2026-03-01",
		"birthday(born, 18) > on":                "2034-03-01",
		"on < date('2025-03-10')":                "2025-03-10",
		"on <= date('2025-03-01')":               "2025-03-02",
		"date('2025-03-05') >= on":               "2025-03-05",
		"date('2024-03-05') == on":               "never",
		"add_days(on, 1) == born":                "2025-03-02",
		"add_months(on, 1) > born":               "2025-03-02",
		"birthday(on, 1) > born":                 "2025-03-02",
		"month_of(on) == 3":                      "2025-04-01",
		"day_of(on) == 1":                        "2025-03-02",
		"weekday_of(on) == 6":                    "2025-03-02",
		"days_between(born, on)":                 "2025-03-02",
		"days_between(on, born)":                 "2025-03-02",
		"months_between(date('2025-01-31'), on)": "2025-03-31",
		"months_between(on, date('2025-06-20'))": "2025-03-21",
		"months_between(on, date('2024-06-20'))": "2025-03-20",
	} {
		w := newWorld(t, "2025-03-01")
		w.eval(t, text)
		got := "never"
		if w.today.Next != 0 {
			got = w.today.Next.String()
		}
		if got != want {
			t.Errorf("%s turns %s, want %s", text, got, want)
		}
	}
	today := Today{On: on(t, "9999-12-31")}
	if YearOf(&Date{today.On, &today}); today.Next != 0 {
		t.Errorf("a year after the last: %s", today.Next)
	}
}

func TestSpans(t *testing.T) {
	for _, tt := range []struct {
		from, until string
		holds       bool
		next        string
	}{
		{"", "", true, ""}, {"2025-01-02", "", false, "2025-01-02"}, {"2025-01-01", "", true, ""}, {"", "2025-01-01", true, "2025-01-02"},
		{"", "2024-12-31", false, ""}, {"2024-01-01", "2025-06-01", true, "2025-06-02"}, {"2025-02-01", "2025-06-01", false, "2025-02-01"},
	} {
		var s Span
		if tt.from != "" {
			s.From = on(t, tt.from)
		}
		if tt.until != "" {
			s.Until = on(t, tt.until)
		}
		today := Today{On: on(t, "2025-01-01")}
		holds, next := s.Holds(&today), ""
		if today.Next != 0 {
			next = today.Next.String()
		}
		if holds != tt.holds || next != tt.next {
			t.Errorf("%+v: %t, turns %q", tt, holds, next)
		}
	}
}

// A fault stands where it is in the text, and names what is wrong.
func TestFaultsOfExpressions(t *testing.T) {
	deep := strings.Repeat("(", 200) + "1" + strings.Repeat(")", 200)
	for text, want := range map[string]string{
		"points > 0":                            `1:1 nothing is called "points" here`,
		"n >\n  points":                         `2:3 nothing is called "points" here`,
		"n > 'x'":                               "1:3 > does not go with a whole number and a text: a number is written without quotes",
		"n >":                                   "1:4 the expression ends where a value should follow",
		"n":                                     "1:1 the expression is of type int; it must be bool",
		"add_working_days(on, 1) > born":        "1:1 add_working_days needs the key calendar, which says what days are worked on: write calendar: {weekend: [sat, sun], ",
		"1 < working_days_between(on, born)":    "1:5 working_days_between needs the key calendar",
		"d":                                     "1:1 the expression is of type decimal; it must be bool",
		"home > 1":                              "1:1 home cannot be read here: only the date and parameters",
		"n > " + deep:                           "expression recursion limit exceeded: 60",
		"n > 1" + strings.Repeat(" + 1", 2_000): "expression code point size exceeds limit",
		"flags.at_least(1, 2, true)":            "the second argument of at_least is a name for the element",
		"flags.at_least(1, f, flags.at_least(1, g, g))":              "at_least stands inside another at_least",
		"words.map(a, words.map(b, words.map(c, text))).size() > 0":  "1:1 the expression may cost more than the limit of 1000000",
		`text.matches("` + strings.Repeat("(a?){1000}", 50) + `")`:   "1:14 regex program size 200002 exceeds limit of 1000",
		"flags.filter(f, flags.at_least(1, g, g)).at_least(1, f, f)": "at_least stands inside another at_least",
	} {
		w := newWorld(t, "2025-03-01")
		e, faults := w.Compile(text, ReachDate, types.BoolType)
		var got []string
		for _, f := range faults {
			got = append(got, fmt.Sprintf("%d:%d %s", f.Line, f.Column, f.What))
		}
		if e != nil || !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("%.60s: %q, want %s", text, got, want)
		}
	}
	w := newWorld(t, "2025-03-01")
	if e, faults := w.Compile("", ReachDate); e != nil || faults != nil {
		t.Errorf("no text: %v %v", e, faults)
	}
	if e, faults := w.Compile("home > n + n", ReachDate|ReachHome); len(faults) > 0 || fmt.Sprint(e.Reads) != fmt.Sprint([]int{w.byName["home"], w.byName["n"]}) {
		t.Errorf("reads %v, %v", e, faults)
	}
	if w.Reach(w.byName["n"]) != ReachDate {
		t.Error("n reads more than the date")
	}
	w.Narrow(w.byName["n"], ReachDate|ReachInspections)
	if _, faults := w.Compile("n > 1", ReachDate|ReachHousehold|ReachHome); len(faults) != 1 || faults[0].What != "n cannot be read here: only the date and parameters, facts of the household, facts of the home" {
		t.Errorf("out of reach: %v", faults)
	}
	if got := (ReachDate | ReachInspections).String(); got != "the date and parameters, what inspections found" {
		t.Error(got)
	}
}

// Expressions that may cost much are counted while they run, and a policy of very many expressions
// is refused.
func TestCostIsCounted(t *testing.T) {
	w := newWorld(t, "2025-03-01")
	long := "words.all(w, split(w, ',').size() > 0)"
	if got := w.eval(t, long); got != "yes" {
		t.Errorf("a costly one: %s", got)
	}
	var faults []Fault
	for range maxExpressions {
		_, faults = w.Compile("n", ReachDate)
	}
	if len(faults) != 1 || faults[0].What != "the file has more than 3000 expressions" {
		t.Errorf("%v", faults)
	}
}

func TestSentences(t *testing.T) {
	w := newWorld(t, "2025-03-01")
	for _, tt := range []struct{ en, lt, wantEn, wantLt string }{
		{"{money(123450)} for {n} {plural(n, 'home', 'homes')}", "{money(123450)}, {n} {plural(n, 'namas', 'namai', 'namų')}", "1,234.50 EUR for 3 homes", "1\u00a0234,50 EUR, 3 namai"},
		{"{plural(21, 'a', 'b')}{plural(11, 'a', 'b')}", "{plural(21, 'a', 'b', 'c')}{plural(11, 'a', 'b', 'c')}{plural(10, 'a', 'b', 'c')}", "bb", "acc"},
		{"{d}, {n == 3}, {n == 4}, {on}", "{d}, {n == 3}, {n == 4}", "12.50, yes, no, 2025-03-01", "12,50, taip, ne"},
		{"{{x}} {'}' + \"{\\\"\"}", "", "{x} }{\"", ""},
		{"{open} {1 / 0}", "", "– –", ""},
		{"{ {'a': text}['a'] }", "", "Ab", ""},
		{strings.Repeat("ž", 1_100), strings.Repeat("x", 999) + "ž", strings.Repeat("ž", 999) + "…", strings.Repeat("x", 999) + "ž"},
	} {
		s, faults := w.Sentence(map[string]string{"en": tt.en, "lt": tt.lt}, ReachDate)
		if len(faults["en"])+len(faults["lt"]) > 0 {
			t.Errorf("%s: %v", tt.en, faults)
			continue
		}
		args := s.Arguments(w.activation(t))
		gotEn, _ := s.Write("en", args)
		gotLt, spoken := s.Write("lt", args)
		if gotEn != tt.wantEn || gotLt != tt.wantLt || spoken != (tt.lt != "") || spoken != s.Has("lt") {
			t.Errorf("%s: %q and %q, want %q and %q", tt.en, gotEn, gotLt, tt.wantEn, tt.wantLt)
		}
	}
	for text, want := range map[string]string{
		"a {n":           "1:1 the brace at character 3 is not closed",
		"a } b":          "1:1 the brace at character 3 closes nothing; write }} for a brace",
		"a {flags}":      "1:4 the expression is of type list(bool); it must be string",
		"ab {n +\n bad}": `2:2 nothing is called "bad" here`,
		"ab {bad}":       `1:5 nothing is called "bad" here`,
		"{}":             "1:1 the expression ends where a value should follow",
		"{home}":         "1:2 home cannot be read here",
	} {
		_, wrong := w.Sentence(map[string]string{"en": text, "lt": text}, ReachDate)
		for _, faults := range [][]Fault{wrong["en"], wrong["lt"]} {
			if len(faults) == 0 || !strings.HasPrefix(fmt.Sprintf("%d:%d %s", faults[0].Line, faults[0].Column, faults[0].What), want) {
				t.Errorf("%q: %v, want %s", text, faults, want)
			}
		}
	}
}

func TestDecimals(t *testing.T) {
	d := exact(t, "1.5")
	if types.IsError(d.Add(types.True)) != true || !types.IsError(d.Multiply(types.True)) || !types.IsError(d.Compare(types.True)) || d.Equal(types.True) != types.False {
		t.Error("a decimal reckons with what is no number")
	}
	if _, ok := Number(types.String("1")); ok {
		t.Error("a text is a number")
	}
	if d.Cmp(exact(t, "1.49")) != 1 || d.Cmp(exact(t, "1.6")) != -1 || d.Cmp(exact(t, "1.50")) != 0 {
		t.Error("decimals do not compare")
	}
}

// Values of CEL that no expression turns into Go values or into one another.
func TestConversions(t *testing.T) {
	row := parts().Rows([][]ref.Val{{types.String("roof"), nil, nil}})
	first := row.(*rows).Get(types.IntZero)
	for _, v := range []ref.Val{exact(t, "1"), &Date{}, first} {
		if _, err := v.ConvertToNative(nil); err == nil {
			t.Errorf("%v has a native form", v.Type())
		}
		if got := v.ConvertToType(types.TypeType); got != v.Type().(ref.Val) {
			t.Errorf("the type of %v is %v", v.Type(), got)
		}
		if !types.IsError(v.ConvertToType(types.BytesType)) {
			t.Errorf("%v converts to bytes", v.Type())
		}
		if v.Equal(types.True) != types.False || v.Value() != any(v) {
			t.Errorf("%v equals true, or is not its own value", v.Type())
		}
	}
	today := &Today{On: 3}
	if s := (&Date{3, today}).ConvertToType(types.StringType); s != types.String("1970-01-04") || today.Next != 4 || exact(t, "1.50").ConvertToType(types.StringType) != types.String("1.50") {
		t.Errorf("today is %v and turns on day %d", s, today.Next)
	}
	if !types.IsError((&Date{}).Compare(types.True)) {
		t.Error("a date compares with a flag")
	}
	if fields, ok := Fields(first); !ok || len(fields) != 3 || fields[0] != types.String("roof") || strings.Join(Names(fields[1].(*types.Unknown)), "") != "inspection.parts.roof.built" {
		t.Errorf("the fields are %v, %t", fields, ok)
	}
	if _, ok := Fields(types.True); ok {
		t.Error("a flag is a row")
	}
	if ErrorText(types.True) != "no value" || ErrorText(types.NewErr("one\ntwo")) != "one" || WriterOf(words.Default, "").Write(types.NullValue) != "?" {
		t.Error("what is no value is written as one")
	}
}

func TestStructures(t *testing.T) {
	s := people()
	s.Field("a", types.IntType, func(any) ref.Val { return nil })
	if got := strings.Join(s.Names(), ","); got != "a,age" {
		t.Errorf("fields %s", got)
	}
	one := &person{types.Int(40)}
	if s.Get(one, "age") != types.Int(40) || s.Get(one, "a") != types.NullValue {
		t.Errorf("age is %v, a is %v", s.Get(one, "age"), s.Get(one, "a"))
	}
	registry, err := types.NewRegistry()
	if err != nil {
		t.Fatal(err)
	}
	p := provider{registry, map[string]*Structure{"eile.person": s}}
	if names, ok := p.FindStructFieldNames("eile.person"); !ok || len(names) != 2 {
		t.Errorf("fields %v", names)
	}
	for _, known := range []bool{true, false} {
		name := map[bool]string{true: "eile.person", false: "eile.nobody"}[known]
		_, isType := p.FindStructType(name)
		_, isField := p.FindStructFieldType(name, "age")
		_, hasNames := p.FindStructFieldNames(name)
		if isType != known || isField != known || hasNames != known {
			t.Errorf("%s: %t %t %t", name, isType, isField, hasNames)
		}
	}
}

// Unknowns are named once each, in the order of their ids.
func TestNames(t *testing.T) {
	u := types.MergeUnknowns(Unknown(7, "b").(*types.Unknown), Unknown(2, "z").(*types.Unknown))
	u = types.MergeUnknowns(u, types.MergeUnknowns(Unknown(9, "z").(*types.Unknown), nil))
	if got := strings.Join(Names(u), ","); got != "z,b" || Names(nil) != nil {
		t.Errorf("got %s", got)
	}
}
