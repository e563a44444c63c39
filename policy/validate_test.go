package policy

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/eile-housing/eile/policy/personal"
	eilev1 "github.com/eile-housing/eile/proto/eile/v1"
	"github.com/eile-housing/eile/proto/spell"
)

func found(v []Violation) string {
	var out []string
	for _, x := range v {
		out = append(out, x.Field+" "+x.Reason.GetCode())
		if says(&Policy{}, "en", x.Reason) == "" || says(&Policy{}, "lt", x.Reason) == "" {
			out = append(out, "without words")
		}
	}
	return strings.Join(out, "; ")
}

func TestValidate(t *testing.T) {
	p := loaded(t, everyPart)
	tests := []struct {
		name   string
		change func(*eilev1.Application)
		want   string
	}{
		{"good", func(*eilev1.Application) {}, ""},
		{"list", func(a *eilev1.Application) { a.List = "vip" }, "list UNKNOWN_LIST"},
		{"its list", func(a *eilev1.Application) { a.List = "general" }, ""},
		{"district", func(a *eilev1.Application) { a.Districts = []string{"north", "west"} }, "districts UNKNOWN_DISTRICT"},
		{"registered", func(a *eilev1.Application) { a.RegisteredAt = "2024-02-30" }, "registered_at BAD_REGISTERED_AT"},
		{"no offset", func(a *eilev1.Application) { a.RegisteredAt = "2024-02-20T10:00:00" }, "registered_at BAD_REGISTERED_AT"},
		{"undeclared", func(a *eilev1.Application) { a.Attributes["shoe_size"] = a.Attributes["income"] }, "attributes.shoe_size UNDECLARED_ATTRIBUTE"},
		{"type", func(a *eilev1.Application) { a.Attributes["area"] = a.Attributes["income"] }, "attributes.area WRONG_TYPE"},
		{"empty fact", func(a *eilev1.Application) { a.Attributes["area"] = &eilev1.Fact{} }, "attributes.area WRONG_TYPE"},
		{"no fact", func(a *eilev1.Application) { a.Attributes["area"] = nil }, "attributes.area WRONG_TYPE"},
		{"below", func(a *eilev1.Application) {
			a.Attributes["income"] = &eilev1.Fact{Value: &eilev1.Fact_IntValue{IntValue: -1}}
		}, "attributes.income OUT_OF_BOUNDS"},
		{"above", func(a *eilev1.Application) {
			a.Attributes["area"] = &eilev1.Fact{Value: &eilev1.Fact_DecimalValue{DecimalValue: &eilev1.Decimal{Units: 50001, Scale: 2}}}
		}, "attributes.area OUT_OF_BOUNDS"},
		{"allowed", func(a *eilev1.Application) {
			a.Attributes["claims"] = &eilev1.Fact{Value: &eilev1.Fact_StringValue{StringValue: "fire;flood"}}
		}, "attributes.claims NOT_ALLOWED"},
		{"member", func(a *eilev1.Application) {
			a.Household.Members[0].Attributes = map[string]*eilev1.Fact{"ill": {Value: &eilev1.Fact_IntValue{IntValue: 1}}}
		}, "household.members[1].attributes.ill WRONG_TYPE"},
		{"ground", func(a *eilev1.Application) { a.Grounds = []*eilev1.Ground{{Code: "flood"}} }, "grounds UNKNOWN_GROUND"},
	}
	for _, tt := range tests {
		app := household(t, p, "self/F/1980-01-01", "income=1")
		tt.change(app)
		if got := found(p.Validate(app)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
		// What is wrong is refused at the door, and yet evaluating it does no harm.
		if v := p.Evaluator("").Evaluate(app, on(t, "2025-03-01")); v.Eligibility == 0 {
			t.Errorf("%s: no verdict", tt.name)
		}
	}
	if got := found(shippedPolicy(t, "lt-vilnius").Validate(&eilev1.Application{})); got != "members MEMBERS_REQUIRED" {
		t.Errorf("without members: %q", got)
	}
	if got := found(shippedPolicy(t, "taipei-points").Validate(&eilev1.Application{})); got != "" {
		t.Errorf("taipei without members: %q", got)
	}
	if got := found(p.ValidateUnit(&eilev1.Unit{Earmark: "gold"})); got != "earmark UNKNOWN_EARMARK" {
		t.Errorf("earmark: %q", got)
	}
	if got := found(p.ValidateInspection(&eilev1.Inspection{Hazards: []string{"damp", "ghosts"}})); got != "hazards UNKNOWN_HAZARD" {
		t.Errorf("hazards: %q", got)
	}
}

func TestPersonalCode(t *testing.T) {
	p := shippedPolicy(t, "lt-vilnius")
	born := func(s string, sex eilev1.Sex) *eilev1.Member {
		return &eilev1.Member{BirthDate: on(t, s).Proto(), Sex: sex}
	}
	male, female := eilev1.Sex_SEX_MALE, eilev1.Sex_SEX_FEMALE
	tests := []struct {
		code   string
		member *eilev1.Member
		want   string
	}{
		{"", nil, ""},
		{"38703181745", born("1987-03-18", male), ""},
		{"38703181745", nil, ""},
		{"38703181745", born("1987-03-19", male), "personal_code PERSONAL_CODE_BIRTH_DATE"},
		{"38703181745", born("1887-03-18", male), "personal_code PERSONAL_CODE_BIRTH_DATE"},
		{"38703181745", born("1987-03-18", female), "personal_code PERSONAL_CODE_SEX"},
		{"38703181745", born("1987-03-18", eilev1.Sex_SEX_X), ""},
		{"33309240064", born("1933-09-24", male), ""},
		{"38703181746", nil, "personal_code BAD_PERSONAL_CODE"},
		{"3870318174", nil, "personal_code BAD_PERSONAL_CODE"},
		{"3870318174x", nil, "personal_code BAD_PERSONAL_CODE"},
		{withCheckDigit("6040229000"), born("2004-02-29", female), ""},
		{withCheckDigit("6050229000"), nil, "personal_code BAD_PERSONAL_CODE"},
		{withCheckDigit("4500000123"), born("1950-07-01", female), ""},
		{withCheckDigit("4500000123"), born("1951-07-01", female), "personal_code PERSONAL_CODE_BIRTH_DATE"},
		{withCheckDigit("9123456789"), born("1950-07-01", female), ""},
		{withCheckDigit("7870318174"), nil, "personal_code BAD_PERSONAL_CODE"},
	}
	for _, tt := range tests {
		v := p.ValidatePerson(&eilev1.Person{PersonalCode: tt.code}, tt.member)
		if got := found(v); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.code, got, tt.want)
		}
		if len(v) > 0 && tt.code != "" && strings.Contains(v[0].Reason.String(), tt.code) {
			t.Error("the message repeats the personal code")
		}
	}
	if v := shippedPolicy(t, "uk-bands").ValidatePerson(&eilev1.Person{PersonalCode: "anything"}, nil); v != nil {
		t.Errorf("a policy that knows no form checks none: %v", v)
	}
}

