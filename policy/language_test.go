package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/eile-housing/eile/policy/rule"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

// surveyed is a policy over rows, tables and what inspections found.
const surveyed = `attributes:
  application:
    debts: {type: rows, unclaimed: none, columns: {creditor: {type: string}, cents: {type: int}}}
  unit: {kind: {type: string, allowed: [flat, house]}}
  inspection:
    parts:
      type: rows
      carried: true
      columns:
        part: {type: string, allowed: [roof, door, wall, sink]}
        built: {type: int}
        state: {type: string, allowed: [good, poor]}
    defects: {type: rows, keys: 2, columns: {area: {type: string}, defect: {type: string}, weight: {type: decimal}}}
    dry: {type: bool}
parameters:
  parts: {type: strings, list: [roof, door, wall, sink]}
  life: {type: ints, table: {roof flat: 30, roof house: 50}}
  impact: {type: decimals, table: {low: 2.4}}
values:
  poor: {type: strings, expr: "parts.filter(p, otherwise(row(inspection.parts, p).state == 'poor', false))"}
  loss: {type: decimal, expr: "sum(inspection.defects.map(d, d.weight)) + impact['low']"}
  debt: {type: int, expr: "sum(debts.map(d, d.cents))"}
eligibility: [{code: IN_DEBT, require: debt < 100, reason: {en: "{debt}"}}]
suitability: [{code: OWES_ALL, require: "debts.all(d, d.creditor != 'city') || unit.kind == 'flat'", reason: {en: owes}}]
`

func standard(rules string) string { return surveyed + "unit_standard:\n" + rules }

// seen makes an inspection from pairs of attribute=value.
func seen(t testing.TB, p *Policy, day string, facts ...string) *eilev1.Inspection {
	t.Helper()
	i := &eilev1.Inspection{Unit: "U", InspectedOn: on(t, day).Proto(), Attributes: map[string]*eilev1.Fact{}}
	setFacts(t, p, InspectionKind, i.Attributes, facts...)
	return i
}

// told writes an assessment in short: the state, the codes, and what is missing.
func told(a Assessment) string {
	var codes []string
	for _, r := range a.Reasons {
		if !strings.HasPrefix(r.GetCode(), "MISSING_") {
			codes = append(codes, r.GetCode())
		}
	}
	return spell.Name(a.State) + " " + strings.Join(codes, ",") + " " + strings.Join(a.Missing, ",")
}

func TestRowsInExpressions(t *testing.T) {
	p := loaded(t, standard(`  - {code: POOR, require: size(poor) == 0, reason: {en: "{join(poor, ', ')}"}}
  - {code: ROOF_OLD, require: "row(inspection.parts, 'roof').built + life['roof ' + unit.kind] >= year", reason: {en: "{row(inspection.parts, 'roof').built}"}}
  - {code: LOSS, require: loss < 10, reason: {en: "{loss}, {quotient(loss * 100, 3)}"}}
`))
	e := p.Evaluator("")
	for _, tt := range []struct{ parts, defects, kind, want, detail string }{
		{"roof/1990/good", "none", "house", "FIT  ", ""},
		{"roof/1990/good", "none", "flat", "FLAGGED ROOF_OLD ", "1990"},
		{"roof/1990/good", "none", "", "UNASSESSED  unit.kind", ""},
		{"roof//good", "none", "house", "UNASSESSED  inspection.parts.roof.built", ""},
		{"door/1990/good", "none", "house", "UNASSESSED  inspection.parts.roof", ""},
		{"", "", "house", "UNASSESSED  inspection.parts,inspection.defects", ""},
		{"roof/1990/poor;door/1990/poor;sink/1990/", "none", "house", "FLAGGED POOR ", "roof, door"},
		{"roof/1990/good", "a/x/3.8;a/y/3.8", "house", "FLAGGED LOSS ", "10, 333"},
		{"roof/1990/good", "a/x/3.8;b/x/3.79;a/x/3.8", "house", "FIT  ", ""},
		{"roof/1990/good", "a/x/;a/y/1", "house", "UNASSESSED  inspection.defects.a.x.weight", ""},
	} {
		var facts []string
		for name, v := range map[string]string{"parts": tt.parts, "defects": tt.defects} {
			if v != "" {
				facts = append(facts, name+"="+v)
			}
		}
		u := &eilev1.Unit{Attributes: map[string]*eilev1.Fact{}}
		if tt.kind != "" {
			setFacts(t, p, UnitKind, u.Attributes, "kind="+tt.kind)
		}
		a := e.Assess(u, []*eilev1.Inspection{seen(t, p, "2024-01-01", facts...)}, on(t, "2040-06-01"))
		if got := told(a); got != tt.want {
			t.Errorf("%s, %s, %s: %q, want %q", tt.parts, tt.defects, tt.kind, got, tt.want)
		}
		if tt.detail != "" && says(p, "en", a.Reasons[0]) != tt.detail {
			t.Errorf("%s, %s: detail %q, want %q", tt.parts, tt.defects, says(p, "en", a.Reasons[0]), tt.detail)
		}
		if tt.kind == "house" && tt.parts == "roof/1990/good" && tt.defects == "none" && a.NextDue.String() != "2041-01-01" {
			t.Errorf("due on %s", a.NextDue)
		}
	}
}

func TestRowsOfAnApplication(t *testing.T) {
	p := loaded(t, surveyed)
	e := p.Evaluator("")
	date := on(t, "2025-01-01")
	for debts, want := range map[string]string{
		"": "ELIGIBILITY_YES []", "none": "ELIGIBILITY_YES []", "bank/60;city/39": "ELIGIBILITY_YES []", "bank/60;city/40": "ELIGIBILITY_NO [IN_DEBT]",
		"bank/": "ELIGIBILITY_UNDETERMINED [MISSING_DEBTS_BANK_CENTS]",
	} {
		app := household(t, p, "")
		if debts != "" {
			setFacts(t, p, ApplicationKind, app.Attributes, "debts="+debts)
		}
		if v := e.Evaluate(app, date); fmt.Sprint(v.Eligibility, " ", reasonCodes(v.Reasons)) != want {
			t.Errorf("%q: %v %v, want %s", debts, v.Eligibility, reasonCodes(v.Reasons), want)
		}
	}
	city, bank := household(t, p, "", "debts=city/1"), household(t, p, "", "debts=bank/1")
	if e.SuitabilityKey(city, date) == e.SuitabilityKey(bank, date) {
		t.Error("two lists of rows have one key")
	}
	app := household(t, p, "")
	app.Attributes["debts"] = &eilev1.Fact{Value: &eilev1.Fact_StringValue{StringValue: "bank"}}
	if got := found(p.Validate(app)); got != "attributes.debts BAD_ROWS" {
		t.Errorf("a row without its fields: %s", got)
	}
	app.Attributes["debts"] = &eilev1.Fact{Value: &eilev1.Fact_IntValue{IntValue: 1}}
	if got := found(p.Validate(app)); got != "attributes.debts WRONG_TYPE" {
		t.Errorf("a number: %s", got)
	}
}

// What is carried stays until another inspection says otherwise; the rest is read from the newest
// alone. An inspection to come counts from its day.
func TestWhatInspectionsFound(t *testing.T) {
	p := loaded(t, standard(`  - {code: WET, require: inspection.dry, reason: {en: "{inspected_on.dry}, {inspection.inspected_on}"}}
  - {code: POOR, require: "row(inspection.parts, 'door').state != 'poor'", reason: {en: "{inspected_on.parts}, {inspection.inspected_on}"}}
  - {code: SCORE, require: "!known(inspection.score) || inspection.score >= 50", reason: {en: "{inspection.score}"}}
  - {code: FIRE, require: "!('fire' in inspection.hazards)", reason: {en: "{join(inspection.hazards, ', ')}"}}
`))
	e := p.Evaluator("")
	first, second, third := seen(t, p, "2024-01-01", "parts=door/2000/poor", "dry=true"), seen(t, p, "2025-01-01", "dry=false"), seen(t, p, "2026-01-01", "parts=door/2026/good")
	score := int32(49)
	third.Score, third.Hazards = &score, []string{"fire"}
	all := []*eilev1.Inspection{second, third, first}
	for _, tt := range []struct{ on, want, due string }{
		{"2023-12-31", "UNASSESSED  inspection.hazards,inspection.parts,inspection.dry", "2024-01-01"},
		{"2024-01-01", "FLAGGED POOR ", "2025-01-01"},
		{"2025-01-01", "FLAGGED WET,POOR ", "2026-01-01"},
		{"2026-01-01", "FLAGGED SCORE,FIRE inspection.dry", "never"},
	} {
		a := e.Assess(&eilev1.Unit{}, all, on(t, tt.on))
		due := "never"
		if a.NextDue != 0 {
			due = a.NextDue.String()
		}
		if told(a) != tt.want || due != tt.due {
			t.Errorf("%s: %q due %s, want %q due %s", tt.on, told(a), due, tt.want, tt.due)
		}
	}
	a := e.Assess(&eilev1.Unit{}, all, on(t, "2025-06-01"))
	if got := says(p, "en", a.Reasons[0]) + "; " + says(p, "en", a.Reasons[1]); got != "2025-01-01, 2025-01-01; 2024-01-01, 2025-01-01" {
		t.Errorf("details %q", got)
	}
	if m := e.Assess(&eilev1.Unit{}, nil, on(t, "2025-06-01")); m.Reasons[0].GetCode() != "MISSING_INSPECTION_HAZARDS" {
		t.Errorf("got %v", m.Reasons)
	}
}