func withCheckDigit(ten string) string {
	return fmt.Sprintf("%s%d", ten, personal.CheckDigit(ten))
}

func TestClaims(t *testing.T) {
	p := shippedPolicy(t, "lt-vilnius")
	e := p.Evaluator("")
	date := on(t, "2025-06-01")
	app := household(t, p, "self/F/1985-02-03;partner/M/1985-02-03;child/M/2015-05-05",
		"claimed_grounds=five_children;both_parents_0_25;disaster;leaving_care", "ground_since=2013-06-01")
	supported := func() string {
		var out []string
		for _, c := range e.Claims(app, date) {
			out = append(out, c.Code+" "+spell.Name(c.Supported)+" "+strings.Join(c.Missing, ","))
		}
		return strings.Join(out, "; ")
	}
	want := "disaster YES ; five_children NO ; both_parents_0_25 UNDETERMINED members[1].working_capacity,members[2].working_capacity; leaving_care UNDETERMINED "
	if got := supported(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, m := range app.Household.Members[:2] {
		m.Attributes = map[string]*eilev1.Fact{"working_capacity": {Value: &eilev1.Fact_IntValue{IntValue: 25}}}
	}
	app.RegisteredAt = "2014-06-02T00:00:00+03:00" // a year and a day after the disaster
	want = "disaster NO ; five_children NO ; both_parents_0_25 YES ; leaving_care UNDETERMINED "
	if got := supported(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := p.outOfTurn.claimed(app); !slices.Equal(got, []string{"five_children", "both_parents_0_25", "disaster", "leaving_care"}) {
		t.Errorf("claimed %v", got)
	}
	if e.Evaluate(app, date).OutOfTurn {
		t.Error("a claim has an effect")
	}
	// Granted from tomorrow, and of another policy: no effect today.
	app.Grounds = []*eilev1.Ground{{Code: "disaster", GrantedFrom: on(t, "2025-06-02").Proto()}, {Code: "other", GrantedFrom: on(t, "2020-01-01").Proto()}}
	if v := e.Evaluate(app, date); v.OutOfTurn || v.NextDue.String() != "2025-06-02" {
		t.Errorf("out of turn %t, due %s", v.OutOfTurn, v.NextDue)
	}
	if v := e.Evaluate(app, date+1); !v.OutOfTurn {
		t.Error("a granted ground has no effect")
	}
}

func TestFactsTakeEffectLater(t *testing.T) {
	p := shippedPolicy(t, "lt-vilnius")
	app := household(t, p, "self/F/1985-02-03", "disability=true")
	app.Attributes["disability"].EffectiveOn = on(t, "2025-07-15").Proto()
	e := p.Evaluator("")
	before, after := e.Evaluate(app, on(t, "2025-07-14")), e.Evaluate(app, on(t, "2025-07-15"))
	if before.Need != 10 || before.NextDue.String() != "2025-07-15" || after.Need != 14 {
		t.Errorf("need %d due %s, then %d", before.Need, before.NextDue, after.Need)
	}
}

func TestNotInForce(t *testing.T) {
	p := shippedPolicy(t, "lt-vilnius")
	v := p.Evaluator("").Evaluate(household(t, p, "self/F/1985-02-03"), on(t, "2014-12-31"))
	if v.Eligibility != eilev1.Eligibility_ELIGIBILITY_UNDETERMINED || reasonCodes(v.Reasons)[0] != "POLICY_NOT_IN_FORCE" || v.NextDue.String() != "2015-01-01" || v.OrderKey == nil {
		t.Errorf("got %+v", v)
	}
}

// A rule that cannot be computed leaves the household undetermined and is named; it never passes or
// refuses anybody.
func TestRuleThatFails(t *testing.T) {
	p := loaded(t, `attributes: {application: {a: {type: int}}}
eligibility:
  - {code: DIVIDES, require: "10 / a > 0", reason: {en: no}}
  - {code: OVERFLOWS, require: "a * 9223372036854775807 >= a", reason: {en: no}}
  - {code: HOLDS, require: "a < 5", reason: {en: no}}
`)
	e := p.Evaluator("")
	date := on(t, "2025-01-01")
	for a, want := range map[string]string{
		"0": "ELIGIBILITY_UNDETERMINED [RULE_FAILED]", "2": "ELIGIBILITY_UNDETERMINED [RULE_FAILED]", "1": "ELIGIBILITY_YES []", "7": "ELIGIBILITY_NO [HOLDS RULE_FAILED]",
	} {
		v := e.Evaluate(household(t, p, "", "a="+a), date)
		if got := fmt.Sprint(v.Eligibility, " ", reasonCodes(v.Reasons)); got != want {
			t.Errorf("a=%s: %s, want %s", a, got, want)
		}
	}
	if v := e.Evaluate(household(t, p, "", "a=0"), date); !strings.Contains(says(p, "en", v.Reasons[0]), "DIVIDES") || !strings.Contains(says(p, "en", v.Reasons[0]), "division by zero") {
		t.Errorf("got %q", says(p, "en", v.Reasons[0]))
	}
}

func TestReservesAndEarmarks(t *testing.T) {
	p := loaded(t, `attributes: {application: {veteran: {type: bool, unclaimed: false}}}
reserves:
  - {code: hard, title: {en: Hard, lt: Griežta}, who: veteran}
  - {code: released, title: {en: Released}, who: veteran, strict: released}
  - {code: soft, title: {en: Soft}, who: veteran, strict: soft}
`)
	e := p.Evaluator("")
	date := on(t, "2025-01-01")
	yes, no := household(t, p, "", "veteran=true"), household(t, p, "")
	for earmark, open := range map[string]bool{"": true, "hard": false, "released": false, "soft": true, "of another policy": true} {
		unit := &eilev1.Unit{Earmark: earmark}
		if ok, reasons := e.Suitable(no, unit, date); ok != open || ok != (len(reasons) == 0) {
			t.Errorf("%q for others: %t %v", earmark, ok, reasons)
		}
		if ok, _ := e.Suitable(yes, unit, date); !ok {
			t.Errorf("%q is refused to its group", earmark)
		}
	}
	if got := e.Groups(yes, date); !slices.Equal(got, []string{"hard", "released", "soft"}) || e.Groups(no, date) != nil {
		t.Errorf("groups %v", got)
	}
	if e.UnitKey(&eilev1.Unit{Earmark: "hard"}, date) == e.UnitKey(&eilev1.Unit{}, date) {
		t.Error("a home that is kept has the key of one that is not")
	}
	unit := &eilev1.Unit{Earmark: "hard"}
	before := proto.Clone(unit)
	e.Suitable(no, unit, date)
	if !proto.Equal(unit, before) {
		t.Error("asking changed the home")
	}
}

func TestDistricts(t *testing.T) {
	for _, tt := range []struct {
		limit    bool
		wanted   []string
		district string
		rank     int
		ok       bool
	}{
		{true, nil, "a", 0, true}, {true, []string{"a", "b"}, "b", 1, true}, {true, []string{"a"}, "c", 1, false}, {true, []string{"a"}, "", 1, false},
		{false, []string{"a", "b"}, "c", 2, true}, {false, nil, "c", 0, true},
	} {
		if rank, ok := (Districts{Limit: tt.limit}).Rank(tt.wanted, tt.district); rank != tt.rank || ok != tt.ok {
			t.Errorf("%+v: %d %t", tt, rank, ok)
		}
	}
}

func TestDuties(t *testing.T) {
	p := shippedPolicy(t, "lt-vilnius")
	d := p.Duties[0]
	for date, want := range map[string]string{
		"2025-01-01": "2025-05-01 2025-06-01", "2025-05-01": "2025-05-01 2025-06-01", "2025-05-02": "2026-05-01 2026-06-01",
	} {
		due, extended := d.Next(on(t, date))
		if got := due.String() + " " + extended.String(); got != want {
			t.Errorf("%s: %s, want %s", date, got, want)
		}
	}
}