// at_least is what every way of learning the unknown states would agree on.
func TestAtLeastIsWhatAllCompletionsSay(t *testing.T) {
	var policies [6]*Evaluator
	for n := range policies {
		policies[n] = loaded(t, standard(fmt.Sprintf("  - {code: MANY, require: \"!parts.at_least(%d, p, row(inspection.parts, p).state == 'poor')\", reason: {en: many}}\n", n))).Evaluator("")
	}
	parts := []string{"roof", "door", "wall", "sink"}
	date := on(t, "2025-01-01")
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 5).Draw(t, "n")
		poor, open := 0, []string(nil)
		var rows []string
		for _, part := range parts {
			switch rapid.SampledFrom([]string{"good", "poor", "", "left out"}).Draw(t, part) {
			case "good":
				rows = append(rows, part+"/2000/good")
			case "poor":
				rows, poor = append(rows, part+"/2000/poor"), poor+1
			case "":
				rows, open = append(rows, part+"/2000/"), append(open, "inspection.parts."+part+".state")
			default:
				open = append(open, "inspection.parts."+part)
			}
		}
		want := "UNASSESSED  " + strings.Join(open, ",")
		switch {
		case poor >= n:
			want = "FLAGGED MANY "
		case poor+len(open) < n:
			want = "FIT  "
		}
		cell := "none"
		if len(rows) > 0 {
			cell = strings.Join(rows, ";")
		}
		i := &eilev1.Inspection{InspectedOn: date.Proto(), Attributes: map[string]*eilev1.Fact{"parts": {Value: &eilev1.Fact_StringValue{StringValue: cell}}}}
		if got := told(policies[n].Assess(&eilev1.Unit{}, []*eilev1.Inspection{i}, date)); got != want {
			t.Fatalf("%d of %s: %q, want %q", n, cell, got, want)
		}
	})
}

func TestAtLeastPassesErrorsOn(t *testing.T) {
	p := loaded(t, standard("  - {code: MANY, require: \"!parts.at_least(1, p, 1 / size(inspection.hazards) > 0)\", reason: {en: many}}\n"))
	a := p.Evaluator("").Assess(&eilev1.Unit{}, []*eilev1.Inspection{seen(t, p, "2024-01-01")}, on(t, "2025-01-01"))
	if got := told(a); got != "UNASSESSED RULE_FAILED " || !strings.Contains(says(p, "en", a.Reasons[0]), "division by zero") {
		t.Errorf("got %s, %v", got, a.Reasons)
	}
}

func TestFaultsOfRowsTablesAndValues(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"attributes: {unit: {a: {type: rows}}}\n", "rows have 1 to 30 columns, not 0"},
		{"attributes: {unit: {a: {type: int, columns: {b: {type: int}}}}}\n", "columns and keys are for rows"},
		{"attributes: {unit: {a: {type: rows, keys: 2, columns: {b: {type: int}}}}}\n", "2 is not between 1 and 1"},
		{"attributes: {unit: {a: {type: rows, columns: {b: {type: rows}}}}}\n", `"rows" is no type of a column`},
		{"attributes: {unit: {a: {type: rows, columns: {b: {type: string, share_of: 100}}}}}\n", "share_of is for int and decimal"},
		{"attributes: {unit: {a: {type: rows, columns: {b: {type: string, min: 1}}}}}\n", "min and max are for int and decimal"},
		{"attributes: {unit: {a: {type: rows, unclaimed: some, columns: {b: {type: string}}}}}\n", "unset rows can only mean none"},
		{"attributes: {member: {a: {type: rows, columns: {b: {type: string}}}}}\n", "a member has no rows"},
		{"attributes: {unit: {a: {type: bool, carried: true}}}\n", "carried is for what inspections find"},
		{"parameters: {a: {type: ints, values: [{from: 2020-01-01, value: 1}]}}\n", "table goes with types ints and decimals, and only with them"},
		{"parameters: {a: {type: int, table: {b: 1}}}\n", "table goes with types ints and decimals, and only with them"},
		{"parameters: {a: {type: ints, table: {b: 1.5}}}\n", `"1.5" is not a whole number`},
		{"parameters: {a: {type: strings, list: [b], source: nowhere}}\n", `the source "nowhere" is not under sources`},
		{"values: {a: {type: bool, expr: persons > unit.rooms}}\n", "the value a reads a household and a home; it may read one of them"},
		{"values: {a: {type: int, expr: unit.rooms}, b: {type: int, expr: a + persons}}\n", "the value b reads a household and a home"},
		{"values: {a: {type: int, expr: unit.rooms}}\neligibility: [{code: A, require: a > 1, reason: {en: a}}]\n", "a cannot be read here: only the date and parameters, facts of the household"},
		{"values: {a: {type: int, expr: unit.rooms}}\nneed: {expr: a}\n", "a cannot be read here"},
		{"values: {a: {type: int, expr: persons}}\nunit_standard: [{code: A, require: a > 1, reason: {en: a}}]\n", "a cannot be read here"},
		{"suitability: [{code: A, require: inspection.score > 1, reason: {en: a}}]\n", "inspection.score cannot be read here"},
		{"suitability: [{code: A, require: size(inspections) > 1, reason: {en: a}}]\n", "inspections cannot be read here"},
		{"unit_standard: [{code: A, require: \"unit.amenities.at_least(1, 2, true)\", reason: {en: a}}]\n", "the second argument of at_least is a name for the element"},
		{"unit_standard: [{code: A, require: \"unit.amenities.at_least(1, a, 2)\", reason: {en: a}}]\n", "at_least(NUMBER, x, CONDITION); here stands a whole number"},
		{"unit_standard: [{code: A, require: \"unit.amenities.at_least(1, a, unit.amenities.at_least(1, b, a == b))\", reason: {en: a}}]\n", "at_least stands inside another at_least"},
		{"unit_standard: [{code: A, require: \"unit.amenities.filter(a, unit.amenities.at_least(1, b, a == b)).at_least(1, c, true)\", reason: {en: a}}]\n", "at_least stands inside another at_least"},
	} {
		if _, err := Load("test.yaml", []byte(minimal(tt.text))); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.text, err, tt.want)
		}
	}
}

// A value over a home may be read by suitability, and is part of the key of the home.
func TestValuesOverAHome(t *testing.T) {
	p := loaded(t, `values:
  roomy: {type: bool, expr: unit.rooms > 2}
  large: {type: bool, expr: persons > 3}
  summer: {type: bool, expr: "on >= date(year, 6, 1)"}
suitability: [{code: NOT_ROOMY, require: "!large || roomy || summer", reason: {en: "{roomy}"}}]
`)
	e := p.Evaluator("")
	small, big := &eilev1.Unit{Rooms: new(int32)}, &eilev1.Unit{Rooms: new(int32)}
	*small.Rooms, *big.Rooms = 2, 3
	family := household(t, p, "self/F/1980-01-01;child/F/2010-01-01;child/F/2011-01-01;child/F/2012-01-01")
	for date, want := range map[string][]bool{"2025-05-31": {false, true}, "2025-06-01": {true, true}} {
		for i, u := range []*eilev1.Unit{small, big} {
			if ok, _ := e.Suitable(family, u, on(t, date)); ok != want[i] {
				t.Errorf("%s, %d rooms: %t", date, u.GetRooms(), ok)
			}
		}
	}
	if e.UnitKey(small, on(t, "2025-01-01")) == e.UnitKey(big, on(t, "2025-01-01")) {
		t.Error("homes that suit differently have one key")
	}
	variable := func(name string) int {
		return slices.IndexFunc(p.vocabulary.Variables(), func(v rule.Variable) bool { return v.Name == name })
	}
	if slices.Contains(p.keyed, variable("roomy")) || !slices.Contains(p.keyed, variable("large")) {
		t.Error("the key of a household holds what it does not read")
	}
}
